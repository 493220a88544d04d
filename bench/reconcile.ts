import { join } from 'node:path';
import { writeFile } from 'node:fs/promises';
import { KubeConfig } from '@kubernetes/client-node';
import { API_VERSION, POLICY_KINDS, PLURAL } from '../api/names.ts';
import { Cluster, type KubeObject, type List } from '../operator/cluster.ts';
import { readConfig } from '../operator/config.ts';
import type { RawPolicy } from '../operator/policy/accept.ts';
import { Permanent } from '../runtime/errors.ts';
import { wait } from '../runtime/wait.ts';
import { upElasticsearch } from '../test/backends/elasticsearch.ts';
import { up } from '../test/cluster/cluster.ts';
import { startKwok } from '../test/cluster/kwok.ts';
import { ApiFaultProxy } from '../test/operator/fault-proxy.ts';
import { installWithoutOperator, operatorEnvironment } from './operator/installation.ts';
import { during } from '../test/progress.ts';
import { until } from '../test/wait.ts';
import { benchmark } from './benchmark.ts';
import { startNode } from './child.ts';
import { bundle, imageEnvironment } from './image.ts';
import { createWorld, tracingPolicyOf, type Size } from './operator/world.ts';
import { readCpu, readMemory, watchMemory } from './proc.ts';

const NODES = 50;
const KINDS = new Set([...Object.values(PLURAL), 'pods', 'namespaces', 'nodes', 'secrets', 'events']);
const COLD_MS = 600_000;
const CHANGES = 10;
const CHANGE_MS = 60_000;
/** What it does when nothing happens. */
const QUIET_SECONDS = 60;

export const reconcile = benchmark({
  name: 'reconcile',
  summary: 'the operator starts in a large cluster, follows changes, and has nothing to do',
  options: {
    pods: { default: 5000, help: 'half of them with a sidecar' },
    namespaces: { default: 200, help: 'in which they are' },
    policies: { default: 300, help: 'one in six of them of the cluster' },
  },
  async run(given, { folder, signal, progress }) {
    const size: Size = { ...given, nodes: NODES };
    await using ends = new AsyncDisposableStack();
    const elasticsearch = await upElasticsearch({ progress, signal });
    ends.defer(() => elasticsearch.down());
    const cluster = await up({ progress, signal, name: 'tracewell-bench' });
    ends.defer(() => cluster.down());
    const admin = clusterOf(cluster.kubeconfig);
    const [token, program] = await during(progress, 'The chart, and kwok', () =>
      Promise.all([
        installWithoutOperator(cluster, elasticsearch, signal),
        bundle('operator'),
        startKwok({ cluster, nodes: NODES, progress, signal }),
      ]),
    );
    const proxy = await ApiFaultProxy.start(cluster.kubeconfig, token);
    ends.defer(() => proxy.close());
    const kubeconfig = join(folder, 'kubeconfig');
    await writeFile(kubeconfig, proxy.config().exportConfig(), { mode: 0o600 });
    const env = await operatorEnvironment({ cluster, elasticsearch, kubeconfig, folder });
    const { sidecar } = readConfig(env);
    await during(progress, `${size.pods} pods in ${size.namespaces} namespaces, ${size.policies} policies`, () =>
      createWorld(admin, size, sidecar),
    );
    // Else it would be measured how the operator shares the API server with those that start the pods.
    await during(progress, 'All pods run', () =>
      until('no pending pod', () => doAllRun(admin), { timeoutMs: COLD_MS, everyMs: 2000 }),
    );

    const began = performance.now();
    const operator = startNode(program, { ...imageEnvironment('operator'), ...env }, signal);
    const memory = watchMemory(operator.pid);
    ends.defer(() => memory.stop());
    const failed = operator.ended.then(() => Promise.reject(new Permanent('the operator has ended')));
    const cold = until('every policy', () => isDone(admin, size), { timeoutMs: COLD_MS, everyMs: 1000 });
    await during(progress, 'Cold start', () => Promise.race([failed, cold]));
    const seconds = (performance.now() - began) / 1000;
    const [coldCpuSeconds, coldRequests] = [readCpu(operator.pid).own, proxy.asked.length];

    const changes: Change[] = [];
    await during(progress, `${CHANGES} changes`, async () => {
      for (let i = 0; i < CHANGES; i++) changes.push(await change(admin, i, proxy));
    });
    const quiet = await during(progress, `Nothing happens for ${QUIET_SECONDS} s`, async () => {
      await wait(5_000, signal); // what the last change has left
      const [requests, cpu] = [proxy.asked.length, readCpu(operator.pid).own];
      await wait(QUIET_SECONDS * 1000, signal);
      return { requests: proxy.asked.length - requests, cpu: readCpu(operator.pid).own - cpu };
    });
    const { rssMb } = readMemory(operator.pid);
    await operator.stop();
    return [
      {
        name: 'operator',
        seconds,
        coldCpuSeconds,
        coldRequests,
        rssMb,
        peakRssMb: memory.peaks.peakRssMb,
        changeSeconds: Math.max(...changes.map((one) => one.seconds)),
        changeRequests: Math.max(...changes.map((one) => one.requests)),
        changeLists: Math.max(...changes.map((one) => one.lists)),
        quietRequestsPerMinute: (60 * quiet.requests) / QUIET_SECONDS,
        quietCpuPercent: (100 * quiet.cpu) / QUIET_SECONDS,
      },
    ];
  },
});

