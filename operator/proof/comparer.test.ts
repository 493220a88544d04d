import { Registry } from 'prom-client';
import { describe, expect, it } from 'vitest';
import { keepingLog } from '../../test/operator/log.ts';
import type { Notice } from '../events.ts';
import type { Claim } from './claim.ts';
import { Comparer } from './comparer.ts';
import type { Extent } from './extents.ts';
import { ProofMetrics } from './metrics.ts';
import { PACE } from './pace.ts';
import { Standing } from './standing.ts';
import type { OldestIndex } from './store.ts';
import { noSums, type Shelves } from './sums.ts';

const FILE = '0123456789abcdef01234567';
const SEALED = { records: 2, bytes: 200, offsets: 100n };
const claim: Claim = {
  of: { namespace: 'shop', pod: 'cart-0', container: 'cart', run: 0 },
  file: FILE,
  below: { stdout: 200, stderr: 200, unframed: 200 },
  stored: SEALED,
  deadLettered: noSums(),
  discardedBytes: 0,
  lostBytes: 0,
  size: 200,
  at: 0,
};
const extent = (offset: number, changes: Partial<Extent> = {}): Extent => ({
  index: '.ds-logs-tracewell-shop-2026.01.02-000001',
  id: `${FILE}.${offset}.100`,
  offset,
  bytes: 100,
  stream: 'stdout',
  isDead: false,
  ...changes,
});

