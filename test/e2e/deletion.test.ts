import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { expectProved } from '../proof.ts';
import { until } from '../wait.ts';
import { faultsOf, NUMBERED } from './numbered.ts';
import { countOf, lineOf, recordsOf, type Found } from './records.ts';
import { World } from './world.ts';

const NAMESPACE = 'deletion';
const world = new World();
const { elasticsearch } = world;

/** So many lines a second, a tenth of them at a time, for ever. */
const load = (linesPerSecond: number) => `
${NUMBERED}
let lines = 0;
const load = setInterval(() => { for (let i = 0; i < ${linesPerSecond / 10}; i++) say(++lines); }, 100);
require('node:http').createServer((_, response) => response.end(JSON.stringify({ lines }))).listen(8080);
`;
/** Talks on for a second when it is asked to end, and says at last how much it was. */
const POLITE = `${load(500)}
process.on('SIGTERM', () => setTimeout(() => {
  clearInterval(load);
  console.log('lines=' + lines);
  process.exit(0);
}, 1000));
`;
/** Talks until it is killed. */
const DEAF = `${load(50)} process.on('SIGTERM', () => {});`;

describe.skipIf(world.missing)(`a pod that is deleted while it talks ${world.missing}`, () => {
  let tries = 0;
  beforeAll(async () => {
    await begin(NAMESPACE, { polite: POLITE, 'polite-too': POLITE }, 30);
    await until('some thousand lines', async () => (await countOf(elasticsearch, NAMESPACE)) > 5_000);
    await end(NAMESPACE);
  });
  afterAll(() => world.close());

  /** Creates pods in a namespace of their own, and waits until they have said something. */
  async function begin(namespace: string, pods: Readonly<Record<string, string>>, graceSeconds: number): Promise<void> {
    await world.namespace(namespace);
    // Where other programs want all there is, a sidecar that requests next to nothing gets no more than that.
    await world.policy(namespace, { sidecar: { resources: { requests: { cpu: '200m' } } } });
    for (const [name, script] of Object.entries(pods)) {
      await world.apply({
        apiVersion: 'v1',
        kind: 'Pod',
        metadata: { name, namespace },
        spec: { terminationGracePeriodSeconds: graceSeconds, containers: [world.container(script)] },
      });
    }
    await world.kubectl('wait', '-n', namespace, '--for=condition=Ready', 'pod', '--all', '--timeout=120s');
  }
  const end = (namespace: string) => world.kubectl('delete', 'pod', '-n', namespace, '--all', '--timeout=90s');

  async function linesOf(namespace: string, pod: string): Promise<number> {
    const path = `/api/v1/namespaces/${namespace}/pods/${pod}:8080/proxy/`;
    return (JSON.parse(await world.kubectl('get', '--raw', path)) as { lines: number }).lines;
  }

  it.each(['polite', 'polite-too'])('has every line in Elasticsearch exactly once: %s', async (pod) => {
    const all = await recordsOf(elasticsearch, NAMESPACE, { term: { 'kubernetes.pod.name': pod } });
    const isTotal = ({ _source }: Found) => _source.message?.startsWith('lines=') ?? false;
    const totals = all.filter(isTotal).map(({ _source }) => Number(_source.message!.slice('lines='.length)));
    expect(totals).toEqual([expect.any(Number)]);
    expect(
      faultsOf(
        all.filter((one) => !isTotal(one)),
        totals[0]!,
      ),
    ).toEqual([]);
  });

  it('has seals that agree with what Elasticsearch has', () => expectProved(elasticsearch.request, NAMESPACE));

  it('has them also when it says little and is killed: the two seconds that its sidecar has then are enough', async () => {
    const namespace = `killed-${++tries}`;
    await begin(namespace, { deaf: DEAF }, 3);
    await until('some lines', async () => (await countOf(elasticsearch, namespace)) > 100);
    const ended = end(namespace);
    // Lines that it had written when it was last asked.
    let heard = 0;
    for (
      let said: number | undefined = 0;
      said !== undefined;
      said = await linesOf(namespace, 'deaf').catch(() => undefined)
    )
      heard = Math.max(heard, said);
    await ended;
    const all = await recordsOf(elasticsearch, namespace);
    const lines = all.filter((one) => lineOf(one) !== undefined).length;
    expect(heard).toBeGreaterThan(100);
    expect(lines).toBeGreaterThanOrEqual(heard);
    expect(faultsOf(all, lines)).toEqual([]);
    await expectProved(elasticsearch.request, namespace);
  });
});
