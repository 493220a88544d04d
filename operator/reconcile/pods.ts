import { isOurs, OUR_VOLUMES, type Container, type ContainerStatus, type Pod } from '../inject/pod.ts';

/** Annotations of other projects that decisions about a running pod read. */
const READ = [
  'kubernetes.io/config.mirror',
  'cluster-autoscaler.kubernetes.io/safe-to-evict',
  'karpenter.sh/do-not-disrupt',
];
const METADATA = [
  'name',
  'generateName',
  'namespace',
  'uid',
  'resourceVersion',
  'labels',
  'ownerReferences',
  'creationTimestamp',
  'deletionTimestamp',
] as const;
const SPEC = [
  'nodeName',
  'os',
  'nodeSelector',
  'affinity',
  'resources',
  'overhead',
  'schedulerName',
  'serviceAccountName',
  'priorityClassName',
  'activeDeadlineSeconds',
] as const;

/**
 * A pod of the API server less everything that no decision reads: some hundred bytes of it stay, for the operator holds all
 * pods of the namespaces that are selected.
 */
export function project({ metadata, spec, status = {} }: Pod): Pod {
  const annotations = Object.entries(metadata.annotations ?? {}).filter(
    ([key]) => key.startsWith('tracewell.dev/') || READ.includes(key),
  );
  const volumes = (spec.volumes ?? []).filter(({ name }) => OUR_VOLUMES.includes(name));
  const kept = status.conditions?.filter(({ type }) => type === 'Ready' || type === 'Initialized');
  return {
    metadata: { ...pick(metadata, METADATA), annotations: Object.fromEntries(annotations) },
    spec: {
      ...pick(spec, SPEC),
      containers: spec.containers.map(projectContainer),
      initContainers: (spec.initContainers ?? []).map(projectContainer),
      volumes: volumes.map(({ name }) => ({ name })),
    },
    status: {
      ...pick(status, ['phase']),
      conditions: (kept ?? []).map((condition) => pick(condition, ['type', 'status', 'lastTransitionTime'])),
      initContainerStatuses: (status.initContainerStatuses ?? []).map(projectStatus),
      containerStatuses: (status.containerStatuses ?? []).map(projectStatus),
    },
  };
}

/** Ours with all that it was injected with: a look at it says whether it is outdated. */
function projectContainer(container: Container): Container {
  if (isOurs(container)) return container;
  const mounts = container.volumeMounts?.filter(({ name }) => OUR_VOLUMES.includes(name)) ?? [];
  return {
    ...pick(container, ['name', 'image', 'resources', 'restartPolicy']),
    ...(mounts.length > 0 ? { volumeMounts: mounts } : {}),
  };
}

/** Whether it runs or has run, and what keeps it from running. */
function projectStatus(status: ContainerStatus): ContainerStatus {
  const { waiting, terminated } = status.lastState ?? {};
  return {
    ...pick(status, ['name', 'ready', 'started', 'restartCount', 'state']),
    ...((waiting ?? terminated) ? { lastState: pick(status.lastState!, ['waiting', 'terminated']) } : {}),
  };
}

/** Pods that have ended write nothing more. */
export const hasEnded = ({ status }: Pod): boolean => status?.phase === 'Succeeded' || status?.phase === 'Failed';

/** Those of the properties that are there. */
function pick<T extends object, K extends keyof T>(object: T, keys: readonly K[]): Pick<T, K> {
  return Object.fromEntries(keys.flatMap((key) => (object[key] === undefined ? [] : [[key, object[key]]]))) as Pick<
    T,
    K
  >;
}
