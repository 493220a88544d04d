import * as z from 'zod';
import { GROUP, PLURAL, type PolicyKind } from '../../api/names.ts';
import { clusterPolicySpec, NAME_AT_MOST, policySpec, policyStatus } from '../../api/policy.ts';

type Json = { [key: string]: unknown };

const KINDS = {
  TracingPolicy: {
    scope: 'Namespaced',
    shortName: 'tp',
    spec: policySpec,
    description: 'Says which pods of its namespace have their logs captured, and how.',
  },
  ClusterTracingPolicy: {
    scope: 'Cluster',
    shortName: 'ctp',
    spec: clusterPolicySpec,
    description: 'Says which pods of some namespaces have their logs captured, and how; for the platform.',
  },
} as const;

/** The CustomResourceDefinition of a kind of policy, from the zod schemas. */
export function policyCrd(kind: PolicyKind): Json {
  const { scope, shortName, spec, description } = KINDS[kind];
  return {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: `${PLURAL[kind]}.${GROUP}` },
    spec: {
      group: GROUP,
      scope,
      names: {
        kind,
        listKind: `${kind}List`,
        plural: PLURAL[kind],
        singular: kind.toLowerCase(),
        shortNames: [shortName],
        categories: ['tracewell', 'observability'],
      },
      versions: [
        {
          name: 'v1alpha1',
          served: true,
          storage: true,
          subresources: { status: {} },
          additionalPrinterColumns: [
            column('Accepted', "{.status.conditions[?(@.type=='Accepted')].status}"),
            column('Elasticsearch', "{.status.conditions[?(@.type=='ElasticsearchReady')].reason}"),
            column('Matched', '{.status.pods.matched}', 'integer'),
            column('Injected', '{.status.pods.injected}', 'integer'),
            column('Loaded', '{.status.configuration.loaded}', 'integer'),
            column('Delivering', "{.status.conditions[?(@.type=='Delivering')].reason}"),
            column('Captured', '{.status.ratios.capture}', 'number'),
            { ...column('Stored', '{.status.records.stored}', 'integer'), priority: 1 },
            { ...column('Last', '{.status.lastAcknowledged}', 'date'), priority: 1 },
            { ...column('Outdated', '{.status.pods.outdated}', 'integer'), priority: 1 },
            { ...column('Priority', '{.spec.priority}', 'integer'), priority: 1 },
            { ...column('Paused', '{.spec.paused}', 'boolean'), priority: 1 },
            column('Age', '{.metadata.creationTimestamp}', 'date'),
          ],
          schema: {
            openAPIV3Schema: {
              type: 'object',
              description,
              required: ['spec'],
              'x-kubernetes-validations': [
                {
                  rule: `size(self.metadata.name) <= ${NAME_AT_MOST}`,
                  message: `the name must have at most ${NAME_AT_MOST} characters`,
                },
              ],
              properties: { spec: structural(spec), status: structural(policyStatus) },
            },
          },
        },
      ],
    },
  };
}

const column = (name: string, path: string, type = 'string') => ({ name, type, jsonPath: path.slice(1, -1) });

/** zod's OpenAPI form less what a structural schema may not have (Kubernetes, "Specifying a structural schema"). */
export function structural(schema: z.ZodType): Json {
  return clean(z.toJSONSchema(schema, { target: 'openapi-3.0', io: 'input' })) as Json;
}

const REFUSED = new Set(['$schema', '$defs', 'propertyNames']);

function clean(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(clean);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).flatMap(([key, item]) => (REFUSED.has(key) ? [] : [[key, clean(item)]])),
  );
}
