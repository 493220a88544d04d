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
  const pods = { polite: POLITE, 'polite-too': POLITE, deaf: DEAF };
  /** Lines that the deaf one had written when it was last asked. */
  let heard = 0;

  beforeAll(async () => {
    await world.namespace(NAMESPACE);
    // Where other programs want all there is, a sidecar that requests next to nothing gets no more than that.
    await world.policy(NAMESPACE, { sidecar: { resources: { requests: { cpu: '200m' } } } });
    for (const [name, script] of Object.entries(pods)) {
      await world.apply({
        apiVersion: 'v1',
        kind: 'Pod',
        metadata: { name, namespace: NAMESPACE },
        spec: { terminationGracePeriodSeconds: name === 'deaf' ? 3 : 30, containers: [world.container(script)] },
      });
    }
    await world.kubectl('wait', '-n', NAMESPACE, '--for=condition=Ready', 'pod', '--all', '--timeout=120s');
    await until('some thousand lines', async () => (await countOf(elasticsearch, NAMESPACE)) > 5_000);
    const remove = (...names: string[]) => world.kubectl('delete', 'pod', '-n', NAMESPACE, '--timeout=90s', ...names);
    await remove('polite', 'polite-too');
    // By itself: two seconds are for its sidecar and Elasticsearch, and not for the thousands of lines of the others.
    const deleted = remove('deaf');
    for (let said: number | undefined = 0; said !== undefined; said = await linesOf('deaf').catch(() => undefined))
      heard = Math.max(heard, said);
    await deleted;
  });
  afterAll(() => world.close());

  async function linesOf(pod: string): Promise<number> {
    const path = `/api/v1/namespaces/${NAMESPACE}/pods/${pod}:8080/proxy/`;
    return (JSON.parse(await world.kubectl('get', '--raw', path)) as { lines: number }).lines;
  }
  const recordsOfPod = (pod: string) => recordsOf(elasticsearch, NAMESPACE, { term: { 'kubernetes.pod.name': pod } });

  it.each(['polite', 'polite-too'])('has every line in Elasticsearch exactly once: %s', async (pod) => {
    const all = await recordsOfPod(pod);
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

  it('also when it says little and is killed: the two seconds that its sidecar has then are enough', async () => {
    const all = await recordsOfPod('deaf');
    const lines = all.filter((one) => lineOf(one) !== undefined).length;
    expect(heard).toBeGreaterThan(0);
    expect(lines).toBeGreaterThanOrEqual(heard);
    expect(faultsOf(all, lines)).toEqual([]);
  });

  it('has seals that agree with what Elasticsearch has', () => expectProved(elasticsearch.request, NAMESPACE));
});
