import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { MANAGED_BY, SECRET } from '../../api/names.ts';
import { NAMESPACE } from '../installation.ts';
import { until } from '../wait.ts';
import { expectEveryLineOnce, recordsOf } from './records.ts';
import { counting, isInjected, World, type PodView } from './world.ts';

const ROOT = join(import.meta.dirname, '../..');
const CHART = join(ROOT, 'charts/tracewell');
const OURS = `${MANAGED_BY.key}=${MANAGED_BY.value}`;
const LINES = 900;
const world = new World();
const { elasticsearch } = world;

describe.skipIf(world.missing)(`helm uninstall ${world.missing}`, () => {
  let values: string;
  let talker: PodView;
  let linesBefore: number;

  const install = () =>
    world.cluster.helm(
      ['upgrade', '--install', 'tracewell', CHART, '-n', NAMESPACE, '--values', '-', '--wait', '--timeout=180s'],
      { input: values },
    );
  /** Names, with their namespaces, of what there is of a kind. */
  const names = async (kinds: string, ...more: string[]): Promise<string[]> => {
    const where = '{range .items[*]}{.kind} {.metadata.namespace}/{.metadata.name}{"\\n"}{end}';
    const found = await world.kubectl('get', kinds, '--all-namespaces', '-o', `jsonpath=${where}`, ...more);
    return found.split('\n').filter(Boolean).toSorted();
  };

  beforeAll(async () => {
    for (const namespace of ['leaving', 'left']) {
      await world.namespace(namespace);
      await world.policy(namespace);
    }
    await world.apply(world.deployment('leaving', 'talker', counting(LINES, 50)));
    await world.available('leaving', 'talker');
    [talker] = (await world.pods('leaving', 'talker')) as [PodView];
    await until('the first lines', async () => (await recordsOf(elasticsearch, 'leaving')).length > 0);
    values = await world.cluster.helm(['get', 'values', 'tracewell', '-n', NAMESPACE, '-o', 'json']);
    await world.cluster.helm(['uninstall', 'tracewell', '-n', NAMESPACE, '--wait', '--timeout=120s']);
    linesBefore = (await recordsOf(elasticsearch, 'leaving')).length;
  });

  afterAll(async () => {
    await install();
    await world.kubectl('delete', 'namespaces', 'leaving', 'left', '--ignore-not-found', '--wait=false');
    await world.close();
  });

  it('takes the webhook configuration along, though no chart has it, and leaves no right, program or Service behind', async () => {
    const kinds = [
      'mutatingwebhookconfigurations,clusterroles,clusterrolebindings,roles,rolebindings,serviceaccounts',
      'deployments,pods,services,endpointslices,poddisruptionbudgets',
    ];
    const left = async () => (await names(kinds.join())).filter((one) => / (tracewell)?\/tracewell/.test(one));
    await expect.poll(left, { timeout: 60_000 }).toEqual([]);
  });

  it('lets running sidecars deliver what their pods go on to say', async () => {
    expect(isInjected(talker)).toBe(true);
    expect(linesBefore).toBeLessThan(LINES);
    await expectEveryLineOnce(elasticsearch, { namespace: 'leaving', pod: talker.metadata.name, lines: LINES });
  });

  it('lets pods start that are created after it, as they are', async () => {
    await world.apply(world.deployment('leaving', 'late', counting(1, 50)));
    await world.available('leaving', 'late');
    expect((await world.pods('leaving', 'late')).map(isInjected)).toEqual([false]);
  });

  it('keeps the policies', async () => {
    const policies = await names('tracingpolicies');
    expect(policies).toContain('TracingPolicy leaving/all');
    expect(policies).toContain('TracingPolicy left/all');
  });

  it('keeps no namespace with a policy from being deleted', async () => {
    await world.kubectl('delete', 'namespace', 'left', '--timeout=60s');
    expect(await names('namespaces')).not.toContain('Namespace /left');
  });

  it('leaves Secrets with a label, which the documented command takes away, and no running sidecar minds', async () => {
    const left = await names('secrets', '--selector', OURS);
    expect(left).toContain(`Secret leaving/${SECRET}`);
    expect(left).toContain(`Secret ${NAMESPACE}/tracewell-certs`);
    const documented = (await readFile(join(ROOT, 'docs/install.md'), 'utf8')).match(/^kubectl .*--selector .*$/gm);
    expect(documented).toHaveLength(1);
    await world.kubectl(...documented![0].split(' ').slice(1));
    expect(await names('secrets,configmaps,leases.coordination.k8s.io', '--selector', OURS)).toEqual([]);
    const [pod] = (await world.pods('leaving', 'talker')) as [PodView];
    expect(pod.metadata.uid).toBe(talker.metadata.uid);
  });

  it('can be taken back: what is installed then finds the policies, and injects', async () => {
    await install();
    await until('the namespace to be asked about', async () =>
      (await world.kubectl('get', 'mutatingwebhookconfiguration', 'tracewell', '-o', 'yaml')).includes('- leaving'),
    );
    await world.kubectl('rollout', 'restart', 'deployment/late', '-n', 'leaving');
    await world.kubectl('rollout', 'status', 'deployment/late', '-n', 'leaving', '--timeout=120s');
    const pod = await until('the new pod alone', async () => {
      const pods = await world.pods('leaving', 'late');
      return pods.length === 1 ? pods[0] : undefined;
    });
    expect(isInjected(pod)).toBe(true);
    await expectEveryLineOnce(elasticsearch, { namespace: 'leaving', pod: pod.metadata.name, lines: 1 });
  });
});
