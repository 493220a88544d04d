import { describe } from '../../runtime/errors.ts';
import type { Log } from '../../runtime/log.ts';
import { TokenBucket } from '../../runtime/token-bucket.ts';
import { ApiError, type Cluster } from '../cluster.ts';
import type { Events } from '../events.ts';
import type { Metrics } from '../health/metrics.ts';
import type { Pod } from '../inject/pod.ts';
import { titleOf } from '../policy/accept.ts';
import type { Candidate } from './candidate.ts';
import { evictedNotice, failedNotice } from './notices.ts';
import type { Plan } from './plan.ts';
import { blocked, evicted, type Workload } from './turn.ts';

export interface EvictorOptions {
  cluster: Cluster;
  events: Pick<Events, 'tell'>;
  metrics: Pick<Metrics, 'evicted' | 'repairFailed'>;
  now: () => Date;
  /** Milliseconds that only ever grow. */
  clock: () => number;
  log: Log;
}

/** In the whole cluster. */
const RATE = { burst: 10, perSecond: 1 };
/** So many workloads whose repair failed within this time have a cause in common: nothing more is evicted for as long. */
const FAILURES = 5;
const FAILURES_MS = 30 * 60_000;

/** Does what a plan says, by the Eviction API: a few at a time, and no more when it does not help. */
export class Evictor {
  readonly #options: EvictorOptions;
  readonly #bucket: TokenBucket;
  /** When they were. */
  #failures: number[] = [];

  constructor(options: EvictorOptions) {
    this.#options = options;
    this.#bucket = new TokenBucket({ ...RATE, clock: options.clock });
  }

  /** Evictions fail everywhere, so that none is tried for a while. */
  get isHeld(): boolean {
    const now = this.#options.clock();
    this.#failures = this.#failures.filter((at) => now - at < FAILURES_MS);
    return this.#failures.length >= FAILURES;
  }

  /** Says of the plan's failures what is to be said, and counts them. */
  async regret({ failed }: Plan): Promise<void> {
    const { events, metrics, log, clock } = this.#options;
    for (const { workload, attempt, why } of failed) {
      const about = { workload: workload.key, why, failures: attempt.failures };
      metrics.repairFailed();
      log.warn('pods were evicted, and what came in their place is no better', about);
      const wasHeld = this.isHeld;
      this.#failures.push(clock());
      if (this.isHeld && !wasHeld) log.error('no pod is evicted for half an hour: too often it did not help', about);
      const [pod] = workload.pods;
      if (pod) await events.tell(failedNotice(pod, why, attempt));
    }
  }

  /** Evicts the pods whose turn it is, and notes in the plan's attempts what became of it. */
  async evict({ evict, attempts }: Plan): Promise<void> {
    const { events, now } = this.#options;
    for (const { workload, candidates } of evict) {
      const { key } = workload;
      const done: Candidate[] = [];
      for (const candidate of candidates) {
        if (!this.#bucket.take() || !(await this.#evict(workload, candidate))) break;
        done.push(candidate);
      }
      const pods = done.map(({ pod }) => pod);
      if (pods.length > 0) attempts.set(key, evicted(workload, attempts.get(key), pods, now().getTime()));
      if (pods.length < candidates.length) attempts.set(key, blocked(workload, attempts.get(key), now().getTime()));
      if (pods.length > 0) await events.tell(evictedNotice(done));
    }
  }

  /** Whether it is being deleted now. */
  async #evict(workload: Workload, { pod, policy, isOutdated }: Candidate): Promise<boolean> {
    const { cluster, metrics, log } = this.#options;
    const about = { pod: pod.metadata.name, workload: workload.key, policy: titleOf(policy) };
    try {
      await cluster.evict(podPath(pod), pod.metadata);
      metrics.evicted('evicted');
      log.info('a pod is evicted, to come back as it should be', { ...about, why: isOutdated ? 'Outdated' : 'Missed' });
      return true;
    } catch (error) {
      if (isGone(error)) return false;
      const isBudget = error instanceof ApiError && error.status === 429;
      metrics.evicted(isBudget ? 'blocked' : 'error');
      if (!isBudget) log.warn('a pod cannot be evicted; it is tried again', { ...about, error: describe(error) });
      return false;
    }
  }
}

export const podPath = ({ metadata: { namespace = '', name = '' } }: Pod): string =>
  `/api/v1/namespaces/${namespace}/pods/${name}`;

/** The pod is no longer there, or another one has its name. */
export const isGone = (error: unknown): boolean => error instanceof ApiError && [404, 409].includes(error.status);
