import { randomUUID } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { until } from '../wait.ts';
import { during } from '../progress.ts';
import type { Step } from '../progress.ts';
import { forward } from './bare/forward.ts';
import { BASE, INSIDE_URL, NODE, writeNodeConfig } from './bare/node.ts';
import { createPki, writeKubeconfig } from './bare/pki.ts';
import { NODE_ADDRESS, Sandbox, logsOf, takeAway } from './bare/sandbox.ts';
import { createState, removeState, sweep } from './bare/state.ts';
import { binaries, canBuild } from './binaries.ts';
import { client, clientEnv } from './client.ts';
import type { Door } from './client.ts';
import type { Cluster, CommonInfo, Settled } from './cluster.ts';
import { packBox } from './box.ts';
import { need } from './programs.ts';
import { relay } from './relay.ts';
import { run } from './run.ts';
import { Unavailable } from './unavailable.ts';

/** A node without engine, image or registry: Kubernetes as plain processes in namespaces of their own. */
export interface BareInfo extends CommonInfo {
  readonly provider: 'bare';
  readonly state: string;
  readonly bin: string;
  /** The process whose network namespace the node has. */
  readonly init: number;
}

const PACKAGES = {
  runc: 'runc',
  iptables: 'iptables',
  nft: 'nftables',
  ip: 'iproute2',
  mount: 'mount',
  unshare: 'util-linux',
  nsenter: 'util-linux',
  awk: 'mawk',
  openssl: 'openssl',
};

export async function upBare({ config, progress, signal, node }: Settled): Promise<Cluster> {
  if (process.platform !== 'linux' || process.getuid?.() !== 0 || !canBuild()) throw new Unavailable(whatIsMissing());
  await need(PACKAGES, progress, signal);
  const bin = await binaries('node', { cache: config.cache, progress, signal });
  return during(progress, 'Kubernetes', async (step) => {
    await sweep();
    const state = await createState();
    const ends: (() => Promise<void>)[] = [() => removeState(state)];
    const down = async () => {
      for (const end of ends.splice(0).toReversed()) await end();
    };
    try {
      step.update('sandbox');
      const sandbox = await Sandbox.start(state, bin, signal);
      ends.push(() => sandbox.stop());
      const either = AbortSignal.any([sandbox.failed, ...(signal ? [signal] : [])]);
      const start = startNode(sandbox, { state, bin, node, signal: either, step, ends });
      const info = await start.catch((error: unknown) => {
        throw either.aborted ? either.reason : error; // the cause, not what it cut short
      });
      step.done(info.description);
      const cluster = attachBare(info);
      ends.push(() => cluster.down());
      return { ...cluster, down };
    } catch (error) {
      await down();
      throw error;
    }
  });
}

function whatIsMissing(): string {
  const lacks = [
    process.platform === 'linux' ? '' : 'Linux',
    process.getuid?.() === 0 ? '' : 'root',
    canBuild() ? '' : 'Go (https://go.dev/dl)',
  ];
  return (
    'no Kubernetes for tests: start a Docker engine, or name a context in TRACEWELL_CLUSTER_CONTEXT, ' +
    `or provide what a cluster of its own still needs here: ${lacks.filter(Boolean).join(', ')}`
  );
}

interface Start {
  readonly state: string;
  readonly bin: string;
  readonly node: Settled['node'];
  readonly signal: AbortSignal;
  readonly step: Step;
  /** Gets what has to be undone. */
  readonly ends: (() => Promise<void>)[];
}

