import {
  closeSync,
  createReadStream,
  createWriteStream,
  openSync,
  readdirSync,
  renameSync,
  rmSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { constants, createGzip } from 'node:zlib';

/** The kubelet's defaults: `containerLogMaxSize`, `containerLogMaxFiles`. */
const MAX_BYTES = 10 * 2 ** 20;
const MAX_FILES = 5;

/**
 * A container's log that is rotated as the kubelet does it (kubernetes/pkg/kubelet/logs/container_log_manager.go): the oldest
 * go, those that are not compressed yet are, then the file is renamed and a new one begun. The kubelet looks every ten seconds
 * by default; here it is at once.
 */
export class RotatingLog {
  /** Files begun, the one that is written included. */
  files = 1;
  readonly #folder: string;
  readonly #maxBytes: number;
  #fd: number;
  #bytes = 0;
  #rotating: Promise<void> | undefined;

  constructor(folder: string, maxBytes = MAX_BYTES) {
    this.#folder = folder;
    this.#maxBytes = maxBytes;
    this.#fd = openSync(this.#path, 'ax');
  }

  write(piece: string): void {
    if (piece === '') return;
    this.#bytes += writeSync(this.#fd, piece);
    if (this.#bytes >= this.#maxBytes) this.#rotating ??= this.#rotate().finally(() => (this.#rotating = undefined));
  }

  async close(): Promise<void> {
    await this.#rotating;
    closeSync(this.#fd);
  }

  get #path(): string {
    return join(this.#folder, '0.log');
  }

  async #rotate(): Promise<void> {
    const rotated = readdirSync(this.#folder)
      .filter((name) => name !== '0.log')
      .sort();
    // Room for the file that is written, and for the one that it becomes.
    const gone = rotated.splice(0, Math.max(0, rotated.length - (MAX_FILES - 2)));
    for (const name of gone) rmSync(join(this.#folder, name));
    for (const name of rotated) if (!name.endsWith('.gz')) await compress(join(this.#folder, name));
    renameSync(this.#path, `${this.#path}.${stampOf(this.files)}`);
    closeSync(this.#fd);
    this.#fd = openSync(this.#path, 'ax');
    this.#bytes = 0;
    this.files++;
  }
}

/** Faster than the kubelet's, so that a busy machine keeps up. */
async function compress(path: string): Promise<void> {
  const aside = `${path}.tmp`;
  await pipeline(createReadStream(path), createGzip({ level: constants.Z_BEST_SPEED }), createWriteStream(aside));
  renameSync(aside, `${path}.gz`);
  rmSync(path);
}

/** `20260102-030405`: a second later for each file, however fast they come. */
function stampOf(number: number): string {
  const at = new Date(Date.UTC(2026, 0, 2) + number * 1000).toISOString();
  return at.slice(0, 19).replaceAll(/[-:]/g, '').replace('T', '-');
}