function clusterOf(kubeconfig: string): Cluster {
  const config = new KubeConfig();
  config.loadFromFile(kubeconfig);
  return new Cluster(config);
}

/** How often the API server was asked for a whole kind of objects. */
const listsOf = ({ asked }: ApiFaultProxy): number =>
  asked.filter(({ method, path }) => method === 'GET' && KINDS.has(path.split('/').at(-1)!)).length;

async function doAllRun(admin: Cluster): Promise<boolean> {
  const pending = await admin.get<List<KubeObject>>('/api/v1/pods?fieldSelector=status.phase%3DPending&limit=1');
  return pending?.items.length === 0;
}

/** Every policy says how it stands, and together they have all pods: the ones with a sidecar, and the ones without. */
async function isDone(admin: Cluster, { pods }: Size): Promise<boolean> {
  const lists = POLICY_KINDS.map((kind) => admin.list<RawPolicy>(`/apis/${API_VERSION}/${PLURAL[kind]}`));
  const policies = (await Promise.all(lists)).flatMap(({ items }) => items);
  if (!policies.every(({ status }) => status?.inForceSince && status.pods)) return false;
  const sum = (of: 'matched' | 'injected') => policies.reduce((total, { status }) => total + status!.pods![of], 0);
  return sum('matched') === pods && sum('injected') === Math.floor(pods / 2);
}

interface Change {
  seconds: number;
  requests: number;
  lists: number;
}

/** From a policy that selects other pods to its status that counts them. */
async function change(admin: Cluster, i: number, proxy: ApiFaultProxy): Promise<Change> {
  const policy = tracingPolicyOf(i, 0);
  const path = `/apis/${API_VERSION}/namespaces/${policy.metadata.namespace}/${PLURAL.TracingPolicy}/${policy.metadata.name}`;
  const before = (await admin.get<RawPolicy>(path))!;
  const [requests, lists, began] = [proxy.asked.length, listsOf(proxy), performance.now()];
  const { generation } = (await admin.apply<RawPolicy>(path, withSelector(before))).metadata;
  const isSeen = async () => {
    const { status } = (await admin.get<RawPolicy>(path))!;
    return status?.observedGeneration === generation && status!.pods!.matched !== before.status!.pods!.matched;
  };
  await until('the status', isSeen, { timeoutMs: CHANGE_MS, everyMs: 50 });
  const seconds = (performance.now() - began) / 1000;
  return { seconds, requests: proxy.asked.length - requests, lists: listsOf(proxy) - lists };
}

const withSelector = ({ apiVersion, kind, metadata: { name, namespace } }: RawPolicy) => ({
  apiVersion,
  kind,
  metadata: { name, namespace },
  spec: { selector: { matchLabels: { 'app.kubernetes.io/name': 'cart' } } },
});