/** Starts a node's programs and returns when pods can be created on it. */
async function startNode(sandbox: Sandbox, { state, bin, node, signal, step, ends }: Start): Promise<BareInfo> {
  const pki = join(state, 'pki');
  const init = sandbox.init;
  const box = join(bin, 'box');
  const inside = { init, box };
  step.update('certificates');
  await Promise.all([createPki(pki, signal), writeNodeConfig(state, node)]);
  for (const name of ['admin', 'controller-manager', 'scheduler', 'proxy', 'kubelet'] as const) {
    await writeKubeconfig(join(pki, `${name}.kubeconfig`), pki, name, INSIDE_URL);
  }
  for (const [name, argv] of Object.entries(BASE)) sandbox.run(name, argv);

  // The API server for processes of this machine: a port here, a unix socket, which knows no network namespaces, a port there.
  const socket = join(state, 'api.sock');
  const api = await forward(inside, `unix:${socket}`, 'tcp:127.0.0.1:6443');
  ends.push(api.close);
  const port = await relay({ host: '127.0.0.1', port: 0 }, { path: socket });
  ends.push(port.close);
  const kubeconfig = join(state, 'kubeconfig');
  await writeKubeconfig(kubeconfig, pki, 'admin', `https://127.0.0.1:${port.port}`);

  const programs = { kubectl: join(bin, 'kubectl'), helm: join(bin, 'helm') };
  const kubectl = (...args: string[]) => run(programs.kubectl, args, { signal, env: clientEnv(kubeconfig) });
  const appears = (...args: string[]) => kubectl('wait', '--for=create', '--timeout=120s', ...args);
  const answers = (what: string, probe: () => Promise<string>) =>
    until(what, async () => signal.aborted || (await probe()), { timeoutMs: 120_000 });

  step.update('containerd and API server');
  const archive = join(state, 'box.tar');
  await writeFile(archive, packBox(await readFile(box)));
  const ctr = containerdOf({ bin, state });
  await Promise.all([
    answers('containerd', () => ctr(['version'], signal)).then(() => ctr(importing(archive), signal)),
    answers('the API server', () => kubectl('get', '--raw', '/readyz')),
  ]);
  signal.throwIfAborted();
  step.update('kubelet and controllers');
  for (const [name, argv] of Object.entries(NODE)) sandbox.run(name, argv);
  const version = JSON.parse(await kubectl('version', '-o', 'json')) as { serverVersion: { gitVersion: string } };
  await Promise.all([
    appears('node/node').then(() => kubectl('wait', '--for=condition=Ready', '--timeout=120s', 'node/node')),
    appears('serviceaccount/default'),
    run('nsenter', ['-t', `${init}`, '-n', box, 'get', 'http://127.0.0.1:8181/ready'], { signal }), // DNS
  ]);
  const description = `Kubernetes ${version.serverVersion.gitVersion}, one bare node, state in ${state}`;
  return { provider: 'bare', kubeconfig, description, ...programs, state, bin, init };
}

export function attachBare(info: BareInfo): Cluster {
  const inside = { init: info.init, box: join(info.bin, 'box') };
  const ctr = containerdOf(info);
  return client(info, {
    async loadImage(archive, name) {
      const said = await ctr(importing(archive));
      const found = await ctr(['images', 'list', '--quiet', `name==${name}`]);
      if (found.trim() !== name) throw new Error(`${archive} has no image ${name}:\n${said}`);
      return name;
    },
    async open(hostPort) {
      const socket = join(info.state, `${randomUUID().slice(0, 8)}.sock`);
      const near = await relay({ path: socket }, { host: '127.0.0.1', port: hostPort });
      const far = await forward(inside, `tcp:${NODE_ADDRESS}:0`, `unix:${socket}`);
      return {
        address: NODE_ADDRESS,
        port: Number(far.listening.split(':').at(-1)),
        close: async () => void (await Promise.all([near.close(), far.close()])),
      } satisfies Door;
    },
    logs: () => logsOf(info.state),
    async stopApiServer() {
      const { back } = await takeAway(info, 'apiserver');
      return back;
    },
  });
}

/** containerd's client; its socket is a file of this machine, too. */
function containerdOf({ bin, state }: { bin: string; state: string }) {
  const where = ['--address', join(state, 'containerd.sock'), '--namespace', 'k8s.io'];
  return (args: readonly string[], signal?: AbortSignal) => run(join(bin, 'ctr'), [...where, ...args], { signal });
}

const importing = (archive: string) => ['images', 'import', '--local', archive];
