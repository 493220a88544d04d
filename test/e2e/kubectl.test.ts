import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { build } from '../../tools/build.ts';
import { NAMESPACE } from '../installation.ts';
import { until } from '../wait.ts';
import { counting, isInjected, World } from './world.ts';

const world = new World();
const DOCS = new URL('../../docs/kubectl.md', import.meta.url).pathname;
/** What differs from run to run. */
const PASSING: readonly [RegExp, string][] = [
  [/\d{4}-\d\d-\d\dT[\d:.]+Z/g, 'TIME'],
  [/\b[0-9a-f]{12}\b/g, 'REVISION'],
  [/\b(cart|till)-[0-9a-z]{1,10}-[0-9a-z]{5}\b/g, '$1-POD'],
  [/\S+\/sidecar:/g, 'IMAGE:'],
];
const settled = (text: string) => PASSING.reduce((said, [what, by]) => said.replaceAll(what, by), text);

interface Answer {
  code: number;
  out: string;
  err: string;
}

describe.skipIf(world.missing)(`kubectl tracewell ${world.missing}`, () => {
  let folder = '';
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'tracewell-plugin-'));
    const [built] = await build({ only: ['kubectl-tracewell'], into: folder });
    await rename(built!.path, join(folder, 'kubectl-tracewell'));
    await world.namespace('market');
    await world.policy('market');
    await world.apply(world.deployment('market', 'cart', counting(50, 20)));
    await world.available('market', 'cart');
    await world.namespace('strict', { 'pod-security.kubernetes.io/enforce': 'baseline' });
    await world.policy('strict');
    await world.apply(world.deployment('strict', 'till', counting(5, 20)));
    await world.available('strict', 'till');
  });
  afterAll(async () => {
    await rm(folder, { recursive: true, force: true });
    await world.close();
  });

  /** As a person types it: kubectl finds the program on the path. */
  function tracewell(line: string, { kubeconfig = world.cluster.kubeconfig, input = '' } = {}): Promise<Answer> {
    const path = [folder, dirname(process.execPath), process.env['PATH']].join(delimiter);
    const env = { ...process.env, PATH: path, KUBECONFIG: kubeconfig, KUBERC: 'off' };
    return new Promise((resolve) => {
      const words = ['tracewell', ...line.split(' ')];
      const child = execFile(world.cluster.info.kubectl, words, { env }, (error, out, err) =>
        resolve({ code: error ? Number(error.code) : 0, out, err }),
      );
      child.stdin!.end(input);
    });
  }

  /** What a command prints in the end, once it says `word`. */
  async function saying(word: string, line: string): Promise<string> {
    let said = { code: 0, out: '', err: '' };
    const isSaid = async () => {
      said = await tracewell(line);
      return said.out.includes(word);
    };
    await until(`"${word}" from ${line}`, isSaid, { timeoutMs: 120_000, everyMs: 2_000 }).catch((error: unknown) => {
      throw new Error(`it says: ${said.out}${said.err}`, { cause: error });
    });
    return said.out;
  }

  /** The block of the page that begins with this command; of several, which. */
  async function documented(line: string, which = 1): Promise<string> {
    const page = await readFile(DOCS, 'utf8');
    const blocks = page.split(`$ kubectl tracewell ${line}\n`);
    return blocks[which]?.split('```')[0] ?? '';
  }

  it('explains a pod that is healthy, as docs/kubectl.md shows', async () => {
    const line = 'explain deployment/cart -n market';
    expect(settled(await saying('Reported  Delivering', line))).toBe(settled(await documented(line)));
  });

  it('explains a pod that is skipped, as docs/kubectl.md shows', async () => {
    const line = 'explain deployment/till -n strict';
    expect(settled(await saying('Events', line))).toBe(settled(await documented(line)));
  });

  it('tells how policies stand, and what is covered', async () => {
    expect(await saying('1 pod skipped: HostPathForbidden', 'status -A')).toContain(
      'TracingPolicy market/all, in force',
    );
    const { out } = await tracewell('coverage -A');
    expect(out).toMatch(/^market +Deployment\/cart +TracingPolicy market\/all +1 +1 +0 +0 +0$/m);
    expect(out).toMatch(/^strict +Deployment\/till +TracingPolicy strict\/all +1 +0 +0 +1 HostPathForbidden +0$/m);
  });

  it('says to a caller with few rights what is not known', async () => {
    await world.kubectl('create', 'serviceaccount', 'reader', '-n', 'market');
    await world.kubectl('create', 'role', 'reader', '-n', 'market', '--verb=get,list', '--resource=pods,deployments');
    await world.kubectl(
      'create',
      'rolebinding',
      'reader',
      '-n',
      'market',
      '--role=reader',
      '--serviceaccount=market:reader',
    );
    const token = (await world.kubectl('create', 'token', 'reader', '-n', 'market')).trim();
    const mine = parse(await readFile(world.cluster.kubeconfig, 'utf8')) as { users: { user: object }[] };
    for (const one of mine.users) one.user = { token };
    const kubeconfig = join(folder, 'few-rights');
    await writeFile(kubeconfig, JSON.stringify(mine));
    const { code, out, err } = await tracewell('explain deployment/cart -n market', { kubeconfig });
    expect([code, err]).toEqual([0, '']);
    expect(out).toContain('No policy that you may read selects it.');
    expect(out).toContain("Its sidecar goes by TracingPolicy.all, as the pod's annotation says.");
    expect(out).toContain('Policies of the namespace market cannot be read with your rights.');
    const refused = await tracewell('coverage -n strict', { kubeconfig });
    expect([refused.code, refused.out]).toEqual([1, '']);
    expect(refused.err).toContain('you may not list pods in the namespace strict');
  });

  it('explains a pod that is outdated, as docs/kubectl.md shows', async () => {
    const chart = new URL('../../charts/tracewell', import.meta.url).pathname;
    const upgrade = ['upgrade', 'tracewell', chart, '-n', NAMESPACE, '--wait', '--timeout', '240s'];
    await world.cluster.helm([...upgrade, '--reuse-values', '--set', 'sidecar.image.tag=0.2.0']);
    const line = 'explain deployment/cart -n market';
    const said = await saying('Outdated', line).finally(() =>
      world.cluster.helm(['rollback', 'tracewell', '-n', NAMESPACE, '--wait', '--timeout', '240s']),
    );
    expect(settled(said)).toBe(settled(await documented(line, 2)));
  });

  it('previews a policy that comes in, and nothing is applied', async () => {
    const metadata = { name: 'later', namespace: 'market' };
    const policy = { apiVersion: 'tracewell.dev/v1alpha1', kind: 'TracingPolicy', metadata, spec: { priority: 1 } };
    const { code, out } = await tracewell('preview -f -', { input: JSON.stringify(policy) });
    expect([code, out]).toEqual([
      0,
      expect.stringMatching(/1 selected, 1 governed\.\n +1 pod has a sidecar already\./),
    ]);
    expect(out).toContain('tracewell.dev/policy: TracingPolicy.later');
    expect(await world.kubectl('get', 'tracingpolicies', '-n', 'market', '-o', 'name')).not.toContain('later');
  });

  it('ejects the sidecar of a Deployment: its new pods are ready and have none', async () => {
    const dry = await tracewell('eject deployment/cart -n market --dry-run');
    expect([dry.code, dry.out]).toEqual([0, expect.stringContaining('would get the label')]);
    expect((await world.pods('market', 'cart')).map(isInjected)).toEqual([true]);
    const { code, out, err } = await tracewell('eject deployment/cart -n market');
    expect([code, out]).toEqual([0, expect.stringContaining('its pods have no sidecar')]);
    expect(err).toContain('it replaces its pods by its own strategy');
    expect((await world.pods('market', 'cart')).map(isInjected)).toEqual([false]);
  });
});
