import { LABEL, MANAGED_BY } from '../../api/names.ts';
import type { LabelSelector } from '../../api/policy.ts';

export interface WebhookTarget {
  /** Of the release: configuration, Service. */
  name: string;
  namespace: string;
  /** base64 of PEM. */
  caBundle: string;
  owner: { name: string; uid: string };
}

export const webhookPath = (name: string): string =>
  `/apis/admissionregistration.k8s.io/v1/mutatingwebhookconfigurations/${name}`;

/** Whose pods the API server asks about. */
export interface Scope {
  /** Those that have a policy of their own. */
  namespaces: readonly string[];
  clusterPolicies: readonly { name: string; namespaceSelector: LabelSelector }[];
  /** Never, whatever selects them: the system's namespaces, the operator's, and those that must wait. */
  excluded: readonly string[];
}

/**
 * The webhook configuration for just these namespaces: no other pod's creation depends on us in any way. One entry for the
 * namespaces with policies of their own, by name; one for each cluster policy, by its selector. It fails open, and is owned
 * by the chart's ClusterRole, so it goes at uninstall.
 */
export function webhookConfig(target: WebhookTarget, { namespaces, clusterPolicies, excluded }: Scope) {
  const { name, owner } = target;
  const named = namespaces.filter((namespace) => !excluded.includes(namespace));
  const byName: LabelSelector = {
    matchExpressions: [{ key: NAMESPACE_NAME, operator: 'In', values: named.toSorted() }],
  };
  const others = clusterPolicies.toSorted((a, b) => (a.name < b.name ? -1 : 1));
  return {
    apiVersion: 'admissionregistration.k8s.io/v1',
    kind: 'MutatingWebhookConfiguration',
    metadata: {
      name,
      labels: { [MANAGED_BY.key]: MANAGED_BY.value },
      ownerReferences: [{ apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'ClusterRole', ...owner }],
    },
    webhooks: [
      ...(named.length > 0 ? [entry(NAMED_ENTRY, byName, target)] : []),
      ...others.map(({ name: policy, namespaceSelector }) =>
        entry(clusterEntry(policy), without(namespaceSelector, excluded), target),
      ),
    ],
  };
}

const NAMESPACE_NAME = 'kubernetes.io/metadata.name';
const NAMED_ENTRY = 'pods.tracewell.dev';
const CLUSTER_ENTRY = '.clusterpolicy.tracewell.dev';

/** A policy's name is a DNS subdomain, and so must be an entry's. */
const clusterEntry = (policy: string): string => `${policy}${CLUSTER_ENTRY}`;

/** The cluster policy that an entry is for; undefined for that of the namespaces by name. */
export const clusterPolicyOf = (entryName: string): string | undefined =>
  entryName.endsWith(CLUSTER_ENTRY) ? entryName.slice(0, -CLUSTER_ENTRY.length) : undefined;

function without({ matchLabels, matchExpressions = [] }: LabelSelector, excluded: readonly string[]): LabelSelector {
  const expression = { key: NAMESPACE_NAME, operator: 'NotIn' as const, values: excluded.toSorted() };
  return {
    ...(matchLabels ? { matchLabels } : {}),
    matchExpressions: [...matchExpressions, ...(excluded.length > 0 ? [expression] : [])],
  };
}

function entry(name: string, namespaceSelector: LabelSelector, target: WebhookTarget) {
  return {
    name,
    admissionReviewVersions: ['v1'],
    clientConfig: {
      service: { name: target.name, namespace: target.namespace, path: '/inject', port: 443 },
      caBundle: target.caBundle,
    },
    rules: [{ apiGroups: [''], apiVersions: ['v1'], operations: ['CREATE'], resources: ['pods'], scope: 'Namespaced' }],
    namespaceSelector,
    objectSelector: { matchExpressions: [{ key: LABEL.inject, operator: 'NotIn', values: ['false'] }] },
    failurePolicy: 'Ignore',
    matchPolicy: 'Equivalent',
    reinvocationPolicy: 'IfNeeded',
    sideEffects: 'None',
    timeoutSeconds: 3,
  };
}
