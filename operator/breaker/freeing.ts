import { SKIP_REASON } from '../../api/names.ts';
import { describe } from '../../runtime/errors.ts';
import type { Log } from '../../runtime/log.ts';
import { ApiError, type Cluster, type KubeObject } from '../cluster.ts';
import type { Notice } from '../events.ts';
import { displayName, type Pod } from '../inject/pod.ts';
import { isPatient, type BlockedPod } from './blocked.ts';
import { controllerOf, hasBegun, isReplaced } from './standing.ts';

/** A Job, as far as it is read. */
interface Job extends KubeObject {
  spec: { backoffLimit?: number; backoffLimitPerIndex?: number; podFailurePolicy?: object };
  status?: { failed?: number };
}

export interface FreeingOptions {
  cluster: Cluster;
  tell: (notice: Notice) => Promise<unknown>;
  onFreed: (namespace: string) => void;
  now: () => Date;
  log: Log;
}

/** At each look, which is every second: the controllers make as many new ones. */
const AT_ONCE = 10;
/** A Job counts a pod that was deleted as one that failed, some seconds later. */
const JOB_PAUSE_MS = 30_000;

/**
 * Deletes pods that our container keeps from starting, so that their controllers make others. They never ran, so nobody is
 * asked as for an eviction; the version that was seen must be the one that is deleted: a pod that has just started stays.
 * Where the application runs and only our container keeps the pod from being ready, it is evicted, within its budgets.
 */
export class Freeing {
  readonly #options: FreeingOptions;
  /** When a Job was asked about last, by its uid. */
  readonly #jobs = new Map<string, number>();
  /** What keeps us from it, once said. */
  #trouble = '';

  constructor(options: FreeingOptions) {
    this.#options = options;
  }

  async free(pods: readonly BlockedPod[]): Promise<void> {
    let left = AT_ONCE;
    for (const one of pods) {
      if (left === 0) return;
      const what = isReplaced(one.pod) ? 'delete' : await this.#askJob(one.pod);
      if (what === 'delete') {
        left--;
        await this.#delete(one);
      } else if (what === 'leave' && !isPatient(one, this.#options.now())) await this.#name(one);
    }
  }

  async #delete({ pod, reason, message }: BlockedPod): Promise<void> {
    const { cluster, onFreed, log } = this.#options;
    const { namespace = '', name = '', uid = '', resourceVersion = '' } = pod.metadata;
    const what = { namespace, pod: name };
    try {
      const path = `/api/v1/namespaces/${namespace}/pods/${name}`;
      if (hasBegun(pod)) await cluster.evict(path, { namespace, name, uid });
      else await cluster.delete(path, { uid, resourceVersion });
      this.#trouble = '';
      onFreed(namespace);
      log.info('a pod that the sidecar kept from starting is deleted, and comes back without it', {
        ...what,
        reason,
        why: message,
      });
    } catch (error) {
      // It has changed meanwhile, or a disruption budget stands against it: it is looked at again.
      if (error instanceof ApiError && (error.status === 409 || error.status === 429)) return;
      const trouble = error instanceof ApiError ? String(error.status) : describe(error);
      if (trouble !== this.#trouble)
        log.warn('cannot delete a pod that the sidecar keeps from starting', { ...what, error: describe(error) });
      this.#trouble = trouble;
    }
  }

  /** Whether it is of a Job that goes on when one more pod fails: one request for a Job whose pods wait. */
  async #askJob(pod: Pod): Promise<'delete' | 'leave' | 'later'> {
    const owner = controllerOf(pod);
    if (owner?.kind !== 'Job' || !owner.apiVersion.startsWith('batch/')) return 'leave';
    const { cluster, now, log } = this.#options;
    const time = now().getTime();
    for (const [uid, at] of this.#jobs) if (time - at >= JOB_PAUSE_MS) this.#jobs.delete(uid);
    if (this.#jobs.has(owner.uid)) return 'later';
    this.#jobs.set(owner.uid, time);
    try {
      const { namespace = '' } = pod.metadata;
      const job = await cluster.get<Job>(`/apis/batch/v1/namespaces/${namespace}/jobs/${owner.name}`);
      if (!job || job.spec.podFailurePolicy || job.spec.backoffLimitPerIndex !== undefined) return 'leave';
      return (job.spec.backoffLimit ?? 6) > (job.status?.failed ?? 0) ? 'delete' : 'leave';
    } catch (error) {
      log.warn('cannot see whether a Job can bear the loss of a pod', { job: owner.name, error: describe(error) });
      return 'later';
    }
  }

  /** Nothing would create it again, or its Job would fail: people have to say. */
  async #name({ pod, reason, message }: BlockedPod): Promise<void> {
    const { namespace = '', name = '', uid = '' } = pod.metadata;
    await this.#options.tell({
      regarding: { apiVersion: 'v1', kind: 'Pod', namespace, name, uid },
      type: 'Warning',
      reason: SKIP_REASON.BreakerOpen,
      action: 'Inject',
      note: `The sidecar keeps this pod from starting (${reason}: ${message}), and deleting it might be the end of it. Delete it and create it again: it gets no sidecar then, or one that starts.`,
      series: `stuck/${namespace}/${displayName(pod)}/${uid}`,
    });
  }
}
