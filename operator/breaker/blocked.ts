import type { Pod } from '../inject/pod.ts';
import { isFresh } from './decide.ts';
import { CLUSTER, stopOf, type State } from './state.ts';

/** A pod that our container keeps from starting. Times in milliseconds since 1970. */
export interface BlockedPod {
  pod: Pod;
  reason: string;
  message: string;
  image: string;
  /** Since when it was seen so, without a start in between. */
  since: number;
  /** Injected as pods are today: by the same settings and the same policy. */
  isCurrent: boolean;
}

/**
 * So long a pod may wait for us before that counts. The kubelet pulls an image a second time after 10 s: one hiccup of a
 * registry is over by then. A rollout of ten replicas waits once or twice, and has two minutes.
 */
export const PATIENCE_MS = 20_000;

export const isPatient = ({ since }: Pick<BlockedPod, 'since'>, now: Date): boolean =>
  now.getTime() - since < PATIENCE_MS;
export const createdAt = ({ metadata }: Pod): number => Date.parse(metadata.creationTimestamp ?? '') || 0;

/**
 * Those that should be deleted, so that they come back without us: all that wait where injection is stopped, but for a canary
 * that still has time; elsewhere those whose trouble is an old story, which opens nothing any more.
 */
export function dueOf(state: State, pods: readonly BlockedPod[], now: Date): BlockedPod[] {
  return pods.filter((one) => {
    const { namespace = '' } = one.pod.metadata;
    const stop = stopOf(state, namespace);
    const isNews = one.isCurrent && isNewsIn(state, one);
    if (stop && !(stop.entry.phase === 'half-open' && isNews)) return true;
    return !isPatient(one, now) && !isNews;
  });
}

/** Whether it was created after the last probe of every breaker that it is under. */
function isNewsIn(state: State, { pod }: BlockedPod): boolean {
  const sighting = { createdAt: createdAt(pod) };
  return [CLUSTER, pod.metadata.namespace ?? ''].every((scope) => isFresh(sighting, state[scope]));
}
