import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { during } from '../progress.ts';
import { logRotation } from './bare/node.ts';
import type { NodeOptions } from './bare/node.ts';
import { client } from './client.ts';
import type { Cluster, CommonInfo, Settled } from './cluster.ts';
import { relay } from './relay.ts';
import { run } from './run.ts';
import { toolsOf } from './tools.ts';

/** A node in a container of a Docker engine. */
export interface KindInfo extends CommonInfo {
  readonly provider: 'kind';
  readonly name: string;
  /** Path of the kind program. */
  readonly kind: string;
}

export async function upKind({ name: base, config, progress, signal, node }: Settled): Promise<Cluster> {
  const name = `${base}-${process.pid}`;
  const tools = await toolsOf(['kubectl', 'helm', 'kind'], { cache: config.cache, progress, signal });
  const folder = await mkdtemp(join(tmpdir(), 'tracewell-kind-'));
  const kubeconfig = join(folder, 'kubeconfig');
  const kind = (args: readonly string[], input = '') => run(tools.kind, args, { signal, input });
  const remove = (one: string) => run(tools.kind, ['delete', 'cluster', '--name', one, '--kubeconfig', kubeconfig]);
  const down = async () => {
    await remove(name);
    await rm(folder, { recursive: true, force: true });
  };
  return during(progress, 'Kubernetes (kind)', async (step) => {
    try {
      for (const left of leftovers(await kind(['get', 'clusters']), base)) await remove(left);
      step.update('the first start downloads the node image, about 350 MB');
      const create = [
        'create',
        'cluster',
        '--name',
        name,
        '--kubeconfig',
        kubeconfig,
        '--wait',
        '180s',
        '--config',
        '-',
      ];
      await kind(create, JSON.stringify(kindConfig(node)));
      const json = await run(tools.kubectl, ['--kubeconfig', kubeconfig, 'version', '-o', 'json'], { signal });
      const { serverVersion } = JSON.parse(json) as { serverVersion: { gitVersion: string } };
      const description = `Kubernetes ${serverVersion.gitVersion}, kind cluster ${name}`;
      step.done(description);
      const cluster = attachKind({ provider: 'kind', kubeconfig, description, ...tools, name });
      return {
        ...cluster,
        async down() {
          await cluster.down();
          await down();
        },
      };
    } catch (error) {
      await down().catch(() => {}); // the first failure is the one to tell
      throw error;
    }
  });
}

function kindConfig(node: NodeOptions) {
  const kubelet = { kind: 'KubeletConfiguration', ...logRotation(node) };
  return {
    kind: 'Cluster',
    apiVersion: 'kind.x-k8s.io/v1alpha4',
    kubeadmConfigPatches: [JSON.stringify(kubelet)],
  };
}

/** The clusters whose names end with the number of a process that is no more. */
function leftovers(clusters: string, base: string): string[] {
  return clusters.split('\n').filter((name) => {
    const pid = name.startsWith(`${base}-`) ? Number(name.slice(base.length + 1)) : Number.NaN;
    if (!Number.isInteger(pid)) return false;
    try {
      return !process.kill(pid, 0);
    } catch {
      return true;
    }
  });
}

export function attachKind(info: KindInfo): Cluster {
  const node = `${info.name}-control-plane`;
  return client(info, {
    async loadImage(archive, name) {
      await run(info.kind, ['load', 'image-archive', archive, '--name', info.name]);
      return name;
    },
    async open(hostPort) {
      // A desktop's engine runs in a machine of its own, which knows ours by name and reaches its loopback.
      const desktop = await run('docker', ['exec', node, 'getent', 'ahostsv4', 'host.docker.internal']).catch(() => '');
      const [address] = desktop.split(/\s/);
      if (address) return { address, port: hostPort, close: async () => {} };
      const format = '{{range .IPAM.Config}}{{println .Gateway}}{{end}}';
      const gateways = (await run('docker', ['network', 'inspect', 'kind', '--format', format])).split('\n');
      const gateway = gateways.find((candidate) => candidate.includes('.'));
      if (!gateway)
        throw new Error('the Docker network "kind" has no IPv4 gateway by which pods could reach this machine');
      const way = await relay({ host: gateway, port: 0 }, { host: '127.0.0.1', port: hostPort });
      return { address: gateway, port: way.port, close: way.close };
    },
    async stopApiServer() {
      // The kubelet runs what lies in this folder.
      const [there, away] = ['/etc/kubernetes/manifests/kube-apiserver.yaml', '/root/kube-apiserver.yaml'];
      await run('docker', ['exec', node, 'mv', there, away]);
      return async () => void (await run('docker', ['exec', node, 'mv', away, there]));
    },
    logs: () => run('docker', ['logs', '--tail', '100', node]),
  });
}
