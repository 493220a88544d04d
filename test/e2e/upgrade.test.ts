import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { NAMESPACE } from '../installation.ts';
import { until } from '../wait.ts';
import { faultsOfLines, recordsOf } from './records.ts';
import { counting, isInjected, World, type PodView } from './world.ts';

const CHART = join(import.meta.dirname, '../../charts/tracewell');
/** As it was released last. The images are those of today: what is tried here is the chart. */
const PREVIOUS = join(import.meta.dirname, '../fixtures/previous-chart');
const SPEC = { retention: '9d', logs: { multiline: 'Off' } };

const world = new World();
const { elasticsearch } = world;

interface Definition {
  spec: { versions: { schema: { openAPIV3Schema: { properties: { status: object; spec: object } } } }[] };
}

interface Policy {
  uid: string;
  generation: number;
  spec: object;
}

describe.skipIf(world.missing)(`the chart before this one ${world.missing}`, () => {
  /** Of the installation that was found. */
  let values: string;
  let policy: Policy;
  let talker: string;

  const wait = ['-n', NAMESPACE, '--wait', '--timeout=180s'];
  const helm = (command: string, ...args: string[]) =>
    world.cluster.helm([command, 'tracewell', ...args, ...wait], { input: values });
  const policyNow = async (): Promise<Policy> => {
    const { metadata, spec } = await world.get<{ metadata: Policy; spec: object }>(
      'tracingpolicy',
      'all',
      '-n',
      'upgrade',
    );
    return { uid: metadata.uid, generation: metadata.generation, spec };
  };
  const setting = async (path: string) =>
    world.kubectl('get', 'deployment/tracewell', '-n', NAMESPACE, '-o', `jsonpath=${path}`);

  /** Spec and status as the cluster takes them, and as a chart has them. */
  const schemaOf = ({ spec }: Definition) => spec.versions[0]!.schema.openAPIV3Schema.properties;
  const schemaNow = async () =>
    schemaOf(await world.get<Definition>('customresourcedefinition', 'tracingpolicies.tracewell.dev'));
  async function schemaIn(chart: string): Promise<object> {
    const template = await readFile(join(chart, 'templates/crd-tracingpolicies.yaml'), 'utf8');
    return schemaOf(parse(template.replaceAll(/^\{\{.*$/gm, '')) as Definition);
  }

  /** Sees that all that the pod has said until now is there once, that the policy is as it was, and that new pods are injected. */
  async function expectAllGoesOn(name: string): Promise<void> {
    expect(await policyNow()).toEqual(policy);
    await world.apply(world.deployment('upgrade', name, counting(1, 50)));
    await world.available('upgrade', name);
    expect((await world.pods('upgrade', name)).map(isInjected)).toEqual([true]);
    const [last = ''] = (await world.kubectl('logs', talker, '-n', 'upgrade', '-c', 'app', '--tail=1')).split('\n');
    const said = Number(last.split('=')[1]);
    expect(said).toBeGreaterThan(0);
    const query = { term: { 'kubernetes.pod.name': talker } };
    const faults = async () => faultsOfLines(await recordsOf(elasticsearch, 'upgrade', query), said);
    await expect.poll(faults, { timeout: 30_000, interval: 500 }).toEqual([]);
  }

  beforeAll(async () => {
    values = await world.cluster.helm(['get', 'values', 'tracewell', '-n', NAMESPACE, '-o', 'json']);
    // One replica: what two are good for is another test's.
    await helm('upgrade', PREVIOUS, '--reset-values', '--values', '-', '--set', 'replicas=1');
    await world.namespace('upgrade');
    await world.policy('upgrade', SPEC);
    policy = await policyNow();
    await world.apply(world.deployment('upgrade', 'talker', counting(1_000_000, 50)));
    await world.available('upgrade', 'talker');
    talker = (await world.pods('upgrade', 'talker'))[0]!.metadata.name;
  });

  afterAll(async () => {
    await helm('upgrade', CHART, '--reset-values', '--values', '-');
    await world.kubectl(
      'label',
      'namespace',
      NAMESPACE,
      'pod-security.kubernetes.io/enforce=restricted',
      '--overwrite',
    );
    await world.kubectl('delete', 'namespace', 'upgrade', '--wait=false');
    await world.close();
  });

  it('works', async () => {
    expect(await schemaNow()).toEqual(await schemaIn(PREVIOUS));
    await expectAllGoesOn('before');
  });

  it('gives way to this one also with all of its own defaults, which `--reuse-values` keeps', async () => {
    const rendered = await helm('upgrade', CHART, '--reuse-values', '--dry-run=server');
    expect(rendered).toContain('topologyKey: topology.kubernetes.io/zone');
    expect(rendered).toMatch(/name: TRACEWELL_HTTP_PORT\s+value: "8080"/);
  });

  it('is upgraded, and no line is lost, no policy either', async () => {
    await helm('upgrade', CHART, '--reset-then-reuse-values');
    expect(await setting('{..resources.limits.memory}')).toBe('512Mi');
    expect(await schemaNow()).toEqual(await schemaIn(CHART));
    await expectAllGoesOn('after');
  });

  it('is rolled back to, and no line is lost, no policy either', async () => {
    await helm('rollback');
    expect(await setting('{..resources.limits.memory}')).toBe('384Mi');
    expect(await schemaNow()).toEqual(await schemaIn(PREVIOUS));
    await expectAllGoesOn('again');
  });

  it('is upgraded once more, onto the network of the nodes, where the API server finds the webhook, too', async () => {
    await world.kubectl('label', 'namespace', NAMESPACE, 'pod-security.kubernetes.io/enforce-', '--overwrite');
    const changes = ['webhook.hostNetwork=true', 'sidecar.imagePullSecrets[0].name=registry'];
    await helm('upgrade', CHART, '--reset-then-reuse-values', ...changes.flatMap((change) => ['--set', change]));
    expect(await setting('{.spec.template.spec.hostNetwork}')).toBe('true');
    // Between the one and the other there was none.
    const pod = { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'asked', namespace: 'upgrade' } };
    const input = JSON.stringify({ ...pod, spec: { containers: [world.container('')] } });
    const asked = () => world.cluster.kubectl(['create', '--dry-run=server', '-o', 'json', '-f', '-'], { input });
    await until('the API server to find the webhook', async () => isInjected(JSON.parse(await asked()) as PodView));
    await expectAllGoesOn('on-nodes');
    // It started though nobody has put the Secret there.
    const [{ spec }] = (await world.pods('upgrade', 'on-nodes')) as [PodView];
    expect(spec.imagePullSecrets).toEqual([{ name: 'registry' }]);
  });
});
