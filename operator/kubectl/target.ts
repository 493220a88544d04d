import type { LabelSelector } from '../../api/policy.ts';
import type { KubeObject } from '../cluster.ts';
import { workloadOf, type Pod } from '../inject/pod.ts';
import { Misused } from './exit.ts';
import type { Reader } from './reader.ts';

/** Kinds whose pods can be named by them, and their paths. */
const KINDS = {
  Pod: { path: 'api/v1', plural: 'pods', short: ['po'] },
  Deployment: { path: 'apis/apps/v1', plural: 'deployments', short: ['deploy'] },
  StatefulSet: { path: 'apis/apps/v1', plural: 'statefulsets', short: ['sts'] },
  DaemonSet: { path: 'apis/apps/v1', plural: 'daemonsets', short: ['ds'] },
  ReplicaSet: { path: 'apis/apps/v1', plural: 'replicasets', short: ['rs'] },
  Job: { path: 'apis/batch/v1', plural: 'jobs', short: [] },
} as const;
export type Kind = keyof typeof KINDS;

/** One object of a namespace, by kind and name. */
export interface Target {
  kind: Kind;
  name: string;
}

/** A workload: its pods by a selector, and how new ones look. */
export interface Workload extends KubeObject {
  metadata: KubeObject['metadata'] & { generation?: number };
  spec: {
    selector: LabelSelector;
    template: { metadata?: Partial<Pod['metadata']>; spec: Pod['spec'] };
    replicas?: number;
    paused?: boolean;
    updateStrategy?: { type?: string; rollingUpdate?: { partition?: number } };
  };
  status?: Record<string, unknown>;
}

/** `cart-0`, `pod/cart-0`, `deploy/cart`: kinds as kubectl writes them. */
export function parseTarget(word: string): Target {
  const [first = '', name, ...more] = word.split('/');
  if (name === undefined) return { kind: 'Pod', name: first };
  const wanted = first.toLowerCase().split('.')[0]!;
  const found = (Object.keys(KINDS) as Kind[]).find(
    (kind) =>
      [kind.toLowerCase(), KINDS[kind].plural].includes(wanted) ||
      (KINDS[kind].short as readonly string[]).includes(wanted),
  );
  if (!found || !name || more.length > 0)
    throw new Misused(
      `${word} names no pod or workload; write a pod's name, or one of ${Object.keys(KINDS).join('/…, ').toLowerCase()}/…`,
    );
  return { kind: found, name };
}

export const pathOf = (namespace: string, { kind, name }: Target): string =>
  `/${KINDS[kind].path}/namespaces/${namespace}/${KINDS[kind].plural}/${name}`;

export const podsPath = (namespace: string | undefined): string =>
  namespace === undefined ? '/api/v1/pods' : `/api/v1/namespaces/${namespace}/pods`;

/** For people, with the namespace. */
export const nameOf = (namespace: string, { kind, name }: Target): string =>
  `${kind.toLowerCase()} ${name} in the namespace ${namespace}`;

/** A label selector as a query writes it (Kubernetes, "Labels and Selectors"). */
export function selectorText({ matchLabels = {}, matchExpressions = [] }: LabelSelector): string {
  const words = { In: 'in', NotIn: 'notin' } as const;
  const expressions = matchExpressions.map(({ key, operator, values = [] }) => {
    if (operator === 'Exists') return key;
    return operator === 'DoesNotExist' ? `!${key}` : `${key} ${words[operator]} (${values.join(',')})`;
  });
  return [...Object.entries(matchLabels).map(([key, value]) => `${key}=${value}`), ...expressions].join(',');
}

/** The pods that a target stands for: itself, or all of a workload; and the workload, if it is one. */
export async function podsOf(
  reader: Reader,
  namespace: string,
  target: Target,
): Promise<{ pods: Pod[]; workload: Workload | undefined }> {
  const what = nameOf(namespace, target);
  if (target.kind === 'Pod')
    return { pods: [await reader.need<Pod>(pathOf(namespace, target), what)], workload: undefined };
  const workload = await reader.need<Workload>(pathOf(namespace, target), what);
  const query = `?labelSelector=${encodeURIComponent(selectorText(workload.spec.selector))}`;
  const pods = await reader.needList<Pod>(`${podsPath(namespace)}${query}`, `pods in the namespace ${namespace}`);
  return { pods: pods.filter((pod) => belongsTo(pod, target)), workload };
}

/** Other workloads may have pods with the same labels. */
function belongsTo(pod: Pod, { kind, name }: Target): boolean {
  const owner = pod.metadata.ownerReferences?.find(({ controller }) => controller);
  return (owner?.kind === kind && owner.name === name) || workloadOf(pod) === `${kind}/${name}`;
}
