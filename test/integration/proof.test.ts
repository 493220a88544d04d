import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ENV } from '../../api/names.ts';
import { DEFAULT_LIMITS } from '../../api/sidecar-config.ts';
import { streamsOf } from '../../operator/elastic/streams.ts';
import type { Pod } from '../../operator/inject/pod.ts';
import { sumsOf } from '../proof.ts';
import { providedElasticsearch } from '../backends/provided.ts';
import { criLine } from '../sidecar/cri.ts';
import { configOf, POD_UID, SidecarWorld } from '../sidecar/process.ts';
import { until } from '../wait.ts';
import { Auditing, Tampering, type Stored } from './auditing.ts';
import { elasticOf, namespaceOf } from './elastic.ts';

const { elasticsearch, missing } = providedElasticsearch();

const POD = { name: 'cart-0', uid: POD_UID };
/** Of each, a line of stdout in two parts with one of stderr in between, and one that a rule discards. */
const LINES = 40;
const said = (i: number) =>
  criLine(`order ${i}: first half, `, { tag: 'P' }) +
  criLine(`{"level":"debug","msg":"no one wants to see ${i}"}`, { stream: 'stderr' }) +
  criLine(`WARN something about ${i}`, { stream: 'stderr' }) +
  criLine(`second half`);
const text = (from = 0, count = LINES) => Array.from({ length: count }, (_, i) => said(from + i)).join('');
/** Of each of them. */
const RECORDS = 2 * LINES;

/** Containers by what is done to the documents of their only file, and what is then said of it. */
const CASES: Record<string, { does: (store: Tampering, records: Stored[]) => Promise<void>; says?: object }> = {
  healthy: { does: async () => {} },
  head: {
    does: (store, records) => store.delete(records[0]!),
    says: { result: 'missing', records: 1, detail: expect.stringContaining('No document covers 0-') },
  },
  tail: { does: (store, records) => store.delete(...records.slice(-3)), says: { result: 'missing', records: 3 } },
  middle: {
    does: (store, records) => store.delete(records[30]!, records[31]!),
    says: { result: 'missing', records: 2 },
  },
  all: { does: (store, records) => store.delete(...records), says: { result: 'missing', records: RECORDS } },
  shorter: {
    does: (store, records) => store.alter(records[7]!, { bytes: 1 }),
    says: { result: 'missing', records: 1, detail: expect.stringContaining('Another extent than their name says') },
  },
  moved: {
    does: (store, records) => store.alter(records[7]!, { offset: records[7]!._source['log.offset'] + 1 }),
    says: { result: 'missing', records: 1, detail: expect.stringContaining('Another extent than their name says') },
  },
  renamed: {
    does: (store, records) => store.create(records.slice(0, 2), ({ _id }) => `${_id}.again`),
    says: { result: 'surplus', records: 2, detail: expect.stringContaining('Another extent than their name says') },
  },
  replaced: {
    does: async (store, records) => {
      await store.delete(records[3]!);
      await store.create([records[9]!], ({ _id }) => `${_id}.again`);
    },
    says: { result: 'missing', records: 1 },
  },
  twice: {
    does: async (store, records) => {
      await store.rollOver();
      await store.create(records.slice(5, 10));
      await store.rollOver();
      await store.create(records.slice(9, 12));
    },
  },
  'twice-and-less': {
    does: async (store, records) => {
      await store.rollOver();
      await store.create(records.slice(0, 4));
      await store.delete(records[20]!);
    },
    says: { result: 'missing', records: 1 },
  },
};
const CONTAINERS = Object.keys(CASES);
const WRONG = CONTAINERS.filter((container) => CASES[container]!.says);

