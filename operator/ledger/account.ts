import type { Report } from '../../api/report.ts';
import type { PodIdentity } from '../reports/identity.ts';
import { countedOf, measuredOf } from './counted.ts';
import { grown, noKept, noMeasured, type Kept, type Measured } from './sums.ts';

/** What was counted of one pod: numbers only, for there are many of them. */
export class Account {
  readonly pod: PodIdentity;
  /** `<Kind>/<name>`; the pod's own name where nobody controls it. */
  readonly workload: string;
  /** In its files, and not answered for. */
  pendingBytes = 0;
  /** When Elasticsearch took records last, RFC 3339. */
  lastAcknowledged: string | undefined;
  /** Of the last report, on the clock that never goes back. */
  reportedAt = 0;
  /** When the pod went; undefined while it is there. */
  goneAt: number | undefined;
  /** How old its oldest record was then that was on its way, in milliseconds. */
  #waitedMs: number | undefined;
  /** Of the process that measured. */
  #since = 0;
  #kept: Kept = noKept();
  #measured: Measured = noMeasured();

  constructor(pod: PodIdentity, workload: string) {
    this.pod = pod;
    this.workload = workload;
  }

  /**
   * Takes a report over, and returns by how much each count has grown. A sidecar that was killed may say less than before: what
   * was counted stays counted, and counts again only what goes past it.
   */
  take({ at, state, lastAcknowledged, files, rest, measures }: Report, now: number): Kept & Measured {
    const { kept, pendingBytes } = countedOf({ files, ...(rest ? { rest } : {}) });
    const keptGrown = grown(this.#kept, kept);
    this.#kept = keptGrown.most;
    this.pendingBytes = pendingBytes;
    this.lastAcknowledged = lastAcknowledged ?? this.lastAcknowledged;
    this.reportedAt = now;
    const { oldest, since } = measures ?? {};
    this.#waitedMs = oldest === undefined || state === 'Ended' ? undefined : Math.max(0, at - oldest);
    if (since !== this.#since) this.#measured = noMeasured();
    this.#since = since ?? 0;
    const measured = grown(this.#measured, measures ? measuredOf(measures) : noMeasured());
    this.#measured = measured.most;
    return { ...keptGrown.more, ...measured.more };
  }

  /** Since when, in milliseconds before `now`, its oldest record waits that is on its way; undefined: none is. */
  waitingMs(now: number): number | undefined {
    return this.#waitedMs === undefined ? undefined : this.#waitedMs + now - this.reportedAt;
  }
}
