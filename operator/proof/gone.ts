import type { Claim, Origin } from './claim.ts';
import type { Store } from './store.ts';

export interface GoneOptions {
  store: Pick<Store, 'sealed'>;
  /** Whether the API server knows the pod still: it may only have left what the operator watches. */
  isThere: (of: Origin, uid: string) => Promise<boolean>;
  /** From a pod's end to the look for its seals, milliseconds: the sidecar seals last. */
  restMs: number;
  /** Milliseconds of a clock that never goes back. */
  clock: () => number;
}

interface Waiting {
  uid: string;
  claim: Claim;
  due: number;
}

/** Of one request. */
const FILES = 500;
const NAMESPACES = 16;
/** What a burst of pods leaves; past that the oldest are not looked at. */
const WAITING = 100_000;

/** Files that were not sealed when their pod went: those that are not sealed some time later stay unproven. */
export class Gone {
  readonly #options: GoneOptions;
  #waiting: Waiting[] = [];

  constructor(options: GoneOptions) {
    this.#options = options;
  }

  /** What the last report of a pod that is gone says of its files that are not sealed. */
  add(uid: string, claims: readonly Claim[]): void {
    const { restMs, clock } = this.#options;
    const due = clock() + restMs;
    this.#waiting = [...this.#waiting, ...claims.map((claim) => ({ uid, claim, due }))].slice(-WAITING);
  }

  /** The files among those that are due of which there is no seal. At most one request. */
  async unproven(): Promise<Claim[]> {
    const { store, isThere, clock } = this.#options;
    const namespaces = new Set<string>();
    const page: Waiting[] = [];
    for (const one of this.#waiting) {
      namespaces.add(one.claim.of.namespace);
      if (one.due > clock() || page.length === FILES || namespaces.size > NAMESPACES) break;
      page.push(one);
    }
    if (page.length === 0) return [];
    const sealed = await store.sealed(
      page.map(({ claim }) => claim.of.namespace),
      page.map(({ claim }) => claim.file),
    );
    const open = page.filter(({ claim }) => !sealed.has(claim.file));
    const there = new Set<string>();
    for (const [uid, [one]] of Map.groupBy(open, ({ uid }) => uid))
      if (await isThere(one!.claim.of, uid)) there.add(uid);
    this.#waiting = this.#waiting.slice(page.length);
    return open.flatMap(({ uid, claim }) => (there.has(uid) ? [] : [claim]));
  }
}
