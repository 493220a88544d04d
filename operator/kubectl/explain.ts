import { ANNOTATION, CONDITION, SIDECAR, SKIP_REASON } from '../../api/names.ts';
import type { Policy } from '../../api/policy.ts';
import { displayName, isInjected, isOurs, workloadOf, type ContainerStatus, type Pod } from '../inject/pod.ts';
import { skipOf, type Skip } from '../inject/skip.ts';
import { stemOf, titleOf, untouched } from '../policy/accept.ts';
import { selecting } from '../policy/govern.ts';
import { hasEnded } from '../reconcile/pods.ts';
import { CURE } from '../audit/cure.ts';
import { tierOf, unmet, whyBehind } from './precedence.ts';
import { reportedOf, type Reported } from './reported.ts';
import type { Snapshot } from './snapshot.ts';

interface Said {
  policy: string;
  why: string;
}

/** Why a pod is as it is; what is absent does not apply, or is not known. */
export interface Explanation {
  namespace: string;
  pod: string;
  workload?: string;
  /** There is no such pod yet: one that the workload would create. */
  isNew: boolean;
  state: 'Running' | 'Ended' | 'Terminating';
  governing?: Said;
  /** Those that select it, too. */
  behind: Said[];
  /** Those that reach the namespace and do not select it, or are refused: what is to be said of each. */
  others: Said[];
  /** Its namespace is the system's or the operator's, which no policy reaches. */
  isUntouched: boolean;
  /** There may be policies that could not be read. */
  mayBeOthers: boolean;
  /** `<Kind>.<name>` of the policy under which it was injected, where that is another one. */
  injectedUnder?: string;
  sidecar?: SidecarFacts;
  skip?: Cured;
  reported?: Reported;
}

export interface SidecarFacts {
  image: string;
  injectedAt?: string;
  revision?: string;
  /** Undefined: nobody could say. */
  outdated?: boolean;
  /** What a new pod would get. */
  newImage?: string;
  container: string;
}

/** Judges a pod as the webhook and the audit do. Pure. */
export function explain(pod: Pod, snapshot: Snapshot, isNew = false): Explanation {
  const { namespace = '', labels = {}, annotations = {} } = pod.metadata;
  const policies = snapshot.policiesOf(namespace);
  const [first, ...behind] = selecting(policies, labels);
  const workload = workloadOf(pod);
  const annotated = annotations[ANNOTATION.policy];
  const injected = isInjected(pod);
  const state = pod.metadata.deletionTimestamp ? 'Terminating' : hasEnded(pod) ? 'Ended' : 'Running';
  const skip = first && !injected ? whySkipped(pod, first, { snapshot, isNew }) : undefined;
  const reported = injected
    ? reportedOf(pod, first && snapshot.policies.sourceOf(first).raw.status?.configuration?.revision)
    : undefined;
  return {
    namespace,
    pod: displayName(pod),
    ...(workload ? { workload } : {}),
    isNew,
    state,
    ...(first
      ? { governing: { policy: titleOf(first), why: `${tierOf(first)}, priority ${first.spec.priority}` } }
      : {}),
    behind: behind.map((policy) => ({ policy: titleOf(policy), why: whyBehind(policy, first!) })),
    others: othersOf(namespace, labels, snapshot),
    isUntouched: untouched(snapshot.platform.ownNamespace).includes(namespace),
    mayBeOthers: !snapshot.hasAllPolicies,
    ...(injected && annotated !== undefined && (!first || stemOf(first) !== annotated)
      ? { injectedUnder: annotated }
      : {}),
    ...(injected ? { sidecar: sidecarFacts(pod, snapshot) } : {}),
    ...(skip ? { skip } : {}),
    ...(reported ? { reported } : {}),
  };
}

interface Cured extends Skip {
  cure: string;
}
interface Seen {
  snapshot: Snapshot;
  isNew: boolean;
}

/** What the webhook would say of it today; when that is nothing, why it was missed. Undefined for a pod that is still to come. */
function whySkipped(pod: Pod, policy: Policy, { snapshot, isNew }: Seen): Cured | undefined {
  const skip = skipOf(pod, { policy, ...snapshot.surroundings(pod.metadata.namespace ?? '') });
  if (skip) return { ...skip, cure: CURE[skip.reason] };
  const { conditions = [], inForceSince } = snapshot.policies.sourceOf(policy).raw.status ?? {};
  const reason = SKIP_REASON.Missed;
  if (inForceSince === undefined) {
    const ready = conditions.find(({ type, status }) => type === CONDITION.ElasticsearchReady && status !== 'True');
    const why = ready ? `: ${ready.message.replace(/\.$/, '')}` : '';
    const cure = 'Bring the policy into force (kubectl tracewell status), and create the pod again.';
    return { reason, message: `the policy ${policy.metadata.name} is not in force yet${why}`, cure };
  }
  if (isNew) return undefined;
  const { creationTimestamp = '' } = pod.metadata;
  const isBefore = Date.parse(creationTimestamp) < Date.parse(inForceSince);
  const message = isBefore
    ? `the pod was created at ${creationTimestamp}, and the policy is in force since ${inForceSince}`
    : `the webhook was not there or not asked when the pod was created, at ${creationTimestamp}`;
  return { reason, message, cure: CURE[reason] };
}

/** Those that have a say in the namespace, or should. */
function othersOf(namespace: string, labels: Readonly<Record<string, string>>, snapshot: Snapshot): Said[] {
  const reaching = new Set(snapshot.policiesOf(namespace));
  return snapshot.policies.all().flatMap((raw) => {
    if (raw.kind === 'TracingPolicy' && raw.metadata.namespace !== namespace) return [];
    const judged = snapshot.policies.judge(raw);
    if (!judged.ok) return [{ policy: titleOf(raw), why: `is refused: ${judged.message.replace(/\.$/, '')}` }];
    if (!reaching.has(judged.policy)) return [];
    const why = unmet(judged.policy.spec.selector, labels);
    return why ? [{ policy: titleOf(raw), why: `does not select it: ${why}` }] : [];
  });
}

function sidecarFacts(pod: Pod, snapshot: Snapshot): SidecarFacts {
  const { annotations = {} } = pod.metadata;
  const outdated = snapshot.isOutdated(pod);
  const [injectedAt, revision] = [annotations[ANNOTATION.injectedAt], annotations[ANNOTATION.revision]];
  const newImage = snapshot.operator?.sidecar.image;
  return {
    image: (pod.spec.initContainers ?? []).find(isOurs)?.image ?? '',
    ...(injectedAt === undefined ? {} : { injectedAt }),
    ...(revision === undefined ? {} : { revision }),
    ...(outdated === undefined ? {} : { outdated }),
    ...(newImage === undefined ? {} : { newImage }),
    container: containerState(pod.status?.initContainerStatuses?.find(({ name }) => name === SIDECAR)),
  };
}

/** How the kubelet sees the sidecar's container. */
function containerState(status: ContainerStatus | undefined): string {
  const { running, waiting, terminated } = status?.state ?? {};
  const restarts = status?.restartCount ? `, after ${status.restartCount} restarts` : '';
  if (running) return `running since ${String(running.startedAt)}${restarts}`;
  if (waiting) return `waiting: ${waiting.reason ?? 'no reason given'}${waiting.message ? `: ${waiting.message}` : ''}`;
  if (terminated) return `ended with exit code ${terminated.exitCode} (${terminated.reason ?? 'no reason given'})`;
  return 'not started yet';
}
