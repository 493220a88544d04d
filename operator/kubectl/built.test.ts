import { execFile } from 'node:child_process';
import { copyFile, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import packageJson from '../../package.json' with { type: 'json' };
import { injectedPod, PluginWorld } from '../../test/operator/plugin.ts';
import { build } from '../../tools/build.ts';

const run = promisify(execFile);

describe('the plugin as one file', () => {
  let folder = '';
  let plugin = '';
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'tracewell-plugin-'));
    const [built] = await build({ only: ['kubectl-tracewell'], into: folder });
    // As kubectl finds it: a program of this name, without an ending.
    plugin = join(folder, 'kubectl-tracewell');
    await copyFile(built!.path, plugin);
  }, 120_000);
  afterAll(() => rm(folder, { recursive: true, force: true }));

  /** The file by itself, with the Node.js that runs this. */
  const call = (args: string[], env: NodeJS.ProcessEnv = {}) =>
    run(plugin, args, { env: { PATH: dirname(process.execPath), HOME: folder, ...env } });

  it('is where package.json says, and of its version', async () => {
    expect(Object.entries(packageJson.bin)).toEqual([['kubectl-tracewell', 'dist/kubectl-tracewell.mjs']]);
    expect((await call(['version'])).stdout).toBe(`${packageJson.version}\n`);
  });

  it('asks the cluster of the kubeconfig, in the namespace of its context', async () => {
    const world = await PluginWorld.start();
    world.policy();
    world.pod(injectedPod());
    const kubeconfig = join(folder, 'config');
    await writeFile(kubeconfig, kubeconfigOf(world));
    const { stdout } = await call(['explain', 'cart-0'], { KUBECONFIG: kubeconfig });
    expect(stdout).toContain('TracingPolicy shop/shop governs it');
    const { stdout: same } = await call(['explain', 'cart-0', '--kubeconfig', kubeconfig, '--context', 'one']);
    expect(same).toBe(stdout);
    await expect(call(['status', '--kubeconfig', kubeconfig, '--context', 'two'])).rejects.toMatchObject({
      code: 1,
      stderr: 'kubectl tracewell: the kubeconfig has no context two\n',
    });
  });

  it.each([
    ['without a kubeconfig', ['status'], 1, 'kubectl tracewell: there is no kubeconfig: '],
    ['with a file that is not there', ['status', '--kubeconfig', '/none'], 1, 'kubectl tracewell: ENOENT'],
    ['with a wrong command', ['statu'], 2, 'kubectl tracewell: there is no command statu'],
  ])('%s it says so, by its exit code, too', async (_, args, code, sentence) => {
    await expect(call(args)).rejects.toMatchObject({ code, stderr: expect.stringContaining(sentence), stdout: '' });
  });
});

function kubeconfigOf({ server }: PluginWorld): string {
  const { server: url, caData } = server.config().getCurrentCluster()!;
  return JSON.stringify({
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{ name: 'test', cluster: { server: url, 'certificate-authority-data': caData } }],
    users: [{ name: 'user', user: { token: 'secret' } }],
    contexts: [{ name: 'one', context: { cluster: 'test', user: 'user', namespace: 'shop' } }],
    'current-context': 'one',
  });
}