/** Elasticsearch as a list of documents, and a clock that moves by hand. */
class ComparerWorld {
  extents = [extent(0), extent(100)];
  mayRefresh = true;
  mayDelete = true;
  isAway = false;
  oldest: OldestIndex | undefined = { generation: 1, created: 0 };
  startedAt: number | undefined = 0;
  time = 0;
  counts = 0;
  looks = 0;
  readonly notices: Notice[] = [];
  readonly standing = new Standing(() => this.time);
  readonly log = keepingLog();
  readonly comparer = new Comparer({
    store: {
      count: async (page) => {
        this.#answer();
        this.counts++;
        return new Map(page.map(({ file }) => [file, this.#sums()]));
      },
      refresh: async () => this.mayRefresh,
      extents: async () => {
        this.#answer();
        this.looks++;
        return [...this.extents];
      },
      remove: async (copies) => {
        if (!this.mayDelete) throw new Error('403');
        this.extents = this.extents.filter((one) => !copies.includes(one));
        return copies.length;
      },
      oldestIndex: async () => this.oldest,
      startOf: async () => this.startedAt,
    },
    standing: this.standing,
    policyOf: () => 'TracingPolicy.all',
    uidOf: () => 'uid-of-cart-0',
    tell: async (notice) => this.notices.push(notice),
    metrics: new ProofMetrics(new Registry()),
    onNews: () => {},
    pace: PACE,
    now: () => new Date(this.time),
    clock: () => this.time,
    log: this.log.log,
  });

  get result() {
    return this.standing.findingOf(FILE)?.result;
  }

  /** Lets so much time pass, and has everything compared that is due by then. */
  async pass(ms: number): Promise<void> {
    const end = this.time + ms;
    for (; this.time <= end; this.time += 1000) while (await this.comparer.compare());
  }

  #answer(): void {
    if (this.isAway) throw new Error('Elasticsearch is away');
  }

  #sums(): Shelves {
    const stored = this.extents.reduce(
      (sums, { offset, bytes }) => ({
        records: sums.records + 1,
        bytes: sums.bytes + bytes,
        offsets: sums.offsets + BigInt(offset),
      }),
      noSums(),
    );
    return { stored, deadLettered: noSums() };
  }
}

describe('a file is compared', () => {
  it('once what was said of it can be seen, and then no more', async () => {
    const world = new ComparerWorld();
    world.comparer.add([claim]);
    await world.pass(PACE.settleMs - 1000);
    expect(world.counts).toBe(0);
    await world.pass(60_000);
    expect([world.counts, world.comparer.waiting]).toEqual([1, 0]);
    expect(world.standing.of('shop', 'TracingPolicy.all')).toEqual({ files: 1, acknowledged: 2, found: 2 });
  });

  it('a second time before anything is said, and proved when the document is there by then', async () => {
    const world = new ComparerWorld();
    const late = world.extents.pop()!;
    world.comparer.add([claim]);
    await world.pass(PACE.settleMs);
    expect([world.counts, world.looks, world.notices]).toEqual([1, 0, []]);
    world.extents.push(late);
    await world.pass(PACE.secondMs);
    expect([world.counts, world.looks, world.notices, world.result]).toEqual([2, 0, [], undefined]);
  });

  it('some time later where streams cannot be refreshed', async () => {
    const world = new ComparerWorld();
    world.mayRefresh = false;
    world.extents.pop();
    world.comparer.add([claim]);
    await world.pass(PACE.unrefreshedMs);
    expect(world.result).toBeUndefined();
    await world.pass(PACE.secondMs + PACE.settleMs);
    expect(world.result).toBe('missing');
  });

  it('some time later again when copies were removed, which shows no sooner', async () => {
    const world = new ComparerWorld();
    world.mayRefresh = false;
    world.extents.push(extent(0, { index: '.ds-logs-tracewell-shop-2026.01.02-000002' }));
    world.comparer.add([claim]);
    const seen = [...world.extents];
    await world.pass(PACE.settleMs + PACE.secondMs + PACE.unrefreshedMs);
    // Deleted, but still to be found for a while.
    expect(world.extents).toHaveLength(2);
    world.extents = seen;
    await world.pass(30_000);
    world.extents = [extent(0), extent(100)];
    await world.pass(PACE.unrefreshedMs);
    expect(world.notices).toMatchObject([{ type: 'Normal', reason: 'RecordsDoubled', count: 1 }]);
    expect(world.result).toBeUndefined();
  });

  it.each([
    ['counted', 0],
    ['looked at closer', PACE.settleMs],
  ])('again when Elasticsearch was away while it was %s', async (_, goneMs) => {
    const world = new ComparerWorld();
    world.extents.pop();
    world.comparer.add([claim]);
    await world.pass(goneMs);
    world.isAway = true;
    await expect(world.pass(60_000)).rejects.toThrow('Elasticsearch is away');
    expect(world.comparer.waiting).toBe(1);
    world.isAway = false;
    await world.pass(60_000);
    expect(world.result).toBe('missing');
  });

  it('again and again while it is not proved, and said once', async () => {
    const world = new ComparerWorld();
    const gone = world.extents.pop()!;
    world.comparer.add([claim]);
    await world.pass(60_000);
    expect(world.notices).toMatchObject([{ reason: 'RecordsMissing', series: `shop ${FILE} missing` }]);
    world.extents.push(gone);
    await world.pass(PACE.againMs);
    expect([world.result, world.comparer.waiting]).toEqual([undefined, 0]);
  });

  it('with what came after it when it is written on', async () => {
    const world = new ComparerWorld();
    world.extents.pop();
    const live = { ...claim, size: undefined };
    world.comparer.add([live]);
    await world.pass(60_000);
    expect(world.result).toBe('missing');
    // All of the first two are there again; and of what came later nothing.
    world.extents = [extent(0), extent(100)];
    world.comparer.add([{ ...live, stored: { records: 3, bytes: 300, offsets: 300n } }]);
    await world.pass(PACE.againMs);
    expect(world.standing.findingOf(FILE)).toMatchObject({ result: 'missing', records: 1, bytes: 100 });
  });
});

describe('a file without a seal whose pod is gone', () => {
  const live = { ...claim, size: undefined };

  it.each([
    ['all is there that was acknowledged', () => {}, 'unproven'],
    ['records are missing', (world: ComparerWorld) => void world.extents.pop(), 'missing'],
    [
      'retention may have taken records',
      (world: ComparerWorld) => {
        world.extents.shift();
        world.oldest = { generation: 3, created: 100_000_000 };
      },
      'unproven',
    ],
  ])('is found to be what is worst of it: %s', async (_, happens, result) => {
    const world = new ComparerWorld();
    happens(world);
    world.comparer.end(live);
    await world.pass(60_000);
    expect(world.result).toBe(result);
  });

  it.each([
    ['for the first time', 0],
    ['for the second time', PACE.settleMs],
  ])('stays unproven when it was about to be compared %s', async (_, passedMs) => {
    const world = new ComparerWorld();
    const late = world.extents.pop()!;
    world.comparer.add([live]);
    await world.pass(passedMs);
    world.comparer.end(live);
    world.extents.push(late);
    await world.pass(PACE.againMs);
    expect([world.result, world.comparer.waiting]).toEqual(['unproven', 0]);
    expect(world.notices.map(({ reason }) => reason)).toEqual(['FilesUnproven']);
  });

  it('is unproven when what was missing is there again', async () => {
    const world = new ComparerWorld();
    const late = world.extents.pop()!;
    world.comparer.add([live]);
    await world.pass(60_000);
    world.comparer.end(live);
    await world.pass(60_000);
    expect(world.result).toBe('missing');
    world.extents.push(late);
    await world.pass(PACE.againMs);
    expect(world.result).toBe('unproven');
  });

  it.each([
    ['before it is compared', async (world: ComparerWorld) => world.comparer.add([claim])],
    ['later', async (world: ComparerWorld) => world.pass(60_000)],
  ])('is proved by a seal that comes %s', async (_, happens) => {
    const world = new ComparerWorld();
    await happens(world);
    world.comparer.end(live);
    await world.pass(1000);
    world.comparer.add([claim]);
    await world.pass(60_000);
    expect([world.result, world.comparer.waiting]).toEqual([undefined, 0]);
  });
});

describe('what is wrong with a file', () => {
  const inNext = (offset: number) => extent(offset, { index: '.ds-logs-tracewell-shop-2026.01.02-000002' });

  it('is mended when it is copies of a rollover', async () => {
    const world = new ComparerWorld();
    world.extents.push(inNext(0), inNext(100));
    world.comparer.add([claim]);
    await world.pass(60_000);
    expect(world.extents).toEqual([extent(0), extent(100)]);
    expect(world.notices).toMatchObject([{ type: 'Normal', reason: 'RecordsDoubled', count: 2 }]);
    expect(world.result).toBeUndefined();
  });

  it('is said when copies cannot be removed', async () => {
    const world = new ComparerWorld();
    world.mayDelete = false;
    world.extents.push(inNext(0));
    world.comparer.add([claim]);
    await world.pass(60_000);
    expect(world.notices).toMatchObject([{ type: 'Warning', reason: 'RecordsDoubled' }]);
    expect(world.notices[0]!.note).toContain('needs the privilege delete');
  });

  it.each([
    ['indices have gone since it began', { generation: 3, created: 100_000_000 }, 0, undefined],
    [
      'nobody knows when it began, and indices have gone',
      { generation: 3, created: 100_000_000 },
      undefined,
      undefined,
    ],
    [
      'it began just before the oldest one left was made',
      { generation: 3, created: 100_000_000 },
      99_990_000,
      undefined,
    ],
    ['by a clock that may be ahead, just after', { generation: 3, created: 100_000_000 }, 100_010_000, undefined],
    ['it began when the oldest index was there', { generation: 3, created: 100_000_000 }, 200_000_000, 'missing'],
    ['the first index is still there', { generation: 1, created: 100_000_000 }, 0, 'missing'],
    ['the whole stream is gone', undefined, 0, 'missing'],
  ])(
    'is said of records that are missing, but not where retention may have taken them: %s',
    async (_, oldest, startedAt, result) => {
      const world = new ComparerWorld();
      Object.assign(world, { oldest, startedAt });
      world.extents.shift();
      world.comparer.add([claim]);
      await world.pass(60_000);
      expect(world.result).toBe(result);
    },
  );

  it.each([
    ['as much was counted as lost', 100, extent(200), undefined],
    ['less was counted as lost', 99, extent(200), 'surplus'],
    ['nothing was counted as lost', 0, extent(200), 'surplus'],
    ['it overlaps, although as much was counted as lost', 100, extent(50, { id: `${FILE}.50.100` }), 'surplus'],
  ])('is said of a record too many, but not where it was counted as lost: %s', async (_, lostBytes, more, result) => {
    const world = new ComparerWorld();
    world.extents.push(more);
    world.comparer.add([{ ...claim, lostBytes, size: 200 + lostBytes }]);
    await world.pass(60_000);
    expect(world.result).toBe(result);
  });
});
