import type {
  V1Container,
  V1ContainerStatus,
  V1ObjectMeta,
  V1PodSpec,
  V1PodStatus,
  V1Volume,
} from '@kubernetes/client-node';
import { ENV, SIDECAR, VOLUME } from '../../api/names.ts';

/** The library's types are classes; what is handled here is plain data. */
type Plain<T> = Pick<T, keyof T>;

/** A pod as JSON: in admission, before it has a name, and as read from the API server. */
export interface Pod {
  metadata: Pick<V1ObjectMeta, 'name' | 'generateName' | 'namespace' | 'labels' | 'annotations' | 'ownerReferences'> & {
    uid?: string;
    resourceVersion?: string;
    /** RFC 3339. */
    creationTimestamp?: string;
    deletionTimestamp?: string;
  };
  spec: Plain<V1PodSpec>;
  status?: {
    phase?: string;
    conditions?: (Pick<NonNullable<V1PodStatus['conditions']>[number], 'type' | 'status'> & {
      /** RFC 3339. */
      lastTransitionTime?: string | Date;
    })[];
    initContainerStatuses?: ContainerStatus[];
    containerStatuses?: ContainerStatus[];
  };
}
export type ContainerStatus = Pick<
  V1ContainerStatus,
  'name' | 'ready' | 'started' | 'restartCount' | 'state' | 'lastState'
>;
export type Container = Plain<V1Container>;
export type Volume = Plain<V1Volume>;

export const OUR_VOLUMES: readonly string[] = Object.values(VOLUME).map(({ name }) => name);

/** Told from a container of the user's that has the same name by the environment that only we set. */
export function isOurs(container: Container): boolean {
  return container.name === SIDECAR && (container.env ?? []).some(({ name }) => name === ENV.logs);
}

/** Judged from the spec, never from an annotation, which anybody may write. */
export function isInjected({ spec }: Pod): boolean {
  return (spec.initContainers ?? []).some((container) => isOurs(container) && container.restartPolicy === 'Always');
}

/** Its readiness probes hold: Services send it what comes. */
export const isReady = ({ status }: Pod): boolean =>
  status?.conditions?.some(({ type, status: is }) => type === 'Ready' && is === 'True') ?? false;

/** For people: the name, or what it will begin with. */
export function displayName({ metadata }: Pod): string {
  return metadata.name || (metadata.generateName ? `${metadata.generateName}*` : '(no name)');
}

/** `Deployment/cart`, `Job/report`, …: the controller above the pod, looking through a Deployment's ReplicaSet. */
export function workloadOf({ metadata }: Pod): string | undefined {
  const owner = metadata.ownerReferences?.find(({ controller }) => controller);
  if (!owner) return undefined;
  const hash = metadata.labels?.['pod-template-hash'];
  if (owner.kind === 'ReplicaSet' && hash && owner.name.endsWith(`-${hash}`)) {
    return `Deployment/${owner.name.slice(0, -hash.length - 1)}`;
  }
  return `${owner.kind}/${owner.name}`;
}
