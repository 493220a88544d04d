import * as z from 'zod';
import { GROUP } from '../../api/names.ts';
import { policySpec, policyStatus } from '../../api/policy.ts';

type Json = { [key: string]: unknown };

/** The CustomResourceDefinition of TracingPolicy, from the zod schemas. */
export function policyCrd(): Json {
  return {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: `tracingpolicies.${GROUP}` },
    spec: {
      group: GROUP,
      scope: 'Namespaced',
      names: {
        kind: 'TracingPolicy',
        listKind: 'TracingPolicyList',
        plural: 'tracingpolicies',
        singular: 'tracingpolicy',
        shortNames: ['tp'],
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
            column('Age', '{.metadata.creationTimestamp}', 'date'),
          ],
          schema: {
            openAPIV3Schema: {
              type: 'object',
              description: 'Says which pods of its namespace have their logs captured, and how.',
              required: ['spec'],
              properties: { spec: structural(policySpec), status: structural(policyStatus) },
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
