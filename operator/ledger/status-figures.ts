import { isDeepStrictEqual } from 'node:util';
import type { Policy, PolicyStatus } from '../../api/policy.ts';
import { stemOf, titleOf } from '../policy/accept.ts';
import { figuresOf, type Figures } from './figures.ts';
import type { Ledger } from './ledger.ts';

export interface StatusFiguresOptions {
  ledger: Pick<Ledger, 'of'>;
  /** The query ratio of a policy (`<Kind>.<name>`) in these namespaces, as far as the store was audited. */
  queriedOf: (policy: string, namespaces: readonly string[]) => number | undefined;
  /** Milliseconds of a clock that never goes back. */
  now: () => number;
}

/** A leader that is new has heard of no sidecar yet; within this time every one reports that can. */
const HEARD_MS = 60_000;
/** A policy's figures are not written more often than this, */
const WRITE_MS = 30_000;
/** and where they only grow little by little, only so often. */
const OLD_MS = 300_000;
/** Unchanged for so long they have come to rest. */
const REST_MS = 10_000;
/** Policies come and go. */
const POLICIES_AT_MOST = 5000;
/** What is worth a write: so much more was read, or the capture ratio is another one by so much. */
const GROWTH = 0.1;
const DIFFERENCE = 0.01;

interface Known {
  /** What was seen last, and since when. */
  seen: Figures;
  seenSince: number;
  writtenAt: number;
}

/** What the statuses of policies say of their records. They change all the time, and each write costs the API server one: few are worth it. */
export class StatusFigures {
  readonly #options: StatusFiguresOptions;
  readonly #began: number;
  /** By the policy's title. */
  readonly #known = new Map<string, Known>();

  constructor(options: StatusFiguresOptions) {
    this.#options = options;
    this.#began = options.now();
  }

  /** Of a policy in the namespaces that it reaches; `before` is what its status says, and says on until a change is worth a write. */
  of(policy: Policy, namespaces: readonly string[], before: PolicyStatus | undefined): Figures {
    const { ledger, now, queriedOf } = this.#options;
    const written = writtenIn(before);
    const stem = stemOf(policy);
    const standing = ledger.of(stem, namespaces);
    const title = titleOf(policy);
    const isOfAnother = written.records !== undefined && !this.#known.has(title);
    if (!standing || (isOfAnother && now() - this.#began < HEARD_MS)) return written;
    const figures = figuresOf(standing, queriedOf(stem, namespaces));
    const known = this.#see(title, figures);
    if (isDeepStrictEqual(figures, written) || now() - known.writtenAt < WRITE_MS) return written;
    const isDue = now() - known.writtenAt >= OLD_MS || now() - known.seenSince >= REST_MS;
    if (!isDue && !isWorthIt(written, figures)) return written;
    known.writtenAt = now();
    return figures;
  }

  #see(title: string, figures: Figures): Known {
    const known = this.#known.get(title);
    if (known && isDeepStrictEqual(known.seen, figures)) return known;
    const { now } = this.#options;
    // A term's first figures are not old yet: what stands there another leader has written lately.
    const seen = { seen: figures, seenSince: now(), writtenAt: known?.writtenAt ?? now() - WRITE_MS };
    this.#known.delete(title);
    this.#known.set(title, seen);
    for (const oldest of this.#known.keys()) {
      if (this.#known.size <= POLICIES_AT_MOST) break;
      this.#known.delete(oldest);
    }
    return seen;
  }
}

function writtenIn({ records, ratios, delays, lastAcknowledged }: PolicyStatus = {}): Figures {
  return {
    ...(records ? { records } : {}),
    ...(ratios ? { ratios } : {}),
    ...(delays ? { delays } : {}),
    ...(lastAcknowledged ? { lastAcknowledged } : {}),
  };
}

/** Whether somebody who looks at the status wants to know now. */
function isWorthIt({ records: before, ratios: was }: Figures, { records: now, ratios: is }: Figures): boolean {
  if (!before || !now || now.read < before.read) return true;
  const isBad = now.rejected > before.rejected || now.lostBytes > before.lostBytes;
  const isMore = now.read > before.read * (1 + GROWTH);
  const differs = (a = 1, b = 1) => Math.abs(a - b) >= DIFFERENCE;
  return isBad || isMore || differs(was?.capture, is?.capture) || differs(was?.queried, is?.queried);
}
