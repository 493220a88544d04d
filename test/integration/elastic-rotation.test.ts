import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { StoredKey } from '../../operator/elastic/keys.ts';
import { streamsOf } from '../../operator/elastic/streams.ts';
import { providedElasticsearch } from '../backends/provided.ts';
import { expectProved, sumsOf } from '../proof.ts';
import { criLine } from '../sidecar/cri.ts';
import { configOf, SidecarWorld, type SidecarProcess } from '../sidecar/process.ts';
import { until } from '../wait.ts';
import { elasticOf, namespaceOf } from './elastic.ts';

const { elasticsearch, missing } = providedElasticsearch();

/** Lines a moment, as long as the test goes on. */
const BURST = { lines: 10, everyMs: 20 };

describe.skipIf(missing)(`a key that is renewed under load ${missing}`, () => {
  const { request } = elasticsearch;
  const elastic = elasticOf(elasticsearch);
  const namespace = namespaceOf('rotation');
  const world = new SidecarWorld();
  let sidecar: SidecarProcess;
  let key: StoredKey;
  let written = 0;
  let writing: NodeJS.Timeout;

  beforeAll(async () => {
    await elastic.install();
    await elastic.createStreams(namespace);
    key = await elastic.mintKey(namespace);
    world.configure(configOf([elasticsearch.url], { streams: streamsOf(namespace) }));
    world.secret('apiKey', key.encoded);
    world.secret('elasticsearchCa', elasticsearch.ca);
    sidecar = world.start();
    writing = setInterval(() => {
      const lines = Array.from({ length: BURST.lines }, () => criLine(JSON.stringify({ msg: 'line', n: written++ })));
      world.write(lines.join(''));
    }, BURST.everyMs);
    await storedAtLeast(1);
  });
  afterAll(async () => {
    clearInterval(writing);
    await world.down();
    await elastic.close();
    await elasticsearch.down();
  });

  async function stored(): Promise<number> {
    await request('POST', `/${streamsOf(namespace).logs}/_refresh`);
    const sums = await sumsOf(request, streamsOf(namespace).logs);
    return [...sums.values()].reduce((all, { records }) => all + records, 0);
  }
  const storedAtLeast = (count: number) => until(`${count} records`, async () => (await stored()) >= count);
  /** As the kubelet brings a Secret, and the sidecar says it. */
  async function bring(next: StoredKey): Promise<void> {
    const before = sidecar.lines('uses a new API key or authority').length;
    world.secret('apiKey', next.encoded);
    await until('the sidecar to take the key', () => sidecar.lines('uses a new API key or authority').length > before);
  }

  it('gives way to the next one, and is no longer good; nothing is held up', async () => {
    const next = await elastic.mintKey(namespace);
    await bring(next);
    // A request that was under way with the old one has had its answer when later lines are there.
    await storedAtLeast(written);
    await elastic.invalidateKey(key.id);
    await storedAtLeast(written);
    expect(sidecar.said.filter(({ level }) => level !== 'info')).toEqual([]);
    expect((await elastic.ownKeys()).filter((one) => one.namespace === namespace)).toMatchObject([{ id: next.id }]);
    key = next;
  });

  it('holds everything up when it ends too early, and nothing is lost', async () => {
    await elastic.invalidateKey(key.id);
    await until('the sidecar to say so', () => sidecar.lines('Elasticsearch did not take records')[0]);
    const lines = written;
    await bring(await elastic.mintKey(namespace));
    await storedAtLeast(lines);
    expect(sidecar.lines('Elasticsearch takes records again')).not.toEqual([]);
  });

  it('has let every line through, once', async () => {
    clearInterval(writing);
    await storedAtLeast(written);
    expect(await sidecar.stop()).toBe(0);
    expect(await stored()).toBe(written);
    const aggs = { last: { max: { field: 'app.n' } } };
    const { body } = await request('POST', `/${streamsOf(namespace).logs}/_search?size=0`, { aggs });
    expect(body).toMatchObject({ aggregations: { last: { value: written - 1 } } });
    await expectProved(request, namespace);
  });
});