describe.skipIf(missing)(`the audit of files and a real Elasticsearch ${missing}`, () => {
  const elastic = elasticOf(elasticsearch);
  const namespace = namespaceOf('proof');
  /** With no more than the privileges that docs/install.md lists. */
  const user = { username: namespace, password: 'auditor-of-the-tests' };
  const auditor = elasticOf(elasticsearch, { credentials: user });
  const site = { elastic: auditor, cluster: namespace, namespace };
  const store = new Tampering(elasticsearch.request, namespace);
  const worlds: SidecarWorld[] = [];
  const audits: Auditing[] = [];

  async function worldOf(of: string): Promise<SidecarWorld> {
    const world = new SidecarWorld();
    worlds.push(world);
    await elastic.createStreams(of);
    world.configure(
      configOf([elasticsearch.url], {
        cluster: of,
        streams: streamsOf(of),
        logs: {
          containers: { include: [], exclude: [] },
          multiline: 'Off',
          drop: [{ when: 'log.level: debug' }],
          redact: [],
        },
        limits: { ...DEFAULT_LIMITS, batchAgeMs: 20 },
      }),
    );
    world.secret('apiKey', (await elastic.mintKey(of)).encoded);
    world.secret('elasticsearchCa', elasticsearch.ca);
    return world;
  }
  const start = (world: SidecarWorld, of: string) => world.start({ ...world.env, [ENV.podNamespace]: of });

  function audit(...given: ConstructorParameters<typeof Auditing>): Auditing {
    const auditing = new Auditing(...given);
    audits.push(auditing);
    auditing.proof.start();
    return auditing;
  }
  const audited = async (auditing: Auditing) =>
    Object.values(await auditing.metric('tracewell_audited_files_total')).reduce((sum, count) => sum + count, 0);

  beforeAll(async () => {
    await elastic.install();
    const names = ['logs-tracewell-*', 'logs-tracewell.*'];
    const indices = [{ names, privileges: ['manage', 'read', 'delete'] }];
    await elasticsearch.request('PUT', `/_security/role/${namespace}`, { indices });
    const { password } = user;
    await elasticsearch.request('PUT', `/_security/user/${namespace}`, { password, roles: [namespace] });
    const world = await worldOf(namespace);
    for (const container of CONTAINERS) world.write(text(), container);
    const sidecar = start(world, namespace);
    await until('every record', async () => {
      const sums = await sumsOf(elasticsearch.request, streamsOf(namespace).logs);
      return [...sums.values()].reduce((all, { records }) => all + records, 0) === CONTAINERS.length * RECORDS;
    });
    // At its end it seals.
    await sidecar.stop();
  });
  afterAll(async () => {
    for (const { proof } of audits) await proof.stop();
    for (const world of worlds) await world.down();
    await auditor.close();
    await elastic.close();
    await elasticsearch.down();
  });

  it('proves every file of a store that nobody has touched, once', async () => {
    const auditing = audit(site);
    expect(auditing.condition).toMatchObject({ status: 'Unknown', reason: 'NotAudited' });
    await until('every file to be audited', async () => (await audited(auditing)) >= CONTAINERS.length);
    expect(auditing.queried).toBe(1);
    expect(auditing.condition).toMatchObject({
      type: 'Verified',
      status: 'True',
      reason: 'Proved',
      message: expect.stringContaining(`All ${CONTAINERS.length} files`),
    });
    expect(auditing.notices).toEqual([]);
    expect(await auditing.metric('tracewell_query_ratio')).toEqual({ 'TracingPolicy.all': 1 });
  });

  describe('after somebody has been at it', () => {
    let auditing: Auditing;

    beforeAll(async () => {
      for (const [container, { does }] of Object.entries(CASES)) {
        const records = await store.recordsOf(container);
        await does(store, records);
      }
      auditing = audit(site);
      await until('what is wrong to be said', () => {
        const files = new Set(auditing.memory.findings.map(({ of }) => of.container));
        return files.size >= WRONG.length && auditing.notices.some(({ action }) => action === 'Remove');
      });
    });

    it.each(WRONG)('finds what happened to %s, names pod and file, and says how many', (container) => {
      const found = auditing.memory.findings.filter(({ of }) => of.container === container);
      const of = { namespace, pod: POD.name, container, run: 0 };
      expect(found).toEqual([expect.objectContaining({ of, policy: 'TracingPolicy.all', ...CASES[container]!.says })]);
      const { file, records } = found[0]!;
      expect(auditing.notices.filter(({ series }) => series.includes(file))).toContainEqual(
        expect.objectContaining({
          regarding: expect.objectContaining({ kind: 'Pod', namespace, name: POD.name }),
          type: 'Warning',
          note: expect.stringContaining(`${records} record`),
        }),
      );
    });

    it('says nothing against the others', () => {
      expect(auditing.memory.findings.map(({ of }) => of.container).toSorted()).toEqual(WRONG.toSorted());
    });

    it('removes copies of a rollover, counts them, and finds the file in order', async () => {
      const records = await store.recordsOf('twice');
      expect(new Set(records.map(({ _id }) => _id)).size).toBe(RECORDS);
      expect(records).toHaveLength(RECORDS);
      // The older ones stay.
      expect(new Set(records.map(({ _index }) => _index)).size).toBe(1);
      const removed = auditing.notices.filter(({ action, note }) => action === 'Remove' && note.includes('twice'));
      expect(removed).toMatchObject([{ type: 'Normal', reason: 'RecordsDoubled', count: 8 }]);
      expect(await store.recordsOf('twice-and-less')).toHaveLength(RECORDS - 1);
      expect((await auditing.metric('tracewell_removed_copies_total'))[namespace]).toBe(12);
    });

    it('says so in condition, ratio and metrics', async () => {
      const { condition, queried } = auditing;
      expect(condition).toMatchObject({ status: 'False', reason: 'RecordsMissing' });
      expect(condition.message).toMatch(new RegExp(`pod ${namespace}/cart-0 .* ${WRONG.length - 1} more files`));
      expect(queried).toBeLessThan(1);
      expect(queried).toBeGreaterThan(0.8);
      const missing = 1 + 3 + 2 + RECORDS + 1 + 1 + 1 + 1;
      expect((await auditing.metric('tracewell_missing_records_total'))[namespace]).toBe(missing);
      const files = await auditing.metric('tracewell_audited_files_total');
      expect(files).toMatchObject({ doubled: 1, unproven: 0 });
      expect(files['proved']).toBeGreaterThanOrEqual(1);
    });

    it('takes it back once the documents are there again, also under the next leader', async () => {
      await auditing.proof.stop();
      const next = audit(site, auditing.memory);
      await until('the findings', () => next.condition.status === 'False');
      const records = (await store.recordsOf('healthy')).length;
      expect(records).toBe(RECORDS);
      const gone = auditing.memory.findings.find(({ of }) => of.container === 'renamed')!;
      const again = (await store.recordsOf('renamed')).filter(({ _id }) => _id.endsWith('.again'));
      await store.delete(...again);
      await until('the file to be proved', () => !next.memory.findings.some(({ file }) => file === gone.file));
    });
  });

  it('says that nothing can be said when Elasticsearch does not answer', async () => {
    const away = elasticOf(elasticsearch, { urls: ['https://127.0.0.1:1'] });
    const auditing = audit({ ...site, elastic: away, pace: { troubleMs: 2_000 } });
    expect(auditing.condition.message).toBe('No file was audited in the last hour.');
    await until('the trouble', () => auditing.condition.message.includes('127.0.0.1:1'));
    expect(auditing.condition).toMatchObject({ status: 'Unknown', reason: 'NotAudited' });
    await auditing.proof.stop();
    await away.close();
  });

  describe('of files that are written', () => {
    const own = namespaceOf('live');
    const live = new Tampering(elasticsearch.request, own);
    const site = { elastic: auditor, cluster: own, namespace: own };
    let world: SidecarWorld;
    let auditing: Auditing;
    let reporting: NodeJS.Timeout;
    let writing: NodeJS.Timeout;
    const BUSY = 8;
    const containers = ['quiet', ...Array.from({ length: BUSY }, (_, i) => `busy-${i}`)];

    beforeAll(async () => {
      world = await worldOf(own);
      for (const container of containers) world.write(text(), container);
      start(world, own);
      await until('a checkpoint of each', () => world.checkpoints().length === containers.length);
      auditing = audit(site);
      let turn = 0;
      writing = setInterval(() => world.write(text(LINES + turn, 5), `busy-${turn++ % BUSY}`), 20);
      reporting = setInterval(() => auditing.report(POD, world.checkpoints()), 100);
    });
    afterAll(() => {
      clearInterval(writing);
      clearInterval(reporting);
    });

    it('gives no alarm while they are written, at none of many looks', async () => {
      await until('ten audits of each', async () => (await audited(auditing)) >= 10 * containers.length);
      expect(auditing.notices).toEqual([]);
      expect([auditing.condition.status, auditing.queried]).toEqual(['True', 1]);
      const [busy] = world.checkpoints().filter(({ container }) => container === 'busy-0');
      expect(busy!.stored.records).toBeGreaterThan(RECORDS);
    });

    it('finds what is missing below the checkpoint of one that goes on', async () => {
      await live.delete((await live.recordsOf('busy-3'))[11]!);
      await until('it to be said', () => auditing.notices.length > 0);
      expect(auditing.notices[0]).toMatchObject({ reason: 'RecordsMissing', count: 1, regarding: { name: POD.name } });
      expect(auditing.condition.message).toContain('(container busy-3, restart 0)');
    });

    it('removes copies across a rollover while it goes on', async () => {
      clearInterval(writing);
      const records = (await live.recordsOf('quiet')).slice(0, 7);
      await live.rollOver();
      await live.create(records);
      const { note } = await until('the copies to be removed', () =>
        auditing.notices.find(({ action }) => action === 'Remove'),
      );
      expect(note).toContain('7 records');
      expect(await live.recordsOf('quiet')).toHaveLength(RECORDS);
    });

    it('leaves a file out that began before the oldest index that is left', async () => {
      // As retention does: the first index goes, and the records in it.
      const [first] = await live.recordsOf('quiet');
      expect((await elasticsearch.request('DELETE', `/${first!._index}`)).status).toBe(200);
      const left = () => auditing.lines.filter((line) => line.includes('a file is left out of the audit'));
      await until('each to be left out', () =>
        containers.every((container) => left().some((line) => JSON.parse(line).container === container)),
      );
      const said = auditing.notices.filter(({ reason }) => reason === 'RecordsMissing');
      expect(said.filter(({ note }) => !note.includes('busy-3'))).toEqual([]);
    });

    it('calls those unproven that have no seal when their pod is gone', async () => {
      clearInterval(reporting);
      auditing.proof.podGone({ metadata: { name: POD.name, namespace: own, uid: POD.uid } } as Pod);
      auditing.latest.forget(POD.uid);
      await until(
        'all to be said',
        async () => (await auditing.metric('tracewell_unproven_files'))[own] === containers.length,
      );
      expect(auditing.notices.at(-1)).toMatchObject({ reason: 'FilesUnproven', regarding: { name: POD.name } });
    });
  });
});
