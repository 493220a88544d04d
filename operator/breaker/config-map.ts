import { MANAGED_BY } from '../../api/names.ts';
import { describe } from '../../runtime/errors.ts';
import type { KubeObject } from '../cluster.ts';
import { parseState, type State } from './state.ts';

/** The ConfigMap by which all replicas know the breakers. */
export interface ConfigMap extends KubeObject {
  data?: Record<string, string>;
}
/** What is kept of it. */
export interface StateObject extends KubeObject {
  state: State;
  /** What is wrong with it: somebody wrote there. Then no breaker is open, until there is new evidence. */
  fault?: string;
}

/** `release`: its name. */
export const breakerName = (release: string): string => `${release}-breaker`;
const FILE = 'state.json';

export const breakersPath = (namespace: string): string => `/api/v1/namespaces/${namespace}/configmaps`;
/** Only this one may be listed and watched. */
export const breakerQuery = (namespace: string, release: string): string =>
  `${breakersPath(namespace)}?fieldSelector=metadata.name%3D${breakerName(release)}`;

export function projectState({ metadata, data }: ConfigMap): StateObject {
  try {
    return { metadata, state: parseState(data?.[FILE] ?? '{}') };
  } catch (error) {
    return { metadata, state: {}, fault: describe(error) };
  }
}

/** Owned by the chart's ClusterRole, so that it goes at uninstall. */
export function configMapOf(
  state: State,
  { name, namespace, owner }: { name: string; namespace: string; owner: { name: string; uid: string } },
): ConfigMap {
  const ownerReferences = [{ apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'ClusterRole', ...owner }];
  const labels = { [MANAGED_BY.key]: MANAGED_BY.value };
  const metadata = { name: breakerName(name), namespace, labels, ownerReferences };
  return {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata,
    data: { [FILE]: JSON.stringify(state, undefined, 1) },
  };
}
