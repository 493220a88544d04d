import { readFileSync } from 'node:fs';
import { SECRET_FILE } from '../../api/names.ts';

/** Where to report, whom to trust there, and as whom. */
export interface ReportTarget {
  url: string;
  /** PEM. */
  ca: string;
  token: string;
}

/** What the mounted files say of the operator. The Secret goes with its last policy; where to say so is remembered. */
export class OperatorFiles {
  readonly #config: string;
  readonly #token: string | undefined;
  #url: string | undefined;
  #ca: string | undefined;

  /** `config`: the Secret's folder. `token`: the token's file, which the kubelet renews. */
  constructor(config: string, token: string | undefined) {
    this.#config = config;
    this.#token = token;
  }

  /** Undefined: there is no way to report. */
  read(): ReportTarget | undefined {
    const token = this.#token && read(this.#token);
    this.#url = read(`${this.#config}/${SECRET_FILE.operatorUrl}`) ?? this.#url;
    this.#ca = read(`${this.#config}/${SECRET_FILE.operatorCa}`) ?? this.#ca;
    if (!token || !this.#url || !this.#ca) return undefined;
    return { url: this.#url, ca: this.#ca, token };
  }
}

/** Undefined for a file that is not there, cannot be read, or is empty. */
function read(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8').trim() || undefined;
  } catch {
    return undefined;
  }
}
