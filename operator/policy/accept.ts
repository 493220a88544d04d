import { PLURAL, API_VERSION, type PolicyKind } from '../../api/names.ts';
import { clusterTracingPolicy, tracingPolicy, type Policy, type PolicyStatus } from '../../api/policy.ts';
import type { KubeObject } from '../cluster.ts';
import { bound, type Bounds } from './bounds.ts';
import { faultsOfRules } from './rules.ts';

/** A policy as it stands in the API server. */
export interface RawPolicy extends KubeObject {
  kind: PolicyKind;
  metadata: KubeObject['metadata'] & { generation?: number; deletionTimestamp?: string };
  status?: PolicyStatus;
}

/** Which policy. */
export interface PolicyRef {
  kind: PolicyKind;
  metadata: { name: string; namespace?: string };
}

/** What became of a policy: it is in force within the platform's bounds, or the reason why not. */
export type Judged =
  | { ok: true; policy: Policy; notes: readonly string[] }
  | { ok: false; reason: 'Invalid' | 'SystemNamespace'; message: string };

export interface Platform {
  /** The operator's. */
  ownNamespace: string;
  bounds: Bounds;
}

const SYSTEM_NAMESPACES: readonly string[] = ['kube-system', 'kube-public', 'kube-node-lease'];

/** Namespaces whose pods are never injected: a fault of ours must not stop the cluster, nor the operator itself. */
export const untouched = (ownNamespace: string): readonly string[] => [...SYSTEM_NAMESPACES, ownNamespace];

/** `<Kind>.<name>`: the stem of its file in a namespace's Secret, and what a pod's annotation says. */
export const stemOf = ({ kind, metadata }: PolicyRef): string => `${kind}.${metadata.name}`;

/** For people: `TracingPolicy shop/cart`, `ClusterTracingPolicy base`. */
export const titleOf = ({ kind, metadata }: PolicyRef): string =>
  `${kind} ${metadata.namespace ? `${metadata.namespace}/` : ''}${metadata.name}`;

/** Where its status is written. */
export function statusPath({ kind, metadata: { namespace, name } }: PolicyRef): string {
  const scope = namespace ? `namespaces/${namespace}/` : '';
  return `/apis/${API_VERSION}/${scope}${PLURAL[kind]}/${name}/status`;
}

/**
 * Checks what the API server let in: its schema is generated from the same source, but an object may be older than the
 * schema, and a namespace cannot be judged there.
 */
export function accept(raw: RawPolicy, { ownNamespace, bounds }: Platform): Judged {
  const { namespace = '' } = raw.metadata;
  if (raw.kind === 'TracingPolicy' && untouched(ownNamespace).includes(namespace)) {
    const message = `Pods of ${namespace} are never injected: a fault of ours must not stop the cluster. Put the policy into a namespace of an application.`;
    return { ok: false, reason: 'SystemNamespace', message };
  }
  const parsed = raw.kind === 'TracingPolicy' ? tracingPolicy.safeParse(raw) : clusterTracingPolicy.safeParse(raw);
  const faults = parsed.success
    ? faultsOfRules(parsed.data.spec)
    : parsed.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`);
  if (parsed.success && faults.length === 0) return { ok: true, ...bound(parsed.data, bounds) };
  const message = `${faults.slice(0, 3).join('; ')}. Correct the policy and apply it again; other policies are not affected.`;
  return { ok: false, reason: 'Invalid', message };
}
