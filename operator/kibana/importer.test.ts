import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { KibanaServer } from '../../test/operator/kibana-server.ts';
import { keepingLog } from '../../test/operator/log.ts';
import { until } from '../../test/wait.ts';
import { Metrics } from '../health/metrics.ts';
import { Kibana } from './client.ts';
import { Importer } from './importer.ts';
import { MARK, ndjson, savedObjects } from './objects.ts';

let server: KibanaServer;
let metrics: Metrics;
let kept: ReturnType<typeof keepingLog>;
let importers: Importer[];

beforeEach(async () => {
  server = await KibanaServer.start();
  metrics = new Metrics('1.2.3', 'v26');
  kept = keepingLog();
  importers = [];
});
afterEach(async () => {
  await Promise.all(importers.map((importer) => importer.stop()));
  await server.stop();
});

function start(url = server.url): Importer {
  const credentials = { username: 'operator', password: 'secret' };
  const kibana = new Kibana({ url, space: 'platform', credentials, ca: undefined });
  const times = { baseMs: 2, maxMs: 10 };
  const importer = new Importer({ kibana, metrics, random: Math.random, log: kept.log, times });
  importers.push(importer);
  importer.start();
  return importer;
}
const text = () => metrics.registry.getSingleMetricAsString('tracewell_kibana_imports_total');
const counted = async (result: string) => Number(new RegExp(`result="${result}"} (\\d+)`).exec(await text())?.[1] ?? 0);
const once = (result: string, times = 1) =>
  until(`${times} ${result}`, async () => (await counted(result)) >= times, { everyMs: 5 });
const imports = () => server.seen.filter(({ path }) => path.includes('_import')).length;
const all = savedObjects().map(({ type, id }) => `${type} ${id}`);

describe('objects for Kibana', () => {
  it('are imported where there are none', async () => {
    start();
    await once('imported');
    expect(server.in('platform')).toEqual(all);
    expect(kept.lines.join('')).toContain(`"objects":${all.length}`);
  });

  it('are left alone where those of this version are, by the next leader, too', async () => {
    await start().stop();
    start();
    await once('imported');
    start();
    await once('unchanged');
    expect(imports()).toBe(1);
  });

  it('are imported again over those of another version', async () => {
    for (const line of ndjson().replace(MARK, 'Tracewell 0.0.1, 00000000.').trimEnd().split('\n')) {
      const object = JSON.parse(line) as { type: string; id: string; attributes: { title?: string } };
      server.objects.set(`platform/${object.type} ${object.id}`, object);
    }
    start();
    await once('imported');
    expect(JSON.stringify([...server.objects.values()])).toContain(MARK);
  });

  it.each([
    ['is not ready yet', 503, 'Kibana server is not ready yet'],
    ['does not let us in yet', 403, '{"message":"Unable to bulk_create dashboard"}'],
    ['is another server yet', 404, 'page not found'],
  ])('are brought again to a Kibana that %s', async (_, status, body) => {
    server.faults.push({ status, body }, { status, body });
    start();
    await once('imported');
    expect(await counted('error')).toBe(2);
    expect(kept.lines).toHaveLength(3);
    expect(kept.lines[0]).toMatch(/"level":"warn".*not imported into Kibana yet.*again/);
  });

  it('are brought no more when Kibana refuses one of them, and that one is named', async () => {
    server.unknown.add('lens');
    start();
    await once('error');
    await until('the line', () => kept.lines.length > 0, { everyMs: 5 });
    expect(kept.lines[0]).toMatch(/"level":"error".*lens tracewell-records: unsupported_type/);
    expect(imports()).toBe(1);
  });

  it('keep nobody who stops waiting for a Kibana that says nothing', async () => {
    server.hangs = true;
    const importer = start();
    await until('the question', () => server.seen.length > 0, { everyMs: 5 });
    await importer.stop();
    expect(kept.lines).toEqual([]);
    expect(await counted('error')).toBe(0);
  });
});
