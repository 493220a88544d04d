import { LABEL } from '../../api/names.ts';
import { isInjected, workloadOf, type Pod } from '../inject/pod.ts';
import type { Kind, Target, Workload } from './target.ts';

/** Kinds whose pod template can be changed. */
const TEMPLATED: readonly Kind[] = ['Deployment', 'StatefulSet', 'DaemonSet', 'ReplicaSet'];

/** How a pod can be had without its sidecar. */
export type Way =
  | { by: 'template'; target: Target }
  | { by: 'recreate'; pod: Pod }
  | { by: 'nothing'; what: string; why: string };

/** What has to be done for these pods, each workload once. Pure. */
export function waysFor(pods: readonly Pod[], force: boolean): Way[] {
  const ways = new Map<string, Way>();
  for (const pod of pods) {
    const workload = workloadOf(pod) ?? `Pod/${pod.metadata.name}`;
    if (!ways.has(workload)) ways.set(workload, wayFor(workload, pod, force));
  }
  return [...ways.values()];
}

function wayFor(workload: string, pod: Pod, force: boolean): Way {
  const [kind = '', name = ''] = workload.split('/');
  if (isTemplated(kind)) return { by: 'template', target: { kind, name } };
  const leave = (why: string): Way => ({ by: 'nothing', what: workload, why });
  if (kind === 'Job')
    return leave(
      `the template of a Job cannot be changed, and its pods end by themselves. For the next run put the label ${LABEL.inject}=false into the template of its CronJob or into its manifest`,
    );
  if (kind === 'Node') return leave("a static pod is the kubelet's, and has no sidecar");
  if (kind !== 'Pod')
    return leave(`put the label ${LABEL.inject}=false into the pod template of that ${kind}: it is not known here how`);
  if (!isInjected(pod)) return leave('it has no sidecar');
  if (force) return { by: 'recreate', pod };
  return leave(
    `nothing would create it again. Put the label ${LABEL.inject}=false into its manifest and create it again, or have that done with --force`,
  );
}

const isTemplated = (kind: string): kind is Kind => (TEMPLATED as readonly string[]).includes(kind);

/** What speaks against changing the template of a workload now. */
export function obstacleTo(kind: Kind, { spec }: Workload): string | undefined {
  const { partition = 0 } = spec.updateStrategy?.rollingUpdate ?? {};
  if (kind === 'Deployment' && spec.paused) return 'its rollout is paused (spec.paused): resume it first';
  if (kind === 'StatefulSet' && partition > 0)
    return `its update stops at the partition ${partition} (spec.updateStrategy.rollingUpdate.partition): set that to 0 first`;
  return undefined;
}

/** Whether a workload replaces its pods by itself when its template changes. */
export const rolls = (kind: Kind, { spec }: Workload): boolean =>
  kind === 'Deployment' || (kind !== 'ReplicaSet' && spec.updateStrategy?.type !== 'OnDelete');

/** Whether the controller has seen the newest template and every pod that it wants is ready. */
export function isSettled(kind: Kind, { metadata, spec, status = {} }: Workload): boolean {
  if (Number(status['observedGeneration'] ?? 0) < (metadata.generation ?? 0)) return false;
  const number = (name: string) => Number(status[name] ?? 0);
  if (kind === 'DaemonSet') return number('numberReady') >= number('desiredNumberScheduled');
  return number('readyReplicas') >= (spec.replicas ?? 1);
}
