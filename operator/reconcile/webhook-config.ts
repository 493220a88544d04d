import { LABEL, MANAGED_BY } from '../../api/names.ts';

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

/**
 * The webhook configuration for just these namespaces: no other pod's creation depends on us in any way. Without a
 * namespace there is no entry. It fails open, and is owned by the chart's ClusterRole, so it goes at uninstall.
 */
export function webhookConfig({ name, namespace, caBundle, owner }: WebhookTarget, namespaces: readonly string[]) {
  const entry = {
    name: 'pods.tracewell.dev',
    admissionReviewVersions: ['v1'],
    clientConfig: { service: { name, namespace, path: '/inject', port: 443 }, caBundle },
    rules: [{ apiGroups: [''], apiVersions: ['v1'], operations: ['CREATE'], resources: ['pods'], scope: 'Namespaced' }],
    namespaceSelector: {
      matchExpressions: [{ key: 'kubernetes.io/metadata.name', operator: 'In', values: namespaces.toSorted() }],
    },
    objectSelector: { matchExpressions: [{ key: LABEL.inject, operator: 'NotIn', values: ['false'] }] },
    failurePolicy: 'Ignore',
    matchPolicy: 'Equivalent',
    reinvocationPolicy: 'IfNeeded',
    sideEffects: 'None',
    timeoutSeconds: 3,
  };
  return {
    apiVersion: 'admissionregistration.k8s.io/v1',
    kind: 'MutatingWebhookConfiguration',
    metadata: {
      name,
      labels: { [MANAGED_BY.key]: MANAGED_BY.value },
      ownerReferences: [{ apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'ClusterRole', ...owner }],
    },
    webhooks: namespaces.length > 0 ? [entry] : [],
  };
}
