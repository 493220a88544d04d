import { onTestFinished } from 'vitest';
import { inject } from '../../operator/inject/patch.ts';
import type { Pod } from '../../operator/inject/pod.ts';
import { Cluster } from '../../operator/cluster.ts';
import { run } from '../../operator/kubectl/run.ts';
import { ApiServer } from './api-server.ts';
import { podOf, policyOf, rawPolicy, SETTINGS } from './objects.ts';

const IN_FORCE = '2026-01-02T00:00:00Z';
const NOW = new Date('2026-01-03T00:00:00Z');

/** The plugin against an API server of its own, as the person runs it in the namespace `shop`. */
export class PluginWorld {
  readonly server: ApiServer;
  /** Texts by name; `-` is what comes in. */
  files: Record<string, string> = {};
  out = '';
  err = '';

  static async start(): Promise<PluginWorld> {
    const server = await ApiServer.start();
    onTestFinished(() => server.stop());
    return new PluginWorld(server);
  }

  private constructor(server: ApiServer) {
    this.server = server;
    server.objects.put('/apis/tracewell.dev/v1alpha1', { metadata: { name: '' } });
    this.namespace('shop');
    this.operator();
  }

  /** Runs it; what it prints is in `out` and `err`. Returns the exit code. */
  async run(...args: string[]): Promise<number> {
    this.out = this.err = '';
    const cluster = new Cluster(this.server.config(), {}, { asker: { fieldManager: 'kubectl-tracewell', cure: '' } });
    return run(args, {
      connect: () => ({ cluster, namespace: 'shop' }),
      read: (file) => Promise.resolve(this.files[file] ?? ''),
      now: () => NOW,
      clock: () => performance.now(),
      pollMs: 20,
      out: (text) => (this.out += text),
      err: (text) => (this.err += text),
    });
  }

  /** Runs it, and throws what it complains of. */
  async succeed(...args: string[]): Promise<void> {
    const code = await this.run(...args);
    if (code !== 0) throw new Error(`exit code ${code}: ${this.err || this.out}`);
  }

  namespace(name: string, labels: Record<string, string> = {}): void {
    const metadata = { name, labels: { 'kubernetes.io/metadata.name': name, ...labels } };
    this.server.objects.put(`/api/v1/namespaces/${name}`, { metadata });
  }

  /** The operator's Deployment, as the chart writes it. */
  operator(image = SETTINGS.image): void {
    const { pullPolicy, resources, proxy } = SETTINGS;
    const variables = {
      TRACEWELL_SIDECAR_IMAGE: image,
      TRACEWELL_SIDECAR_PULL_POLICY: pullPolicy,
      TRACEWELL_SIDECAR_RESOURCES: JSON.stringify(resources),
      TRACEWELL_SIDECAR_PROXY: JSON.stringify(proxy),
      TRACEWELL_ELASTICSEARCH_URLS: 'https://elasticsearch.elastic.svc:9200',
      TRACEWELL_BOUNDS: '{"retention":{"max":"30d"}}',
    };
    const env = Object.entries(variables).map(([name, value]) => ({ name, value }));
    this.server.objects.put('/apis/apps/v1/namespaces/tracewell/deployments/tracewell', {
      metadata: { name: 'tracewell', namespace: 'tracewell' },
      spec: { template: { spec: { containers: [{ name: 'operator', env }] } } },
    });
  }

  /** A policy that is in force, of the namespace or of the cluster. */
  policy(raw: ReturnType<typeof rawPolicy> = rawPolicy('shop'), status: object = {}): void {
    const { namespace, name } = raw.metadata;
    const path = namespace ? `namespaces/${namespace}/tracingpolicies/${name}` : `clustertracingpolicies/${name}`;
    const { kind: _, ...rest } = raw;
    this.server.objects.put(`/apis/tracewell.dev/v1alpha1/${path}`, {
      ...rest,
      metadata: { ...raw.metadata },
      status: { observedGeneration: 1, inForceSince: IN_FORCE, ...status },
    });
  }

  pod({ metadata, ...rest }: Pod): void {
    const { name = '', namespace = 'shop' } = metadata;
    this.server.objects.put(`/api/v1/namespaces/${namespace}/pods/${name}`, {
      ...rest,
      metadata: { creationTimestamp: '2026-01-02T01:00:00Z', ...metadata, name, namespace },
    });
  }

  object(path: string, object: object): void {
    const name = path.slice(path.lastIndexOf('/') + 1);
    this.server.objects.put(path, { metadata: { name }, ...object });
  }
}

const RUNNING = { running: { startedAt: '2026-01-02T01:00:05Z' } };

/** A running pod with a sidecar, as the webhook made it and the operator noted its report. */
export function injectedPod(metadata: object = {}, { image = SETTINGS.image, annotations = {} } = {}): Pod {
  const settings = { ...SETTINGS, image };
  const pod = inject(podOf({}, metadata), {
    policy: policyOf('shop'),
    settings,
    now: new Date('2026-01-02T01:00:00Z'),
  });
  const reported = { state: 'Delivering', revision: 'c0ffee000001', since: '2026-01-02T01:00:10Z' };
  return {
    ...pod,
    metadata: {
      ...pod.metadata,
      annotations: { ...pod.metadata.annotations, 'tracewell.dev/sidecar': JSON.stringify(reported), ...annotations },
    },
    status: {
      phase: 'Running',
      initContainerStatuses: [{ name: 'tracewell', ready: true, restartCount: 0, state: RUNNING as never }],
    },
  };
}

/** A running pod without a sidecar. */
export const plainPod = (metadata: object = {}, spec: object = {}): Pod => ({
  ...podOf(spec, metadata),
  status: { phase: 'Running' },
});

/** The controller of a Deployment's pod. */
export const ofDeployment = (name: string, pod: string) => ({
  name: `${name}-5d4f-${pod}`,
  labels: { app: name, 'pod-template-hash': '5d4f' },
  ownerReferences: [
    { apiVersion: 'apps/v1', kind: 'ReplicaSet', name: `${name}-5d4f`, uid: `uid-of-${name}-5d4f`, controller: true },
  ],
});

export const golden = (name: string): string => new URL(`../golden/kubectl/${name}.txt`, import.meta.url).pathname;
