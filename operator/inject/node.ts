import { tooOld } from '../version.ts';
import type { Pod } from './pod.ts';

/** A Node, as far as it is read here. */
export interface Node {
  metadata: { name: string; labels?: Record<string, string> };
  spec?: { unschedulable?: boolean };
  status?: { nodeInfo?: { kubeletVersion: string; operatingSystem: string } };
}

/** Nodes without a kubelet or without a host: hostPath volumes and native sidecars mean nothing there. */
const VIRTUAL: Readonly<Record<string, string>> = {
  type: 'virtual-kubelet',
  'eks.amazonaws.com/compute-type': 'fargate',
};
const isVirtual = (labels: Readonly<Record<string, string>> = {}) =>
  Object.entries(VIRTUAL).some(([label, value]) => labels[label] === value);

export function projectNode({ metadata, spec, status }: Node): Node {
  const labels = Object.entries(metadata.labels ?? {}).filter(([label]) => Object.hasOwn(VIRTUAL, label));
  const { kubeletVersion = '', operatingSystem = '' } = status?.nodeInfo ?? {};
  return {
    metadata: { name: metadata.name, labels: Object.fromEntries(labels) },
    spec: { unschedulable: spec?.unschedulable ?? false },
    status: { nodeInfo: { kubeletVersion, operatingSystem } },
  };
}

/**
 * A node on which the pod could run and whose kubelet does not know native sidecars: it would wait for ours to end. Only
 * Linux nodes count, no virtual ones, and cordoned ones only for a pod that names its node (a DaemonSet's).
 */
export function oldNode(pod: Pod, nodes: readonly Node[]): Node | undefined {
  const named = namedNodes(pod);
  return nodes.find(({ metadata: { name, labels }, spec, status }) => {
    if (named ? !named.includes(name) : spec?.unschedulable) return false;
    const { kubeletVersion = '', operatingSystem } = status?.nodeInfo ?? {};
    const [, major, minor] = /^v(\d+)\.(\d+)/.exec(kubeletVersion) ?? [];
    return major && minor && operatingSystem !== 'windows' && !isVirtual(labels) && tooOld({ major, minor });
  });
}

/** The only nodes that the pod can go to, by name; undefined: any. */
function namedNodes({ spec }: Pod): string[] | undefined {
  if (spec.nodeName) return [spec.nodeName];
  const terms = spec.affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution?.nodeSelectorTerms ?? [];
  const names = terms.map(({ matchFields = [] }) =>
    matchFields.find(({ key, operator }) => key === 'metadata.name' && operator === 'In'),
  );
  return names.length > 0 && names.every((one) => one !== undefined)
    ? names.flatMap(({ values = [] }) => values)
    : undefined;
}

/** Whether the pod asks for a node without a host (EKS Fargate, a virtual kubelet), where it could not start with our volumes. */
export const wantsVirtualNode = ({ metadata, spec }: Pod): boolean =>
  spec.schedulerName === 'fargate-scheduler' ||
  metadata.labels?.['eks.amazonaws.com/fargate-profile'] !== undefined ||
  isVirtual(spec.nodeSelector);
