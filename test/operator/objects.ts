import {
  clusterTracingPolicy,
  tracingPolicy,
  type ClusterTracingPolicy,
  type TracingPolicy,
} from '../../api/policy.ts';
import type { Pod } from '../../operator/inject/pod.ts';
import type { RawPolicy } from '../../operator/policy/accept.ts';
import type { SidecarSettings } from '../../operator/inject/sidecar.ts';
import type { Surroundings } from '../../operator/inject/skip.ts';

/** A policy as the API server gives it, without defaults and without a check. */
export interface RawObject {
  apiVersion: string;
  kind: string;
  metadata: { name: string; namespace?: string; uid: string; generation: number; creationTimestamp: string };
  spec: object;
}

export function rawPolicy(name = 'all', spec: object = {}, metadata: object = {}): RawObject {
  return {
    apiVersion: 'tracewell.dev/v1alpha1',
    kind: 'TracingPolicy',
    metadata: {
      name,
      namespace: 'shop',
      uid: `uid-of-${name}`,
      generation: 1,
      creationTimestamp: '2026-01-01T00:00:00Z',
      ...metadata,
    },
    spec,
  };
}

export function rawClusterPolicy(name = 'base', spec: object = {}, metadata: object = {}): RawObject {
  const { namespace: _, ...own } = rawPolicy(name, {}, metadata).metadata;
  return {
    apiVersion: 'tracewell.dev/v1alpha1',
    kind: 'ClusterTracingPolicy',
    metadata: own,
    spec: { namespaceSelector: {}, ...spec },
  };
}

/** A policy that is accepted, with every default. */
export const policyOf = (name?: string, spec?: object, metadata?: object): TracingPolicy =>
  tracingPolicy.parse(rawPolicy(name, spec, metadata));
export const clusterPolicyOf = (name?: string, spec?: object, metadata?: object): ClusterTracingPolicy =>
  clusterTracingPolicy.parse(rawClusterPolicy(name, spec, metadata));

/** A pod with one container, as a person would write it. */
export function podOf(spec: object = {}, metadata: object = {}): Pod {
  return {
    metadata: { name: 'cart-0', namespace: 'shop', labels: { app: 'cart' }, ...metadata },
    spec: { containers: [{ name: 'app', image: 'cart:1' }], ...spec },
  };
}

/** What the chart's values say about every sidecar. */
export const SETTINGS: SidecarSettings = {
  image: 'registry.example.com/tracewell/sidecar:0.1.0',
  pullPolicy: 'IfNotPresent',
  pullSecrets: [],
  proxy: { http: '', https: '', none: '' },
  resources: { requests: { cpu: '10m', memory: '48Mi' }, limits: { cpu: '500m', memory: '192Mi' } },
};

/** A namespace in which nothing speaks against a sidecar. */
export const SURROUNDINGS: Surroundings = {
  settings: SETTINGS,
  ownNamespace: 'tracewell',
  namespaceLabels: {},
  quotas: [],
  limitRanges: [],
  nodes: [],
  breaker: undefined,
};

/** Policies by namespace, `''` for those of the cluster, of all that there are. */
export const withinOf = (all: () => readonly RawPolicy[]) => (namespace: string) =>
  all().filter(({ metadata }) => (metadata.namespace ?? '') === namespace);
