import { tooOld } from '../version.ts';
import type { Pod } from './pod.ts';

/** A Node, as far as it is read here. */
export interface Node {
  metadata: { name: string; labels?: Record<string, string> };
  spec?: { unschedulable?: boolean };
  status?: { nodeInfo?: { kubeletVersion: string; operatingSystem?: string } };
}

/** Nodes without a kubelet or without a host: hostPath volumes and native sidecars mean nothing there. */
const VIRTUAL: Readonly<Record<string, string>> = {
  type: 'virtual-kubelet',
  'eks.amazonaws.com/compute-type': 'fargate',
};
const isVirtual = (labels: Readonly<Record<string, string>> = {}) =>
  Object.entries(VIRTUAL).some(([label, value]) => labels[label] === value);

/** Keeps what is read of a node that speaks against native sidecars, and nothing of the others: they are looked at for every pod. */
export function projectNode(node: Node): Node | undefined {
  if (!isOld(node)) return undefined;
  const { metadata, spec, status } = node;
  return {
    metadata: { name: metadata.name },
    spec: { unschedulable: spec?.unschedulable ?? false },
    status: { nodeInfo: { kubeletVersion: status!.nodeInfo!.kubeletVersion } },
  };
}

/** Whether its kubelet is too old. Only Linux nodes count, and no virtual ones. */
function isOld({ metadata, status }: Node): boolean {
  const { kubeletVersion = '', operatingSystem } = status?.nodeInfo ?? {};
  const [, major, minor] = /^v(\d+)\.(\d+)/.exec(kubeletVersion) ?? [];
  return !!major && !!minor && operatingSystem !== 'windows' && !isVirtual(metadata.labels) && tooOld({ major, minor });
}

/**
 * A node on which the pod could run and whose kubelet does not know native sidecars: it would wait for ours to end. Cordoned
 * ones count only for a pod that names its node (a DaemonSet's).
 */
export function oldNode(pod: Pod, nodes: readonly Node[]): Node | undefined {
  const named = namedNodes(pod);
  return nodes.find((node) => (named ? named.includes(node.metadata.name) : !node.spec?.unschedulable) && isOld(node));
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
