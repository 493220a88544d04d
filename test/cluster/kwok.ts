import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import type { Progress } from '../progress.ts';
import { until } from '../wait.ts';
import { binaries } from './binaries.ts';
import type { Cluster } from './cluster.ts';
import { clusterConfig } from './config.ts';

/** By this label kwok knows its nodes; a pod that wants one has it as its `nodeSelector`, and tolerates the taint of the same key. */
export const KWOK = { key: 'tracewell.dev/kwok', value: 'true' } as const;

export interface KwokOptions {
  readonly cluster: Cluster;
  /** How many nodes. */
  readonly nodes: number;
  readonly progress: Progress;
  readonly signal: AbortSignal;
}

/**
 * Starts kwok (https://kwok.sigs.k8s.io) with nodes that nobody runs: pods on them are Running, Ready and deleted as soon as
 * the API server is told so. It ends with `signal`.
 */
export async function startKwok({ cluster, nodes, progress, signal }: KwokOptions): Promise<void> {
  const { info } = cluster;
  const bin =
    info.provider === 'bare' ? info.bin : await binaries('kwok', { cache: clusterConfig().cache, progress, signal });
  const args = [
    ['--kubeconfig', cluster.kubeconfig],
    ['--config', join(import.meta.dirname, 'kwok/stages.yaml')],
    ['--manage-nodes-with-label-selector', `${KWOK.key}=${KWOK.value}`],
    // Longer than any run: what renews the leases of many nodes would be a good part of all that the API server does.
    ['--node-lease-duration-seconds', '3600'],
  ].flat();
  const items = Array.from({ length: nodes }, (_, i) => nodeObject(`kwok-${i}`));
  await cluster.kubectl(['create', '-f', '-'], {
    input: JSON.stringify({ apiVersion: 'v1', kind: 'List', items }),
    signal,
  });
  const kwok = spawn(join(bin, 'kwok'), args, { signal, killSignal: 'SIGKILL', stdio: ['ignore', 'ignore', 'pipe'] });
  let said = '';
  kwok.stderr.on('data', (chunk: Buffer) => (said = (said + chunk.toString()).slice(-2000)));
  // Ended by the signal, or said below.
  kwok.on('error', () => undefined);
  let ended = false;
  void once(kwok, 'close').then(
    () => (ended = true),
    () => (ended = true),
  );
  await until(
    'the nodes of kwok',
    async () => {
      if (ended) throw new Error(`kwok has ended: ${said}`);
      const selector = `${KWOK.key}=${KWOK.value}`;
      const list = await cluster.kubectl(['get', 'nodes', '-l', selector, '-o', 'json'], { signal });
      const { items } = JSON.parse(list) as { items: { status?: { conditions?: Condition[] } }[] };
      const isReady = ({ type, status }: Condition) => type === 'Ready' && status === 'True';
      return items.every(({ status }) => status?.conditions?.some(isReady));
    },
    { timeoutMs: 60_000 },
  );
}

interface Condition {
  type: string;
  status: string;
}

/** Real pods stay away from it. */
const nodeObject = (name: string) => ({
  apiVersion: 'v1',
  kind: 'Node',
  metadata: { name, labels: { [KWOK.key]: KWOK.value, 'kubernetes.io/os': 'linux', 'kubernetes.io/arch': 'amd64' } },
  spec: { taints: [{ ...KWOK, effect: 'NoSchedule' }] },
});
