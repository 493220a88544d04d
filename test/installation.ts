import { buildImages } from '../tools/images.ts';
import type { Elasticsearch } from './backends/elasticsearch.ts';
import type { Cluster } from './cluster/cluster.ts';
import { during, type Progress } from './progress.ts';

/** Where the release lives, and where pods find this machine's Elasticsearch. */
export const NAMESPACE = 'tracewell';
export const ELASTIC = { namespace: 'elastic', service: 'elasticsearch', port: 9200 };
const SECRET = 'tracewell-elasticsearch';
/** Label on the namespaces that were made here. */
const OURS = 'tracewell.dev/installed-by-test';
const CHART = new URL('../charts/tracewell', import.meta.url).pathname;

/** The URL by which pods reach Elasticsearch; its certificate is for this name, too. */
export const ELASTIC_URL = `https://${ELASTIC.service}.${ELASTIC.namespace}.svc:${ELASTIC.port}`;

export interface InstallOptions {
  readonly cluster: Cluster;
  readonly elasticsearch: Elasticsearch;
  readonly progress: Progress;
  readonly signal?: AbortSignal | undefined;
}

export interface Installation {
  /** Full name of the demo's image, as pods must name it. */
  readonly shopImage: string;
}

/** Does what README.md tells people to do: images, Secret, `helm install`; returns when the operator is ready. */
export async function install({ cluster, elasticsearch, progress, signal }: InstallOptions): Promise<Installation> {
  const images = await buildImages({ progress, signal });
  const given = signal ? { signal } : {};
  const names = await during(progress, 'Images to the cluster', async () => {
    const loaded = {} as Record<(typeof images)[number]['part'], string>;
    for (const { part, archive, name } of images) {
      signal?.throwIfAborted();
      loaded[part] = await cluster.loadImage(archive, name);
    }
    return loaded;
  });
  await during(progress, 'Tracewell (helm install)', async (step) => {
    for (const name of [NAMESPACE, ELASTIC.namespace]) await createNamespace(cluster, name, signal);
    // What docs/install.md promises of the operator's pods.
    const levels = ['enforce', 'warn'].map((mode) => `pod-security.kubernetes.io/${mode}=restricted`);
    await cluster.kubectl(['label', 'namespace', NAMESPACE, ...levels], given);
    await cluster.exposeHostPort({ ...ELASTIC, hostPort: elasticsearch.port });
    const secret = {
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { name: SECRET, namespace: NAMESPACE },
      stringData: {
        username: elasticsearch.username,
        password: elasticsearch.password,
        'ca.crt': elasticsearch.ca,
      },
    };
    await cluster.kubectl(['create', '-f', '-'], { input: JSON.stringify(secret), ...given });
    const values = {
      clusterName: 'quickstart',
      image: imageValue(names.operator),
      sidecar: { image: imageValue(names.sidecar) },
      // One node cannot hold a copy beside the original.
      elasticsearch: { urls: [ELASTIC_URL], existingSecret: SECRET, replicas: 0 },
    };
    const args = [
      'install',
      'tracewell',
      CHART,
      '--namespace',
      NAMESPACE,
      '--values',
      '-',
      '--wait',
      '--timeout',
      '180s',
    ];
    await cluster.helm(args, { input: JSON.stringify(values), ...given });
    step.done('the operator is ready');
  });
  return { shopImage: names.shop };
}

/** Creates a namespace that `uninstall` removes; throws when there is one of that name. */
export async function createNamespace(cluster: Cluster, name: string, signal?: AbortSignal): Promise<void> {
  const namespace = { apiVersion: 'v1', kind: 'Namespace', metadata: { name, labels: { [OURS]: 'true' } } };
  await cluster.kubectl(['create', '-f', '-'], { input: JSON.stringify(namespace), ...(signal ? { signal } : {}) });
}

/**
 * Leaves a cluster that goes on as it was found: the release and the namespaces made for it go, and the CRDs, which
 * Helm keeps, go unless somebody else has policies. A release in a namespace that was not made here is somebody's, and stays.
 */
export async function uninstall(cluster: Cluster): Promise<void> {
  const ours = (await cluster.kubectl(['get', 'namespaces', '--selector', OURS, '--output', 'name'])).split('\n');
  if (ours.includes(`namespace/${NAMESPACE}`)) {
    await cluster.helm(['uninstall', 'tracewell', '--namespace', NAMESPACE, '--ignore-not-found', '--wait']);
  }
  await cluster.kubectl(['delete', 'namespaces', '--selector', OURS]);
  if (!ours.includes(`namespace/${NAMESPACE}`)) return;
  const left = await cluster
    .kubectl(['get', 'tracingpolicies,clustertracingpolicies', '--all-namespaces', '--output', 'name'])
    .catch(() => '-');
  const crds = ['tracingpolicies', 'clustertracingpolicies'].map((plural) => `${plural}.tracewell.dev`);
  if (left === '') await cluster.kubectl(['delete', 'crd', ...crds]);
}

/** `registry/folder/name:tag` as the chart's values say it. */
function imageValue(name: string): { repository: string; tag: string } {
  const colon = name.lastIndexOf(':');
  return { repository: name.slice(0, colon), tag: name.slice(colon + 1) };
}
