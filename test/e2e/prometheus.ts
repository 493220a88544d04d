import { randomBytes } from 'node:crypto';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parse } from 'yaml';
import { packImage } from '../cluster/image.ts';
import { NAMESPACE } from '../installation.ts';
import { until } from '../wait.ts';
import type { World } from './world.ts';

const IMAGE = 'localhost/tracewell-test/prometheus:1';
const README = join(import.meta.dirname, '../../README.md');

export interface Group {
  readonly name: string;
  readonly rules: readonly object[];
}

/** A rule as Prometheus tells of it. */
interface RuleView {
  readonly name: string;
  readonly type: 'alerting' | 'recording';
  readonly health: 'ok' | 'err' | 'unknown';
  readonly lastError?: string;
  readonly alerts?: readonly { readonly state: string; readonly annotations: Record<string, string> }[];
}

interface Sample {
  readonly metric: Readonly<Record<string, string>>;
  readonly value: readonly [number, string];
}

/** A real Prometheus in the cluster, with the configuration that README.md has, and rules; it looks every second. */
export class Prometheus {
  readonly #world: World;
  readonly #namespace: string;

  private constructor(world: World, namespace: string) {
    this.#world = world;
    this.#namespace = namespace;
  }

  /** `program`: its path on this machine. */
  static async start(world: World, program: string, groups: readonly Group[]): Promise<Prometheus> {
    const image = await load(world, program);
    // The namespace of the one before may still be ending.
    const namespace = `monitoring-${randomBytes(3).toString('hex')}`;
    const metadata = { name: 'prometheus', namespace };
    await world.namespace(namespace);
    const configuration = parse(await readmeConfiguration()) as object;
    const given = {
      'prometheus.yml': {
        global: { scrape_interval: '1s', evaluation_interval: '1s' },
        rule_files: ['rules.json'],
        ...configuration,
      },
      'rules.json': { groups },
    };
    const data = Object.fromEntries(Object.entries(given).map(([file, value]) => [file, JSON.stringify(value)]));
    const prometheus = new Prometheus(world, namespace);
    try {
      await world.apply({ apiVersion: 'v1', kind: 'ConfigMap', metadata, data });
      for (const object of mayFindPods(namespace)) await world.apply(object);
      await world.apply({ apiVersion: 'v1', kind: 'Pod', metadata, spec: specOf(image) });
      await world.kubectl('wait', '-n', namespace, '--for=condition=Ready', 'pod/prometheus', '--timeout=60s');
    } catch (error) {
      await prometheus.stop();
      throw error;
    }
    return prometheus;
  }

  async stop(): Promise<void> {
    await this.#world.kubectl('delete', 'namespace', this.#namespace, '--wait=false');
    for (const kind of ['role', 'rolebinding'])
      await this.#world.kubectl('delete', kind, 'prometheus', '-n', NAMESPACE, '--ignore-not-found');
  }

  async query(expr: string): Promise<readonly Sample[]> {
    const { result } = await this.#get<{ result: Sample[] }>(`query?query=${encodeURIComponent(expr)}`);
    return result;
  }

  async rules(): Promise<readonly RuleView[]> {
    const { groups } = await this.#get<{ groups: { rules: RuleView[] }[] }>('rules');
    return groups.flatMap(({ rules }) => rules);
  }

  /** Waits until an alert fires, and returns what it says. */
  async fires(alert: string): Promise<Record<string, string>> {
    const firing = async () =>
      (await this.rules()).find(({ name }) => name === alert)?.alerts?.find(({ state }) => state === 'firing');
    return (await until(`${alert} to fire`, firing)).annotations;
  }

  async resolves(alert: string): Promise<void> {
    await until(`${alert} to end`, async () => {
      const rule = (await this.rules()).find(({ name }) => name === alert);
      return rule?.alerts?.length === 0;
    });
  }

  async #get<T>(path: string): Promise<T> {
    const pod = `/api/v1/namespaces/${this.#namespace}/pods/prometheus:9090/proxy/api/v1`;
    const { data } = JSON.parse(await this.#world.kubectl('get', '--raw', `${pod}/${path}`)) as { data: T };
    return data;
  }
}

/** The part of README.md that people copy. */
async function readmeConfiguration(): Promise<string> {
  const blocks = [...(await readFile(README, 'utf8')).matchAll(/```yaml\n(.*?)```/gs)].map(([, text]) => text!);
  const block = blocks.find((text) => text.startsWith('scrape_configs:'));
  if (!block) throw new Error('README.md has no scrape_configs');
  return block;
}

/** The nodes get an image of this one program. */
async function load({ cluster }: World, program: string): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'tracewell-prometheus-'));
  try {
    const archive = join(folder, 'prometheus.tar');
    const file = { path: '/prometheus', mode: 0o755, bytes: await readFile(program) };
    await writeFile(archive, packImage(IMAGE, [file], { Entrypoint: ['/prometheus'] }));
    return await cluster.loadImage(archive, IMAGE);
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** What docs/monitoring.md says that its service account must be allowed to do. */
const mayFindPods = (namespace: string) => [
  {
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'Role',
    metadata: { name: 'prometheus', namespace: NAMESPACE },
    rules: [{ apiGroups: [''], resources: ['pods'], verbs: ['get', 'list', 'watch'] }],
  },
  {
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'RoleBinding',
    metadata: { name: 'prometheus', namespace: NAMESPACE },
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: 'prometheus' },
    subjects: [{ kind: 'ServiceAccount', name: 'default', namespace }],
  },
];

const specOf = (image: string) => ({
  terminationGracePeriodSeconds: 1,
  containers: [
    {
      name: 'prometheus',
      image,
      imagePullPolicy: 'IfNotPresent',
      args: ['--config.file=/etc/prometheus/prometheus.yml', '--storage.tsdb.path=/data'],
      readinessProbe: { httpGet: { path: '/-/ready', port: 9090 }, periodSeconds: 1 },
      resources: { requests: { cpu: '10m', memory: '64Mi' } },
      volumeMounts: [
        { name: 'config', mountPath: '/etc/prometheus' },
        { name: 'data', mountPath: '/data' },
      ],
    },
  ],
  volumes: [
    { name: 'config', configMap: { name: 'prometheus' } },
    { name: 'data', emptyDir: {} },
  ],
});
