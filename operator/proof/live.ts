import type { Latest } from '../reports/latest.ts';
import { claimOfReport, type Claim } from './claim.ts';

export interface LiveOptions {
  /** The latest report of each pod. */
  all: () => Iterable<Latest>;
  reportOf: (uid: string) => Latest | undefined;
  /** Hears which policy (`<Kind>.<name>`) governs a pod. */
  onPolicy: (pod: { namespace: string; name: string }, policy: string) => void;
  /** Between the beginnings of two rounds, milliseconds; more where there are many files. */
  roundMs: number;
  /** Milliseconds of a clock that never goes back. */
  clock: () => number;
  now: () => Date;
}

/** A round takes so long for each file: of ten thousand each is compared every three minutes. */
const FILE_MS = 20;

/** Files that are written, in turn: what reports say of them. Those that are sealed are left to their seals. */
export class Live {
  readonly #options: LiveOptions;
  #uids: string[] = [];
  #began = -Infinity;
  /** Of the round that goes on, or went last. */
  #files = 0;

  constructor(options: LiveOptions) {
    this.#options = options;
  }

  /** The claims of the next pods: until there are `atLeast`, or the round is at its end. */
  next(atLeast: number): Claim[] {
    const { all, clock, roundMs } = this.#options;
    if (this.#uids.length === 0) {
      if (clock() - this.#began < Math.max(roundMs, FILE_MS * this.#files)) return [];
      this.#began = clock();
      this.#files = 0;
      this.#uids = [...all()].map(({ pod }) => pod.uid);
    }
    const claims: Claim[] = [];
    while (claims.length < atLeast && this.#uids.length > 0) claims.push(...this.of(this.#uids.shift()!));
    this.#files += claims.length;
    return claims;
  }

  /** What the latest report of a pod says of its files that are not sealed. */
  of(uid: string): Claim[] {
    const { reportOf, onPolicy, now } = this.#options;
    const latest = reportOf(uid);
    if (!latest) return [];
    const { pod, report } = latest;
    if (report.policy !== undefined) onPolicy(pod, report.policy);
    const at = now().getTime();
    return report.files.filter(({ sealed }) => sealed === undefined).map((file) => claimOfReport(pod, file, at));
  }
}
