import { SIDECAR } from '../../api/names.ts';
import { isInjected, type ContainerStatus, type Pod } from '../inject/pod.ts';
import { hasEnded } from '../reconcile/pods.ts';

/** How our container stands in the way of a pod's application. */
export type Standing =
  /** Not known yet. */
  | { is: 'starting' }
  /** It does not, or no longer: our container has run for a while, and what befalls it now is another matter. */
  | { is: 'started' }
  | { is: 'blocked'; reason: string; message: string };

/** A sidecar that crashes at its start is seen running for a moment; one that runs for this long has started. */
const STEADY_MS = 10_000;
/** The readiness of a pod whose sidecar crashes comes and goes. In one that is older, what happens is no matter of starting. */
const YOUNG_MS = 5 * 60_000;
/** What a container says that only waits its turn (pkg/kubelet/kubelet_pods.go); every other reason is a fault of the container. */
const IN_TURN: readonly string[] = ['', 'PodInitializing', 'ContainerCreating'];

/**
 * Judged from the statuses of the kubelet. Native sidecars start one after the other with the other init containers, so that
 * whatever comes after ours is proof that ours has run. Undefined for a pod without a sidecar, or one that is going or has failed.
 */
export function standingOf(pod: Pod, now: Date): Standing | undefined {
  if (!isInjected(pod) || pod.metadata.deletionTimestamp) return undefined;
  if (hasEnded(pod)) return pod.status?.phase === 'Succeeded' ? { is: 'started' } : undefined;
  const { initContainerStatuses = [], containerStatuses = [] } = pod.status ?? {};
  if (initContainerStatuses.filter(isAfterOurs(pod)).some(hasRun) && !containerStatuses.some(hasRun))
    return { is: 'started' };
  const ours = initContainerStatuses.find(({ name }) => name === SIDECAR);
  const { waiting, running, terminated } = ours?.state ?? {};
  if (containerStatuses.some(hasRun) && !running) {
    const last = terminated ?? ours?.lastState?.terminated;
    if (!isYoung(pod, now) || !last || lasted(last) >= STEADY_MS) return { is: 'started' };
    // A pod is not ready while a native sidecar does not run: a rollout waits for it as if the application had not started.
    if (!containerStatuses.every(({ ready }) => ready)) return { is: 'starting' };
  }
  if (running) {
    const since = new Date(running.startedAt ?? now).getTime();
    return { is: now.getTime() - since >= STEADY_MS ? 'started' : 'starting' };
  }
  const reason = terminated ? (terminated.reason ?? 'Terminated') : (waiting?.reason ?? '');
  if (IN_TURN.includes(reason)) return { is: 'starting' };
  const last = terminated ?? ours?.lastState?.terminated;
  const end = last && `it ended with exit code ${last.exitCode}${last.message ? ` (${last.message.trim()})` : ''}`;
  return { is: 'blocked', reason, message: [waiting?.message, end].filter(Boolean).join('; ') || reason };
}

/** Whether its application could begin only now. */
function isYoung({ metadata, status }: Pod, now: Date): boolean {
  const initialized = status?.conditions?.find(({ type, status: is }) => type === 'Initialized' && is === 'True');
  const since = initialized?.lastTransitionTime ?? metadata.creationTimestamp ?? 0;
  return now.getTime() - new Date(since).getTime() < YOUNG_MS;
}

/** How long a run of a container was, milliseconds. One that could not be started has a start in 1970. */
function lasted({ startedAt, finishedAt }: { startedAt?: Date | undefined; finishedAt?: Date | undefined }): number {
  const from = new Date(startedAt ?? 0).getTime();
  return from === 0 ? 0 : new Date(finishedAt ?? 0).getTime() - from;
}

/** Its application runs or ran: what is done to it must be gentle. */
export const hasBegun = ({ status }: Pod): boolean => (status?.containerStatuses ?? []).some(hasRun);

function isAfterOurs({ spec }: Pod): (status: ContainerStatus) => boolean {
  const names = (spec.initContainers ?? []).map(({ name }) => name);
  return ({ name }) => names.indexOf(name) > names.indexOf(SIDECAR);
}

const hasRun = ({ state, lastState, restartCount }: ContainerStatus): boolean =>
  !!(state?.running ?? state?.terminated ?? lastState?.terminated) || restartCount > 0;

type Owner = NonNullable<Pod['metadata']['ownerReferences']>[number];
export const controllerOf = ({ metadata }: Pod): Owner | undefined =>
  metadata.ownerReferences?.find(({ controller }) => controller);

/** Of these the controller makes another one at once, and nothing else comes of it. Not so of a Job, which counts it as a failure. */
export function isReplaced(pod: Pod): boolean {
  const owner = controllerOf(pod);
  return (
    owner !== undefined &&
    /^(apps\/.*|v1)$/.test(owner.apiVersion) &&
    ['ReplicaSet', 'StatefulSet', 'DaemonSet', 'ReplicationController'].includes(owner.kind)
  );
}
