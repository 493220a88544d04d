import { inject } from 'vitest';
import { ANNOTATION } from '../../api/names.ts';
import type { Standing } from '../../operator/reports/annotations.ts';
import { attachElasticsearch, type Elasticsearch } from '../backends/elasticsearch.ts';
import { attach, type Cluster } from '../cluster/cluster.ts';
import { NAMESPACE } from '../installation.ts';
import { until } from '../wait.ts';

type Json = Record<string, unknown>;

/** The installed product with all that is around it, for tests in `describe.skipIf(world.missing)`; call its `close` after them. */
export class World {
  readonly missing: string;
  readonly cluster: Cluster;
  readonly elasticsearch: Elasticsearch;
  /** An image with Node.js: the demo's. */
  readonly image: string;

  constructor() {
    const [cluster, elasticsearch, given] = [inject('cluster'), inject('elasticsearch'), inject('installation')];
    this.missing = 'missing' in given ? given.missing : '';
    this.image = 'missing' in given ? '' : given.shopImage;
    this.cluster = cluster.provider === 'none' ? ({} as Cluster) : attach(cluster);
    this.elasticsearch = elasticsearch.provider === 'none' ? ({} as Elasticsearch) : attachElasticsearch(elasticsearch);
  }

  async close(): Promise<void> {
    if (this.missing) return;
    await this.cluster.down();
    await this.elasticsearch.down();
  }

  kubectl(...args: string[]): Promise<string> {
    return this.cluster.kubectl(args);
  }

  apply(object: object): Promise<string> {
    return this.cluster.kubectl(['apply', '-f', '-'], { input: JSON.stringify(object) });
  }

  async get<T = Json>(...args: string[]): Promise<T> {
    return JSON.parse(await this.kubectl('get', ...args, '-o', 'json')) as T;
  }

  /** A namespace in which pods can be created. */
  async namespace(name: string, labels: Record<string, string> = {}): Promise<void> {
    await this.apply({ apiVersion: 'v1', kind: 'Namespace', metadata: { name, labels } });
    await this.kubectl('wait', '--for=create', '--timeout=60s', '-n', name, 'serviceaccount/default');
  }

  /** Applies a policy for every pod of the namespace, or with this spec, and waits until it is in force. */
  async policy(namespace: string, spec: object = {}): Promise<void> {
    await this.apply({
      apiVersion: 'tracewell.dev/v1alpha1',
      kind: 'TracingPolicy',
      metadata: { name: 'all', namespace },
      spec,
    });
    await until(
      `the policy in ${namespace} to be in force`,
      async () => (await this.policyStatus(namespace)).inForceSince !== undefined,
    );
  }

  async policyStatus(namespace: string, name = 'all'): Promise<PolicyStatusView> {
    const { status = {} } = await this.get<{ status?: PolicyStatusView }>('tracingpolicy', name, '-n', namespace);
    return status;
  }

  /** Sum of one of the operator's metrics over all series and replicas. */
  async metric(name: string): Promise<number> {
    let sum = 0;
    for (const { metadata } of await this.pods(NAMESPACE, 'tracewell')) {
      const path = `/api/v1/namespaces/${NAMESPACE}/pods/${metadata.name}:8080/proxy/metrics`;
      const lines = (await this.kubectl('get', '--raw', path)).split('\n');
      const values = lines
        .filter((line) => /^(\w+)/.exec(line)?.[1] === name)
        .map((line) => Number(line.split(' ').at(-1)));
      if (values.length === 0 && !lines.some((line) => line.startsWith(`# TYPE ${name} `)))
        throw new Error(`the operator has no metric ${name}`);
      sum += values.reduce((all, value) => all + value, 0);
    }
    return sum;
  }

  /** A container that runs a script in Node.js. */
  container(script: string, more: object = {}): object {
    const resources = { requests: { cpu: '10m', memory: '32Mi' } };
    const command = ['/usr/local/bin/node', '-e', script];
    return { name: 'app', image: this.image, imagePullPolicy: 'IfNotPresent', command, resources, ...more };
  }

  /** One replica of a pod that runs the script. */
  deployment(namespace: string, name: string, script: string): object {
    const labels = { 'app.kubernetes.io/name': name };
    return {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: { name, namespace },
      spec: {
        selector: { matchLabels: labels },
        template: {
          metadata: { labels },
          spec: { terminationGracePeriodSeconds: 5, containers: [this.container(script)] },
        },
      },
    };
  }

  /** Names of a Deployment's pods that are not being deleted. */
  async pods(namespace: string, name: string): Promise<PodView[]> {
    const list = await this.get<{ items: PodView[] }>('pods', '-n', namespace, '-l', `app.kubernetes.io/name=${name}`);
    return list.items.filter(({ metadata }) => !metadata.deletionTimestamp);
  }

  available(namespace: string, name: string): Promise<string> {
    return this.kubectl('wait', '-n', namespace, '--for=condition=Available', `deployment/${name}`, '--timeout=180s');
  }
}

export interface PolicyStatusView {
  observedGeneration?: number;
  inForceSince?: string;
  conditions?: { type: string; status: string; reason: string; message: string }[];
  pods?: {
    matched: number;
    injected: number;
    outdated?: number;
    skipped: { reason: string; count: number; example: string }[];
  };
  configuration?: { revision: string; loaded: number; reporting: number };
  records?: { [outcome in 'read' | 'stored' | 'duplicate' | 'rejected' | 'discarded']: number } & {
    pendingBytes: number;
    lostBytes: number;
  };
  ratios?: { capture?: number; analysed?: number };
  delays?: { transportSeconds?: number; storageSeconds?: number };
  lastAcknowledged?: string;
}

export interface PodView {
  metadata: {
    name: string;
    uid: string;
    deletionTimestamp?: string;
    labels?: Record<string, string>;
    annotations?: Record<string, string>;
  };
  spec: {
    initContainers?: { name: string }[];
    containers: { name: string }[];
    imagePullSecrets?: { name: string }[];
  };
  status: {
    podIP?: string;
    containerStatuses?: { name: string; restartCount: number }[];
    initContainerStatuses?: { name: string; restartCount: number }[];
  };
}

/** What its sidecar reported last, as the operator says it on the pod. */
export function standingOf({ metadata }: PodView): Partial<Standing> {
  return JSON.parse(metadata.annotations?.[ANNOTATION.sidecar] ?? '{}') as Partial<Standing>;
}

export const isInjected = ({ spec }: PodView): boolean =>
  (spec.initContainers ?? []).some(({ name }) => name === 'tracewell');

/** A script that writes `lines` numbered lines, one every `everyMs`, and then stays up and says nothing more. */
export const counting = (lines: number, everyMs: number): string =>
  `let n = 0; const timer = setInterval(() => { console.log('line=' + ++n); if (n === ${lines}) clearInterval(timer); }, ${everyMs});
   setInterval(() => {}, 1e9); process.on('SIGTERM', () => process.exit(0));`;
