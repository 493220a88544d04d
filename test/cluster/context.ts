import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { client } from './client.ts';
import type { Ground } from './client.ts';
import { dockerAnswers } from './docker.ts';
import { toolsOf } from './tools.ts';
import type { Cluster, CommonInfo, Settled } from './cluster.ts';
import { find } from './programs.ts';
import { relay } from './relay.ts';
import { run } from './run.ts';
import { Unavailable } from './unavailable.ts';

/** A cluster of the person's own: nothing is brought up, and nothing but what tests create is removed. */
export interface ContextInfo extends CommonInfo {
  readonly provider: 'context';
  readonly registry: string | undefined;
  readonly hostAddress: string | undefined;
}

export async function upContext(context: string, { config, progress, signal }: Settled): Promise<Cluster> {
  const tools = await toolsOf(['kubectl', 'helm'], { cache: config.cache, progress, signal });
  const view = ['config', 'view', '--raw', '--minify', '--flatten', '--context', context];
  const kubeconfig = await run(tools.kubectl, view, { signal });
  const folder = await mkdtemp(join(tmpdir(), 'tracewell-context-'));
  const file = join(folder, 'kubeconfig');
  try {
    await writeFile(file, kubeconfig, { mode: 0o600 });
    const asked = await run(tools.kubectl, ['--kubeconfig', file, '--request-timeout=10s', 'version', '-o', 'json'], {
      signal,
    });
    const { serverVersion } = JSON.parse(asked) as { serverVersion: { gitVersion: string } };
    const description = `Kubernetes ${serverVersion.gitVersion}, context ${context}`;
    const { registry, hostAddress } = config;
    const cluster = attachContext({
      provider: 'context',
      kubeconfig: file,
      description,
      ...tools,
      registry,
      hostAddress,
    });
    return {
      ...cluster,
      async down() {
        await cluster.down();
        await rm(folder, { recursive: true, force: true });
      },
    };
  } catch (error) {
    await rm(folder, { recursive: true, force: true });
    throw error;
  }
}

export function attachContext(info: ContextInfo): Cluster {
  const ground: Ground = {
    async loadImage(archive, name) {
      if (!info.registry) {
        throw new Unavailable(
          'the nodes of a context take images from a registry only: name one that you may push to in TRACEWELL_IMAGE_REGISTRY',
        );
      }
      const pushed = `${info.registry}/${name.split('/').at(-1)}`;
      await push(archive, name, pushed);
      return pushed;
    },
    async open(hostPort) {
      if (!info.hostAddress) {
        throw new Unavailable(
          'pods of a context need a way to this machine: name an address of it that they reach in TRACEWELL_HOST_ADDRESS',
        );
      }
      const way = await relay({ host: info.hostAddress, port: 0 }, { host: '127.0.0.1', port: hostPort });
      return { address: info.hostAddress, port: way.port, close: way.close };
    },
    async stopApiServer() {
      throw new Unavailable('the API server of a context is not ours to stop');
    },
    logs: async () => 'the nodes of a context are not ours to look into',
  };
  return client(info, ground);
}

async function push(archive: string, name: string, target: string): Promise<void> {
  const buildah = find('buildah');
  if (await dockerAnswers()) {
    await run('docker', ['load', '--input', archive]);
    await run('docker', ['tag', name, target]);
    await run('docker', ['push', target]);
  } else if (buildah) {
    const pull = (form: string) => run(buildah, ['pull', '--quiet', `${form}:${archive}`]);
    const id = await pull('docker-archive').catch(() => pull('oci-archive'));
    await run(buildah, ['push', id.trim(), `docker://${target}`]);
  } else {
    throw new Unavailable(`pushing ${target} needs a Docker engine or buildah (apt-get install buildah)`);
  }
}
