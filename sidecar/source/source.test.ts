import {
  appendFileSync,
  copyFileSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { SidecarConfig } from '../../api/sidecar-config.ts';
import { criLine, numbered } from '../../test/sidecar/cri.ts';
import { configOf, POD_UID } from '../../test/sidecar/process.ts';
import { listen } from '../../test/sidecar/said.ts';
import { temporaryFolder } from '../../test/sidecar/temporary.ts';
import type { Grouping } from '../plain/grouper.ts';
import type { Extent, RawRecord } from '../plain/record.ts';
import { Reminder } from '../reminder.ts';
import { violations, type Checkpoint } from './checkpoint.ts';
import { BegunAnew } from './file-error.ts';
import type { LogFile } from './log-file.ts';
import type { LaneOffsets } from './lane.ts';
import { Source } from './source.ts';
import { State } from './state.ts';

const ALL: SidecarConfig['logs']['containers'] = { include: [], exclude: [] };
const ROTATED = '0.log.20260102-030405';

const PLAIN: Grouping = { continuation: undefined, limit: 1_048_576 };

/** A pod's folder, and a source that reads it; every record is acknowledged at once, unless `answers` says not yet. */
class Reading {
  readonly folder: string;
  /** Every record of this source, in the order of reading. */
  readonly texts: string[] = [];
  readonly names: string[] = [];
  readonly violations: string[] = [];
  readonly said: ReturnType<typeof listen>['said'];
  readonly state: State;
  readonly source: Source;
  readonly opened: Checkpoint[] = [];
  readonly ended: Checkpoint[] = [];
  /** Milliseconds of the steady clock. */
  clock = 0;
  answers = true;
  onRecord: (record: RawRecord) => void = () => undefined;
  heldBytes = 64 * 1024 * 1024;
  readonly #unanswered: { file: LogFile; records: Extent[]; lanes: LaneOffsets }[] = [];

  constructor(folder = temporaryFolder()) {
    const { log, said } = listen();
    const reminder = new Reminder(() => 0);
    this.folder = folder;
    this.said = said;
    this.state = new State(join(folder, 'state'), { log, reminder });
    const logs = join(folder, 'logs');
    mkdirSync(logs, { recursive: true });
    this.source = new Source({
      logs,
      podUid: POD_UID,
      state: this.state,
      folder: join(folder, 'state'),
      log,
      reminder,
      now: () => this.clock,
      onOpened: (checkpoint) => this.opened.push(checkpoint),
      onEnded: (checkpoint) => this.ended.push(checkpoint),
    });
    onTestFinished(() => {
      this.source.closeAll();
      if (this.violations.length > 0) throw new Error(this.violations.join('; '));
    });
  }

  path(name = '0.log', container = 'cart'): string {
    const path = join(this.folder, 'logs', container, name);
    mkdirSync(dirname(path), { recursive: true });
    return path;
  }

  /** Looks for files, and reads what there is; returns the texts that it had not read before. */
  async read({ ending = false, containers = ALL } = {}): Promise<string[]> {
    const before = this.texts.length;
    const config = configOf(['http://localhost']);
    const limits = { ...config.limits, heldBytes: this.heldBytes };
    this.source.look({ ...config, limits, logs: { containers, multiline: 'Off', drop: [] } }, ending);
    for (const file of this.source.files()) await this.#readOn(file);
    return this.texts.slice(before);
  }

  /** Elasticsearch answers for everything that it was sent. */
  answer(): void {
    for (const { file, records, lanes } of this.#unanswered.splice(0)) {
      let { records: count, bytes, offsets } = file.checkpoint.stored;
      let settled = 0;
      for (const record of records) {
        count++;
        bytes += record.bytes;
        settled += record.bytes;
        offsets += BigInt(record.offset);
      }
      const checkpoint = { ...file.checkpoint, lanes, stored: { records: count, bytes, offsets } };
      this.state.save([file.settle(checkpoint, records.length, settled)]);
      this.#check(file);
    }
  }

  /** Elasticsearch has the seals of all files that have ended. */
  seal(): void {
    this.state.save(this.ended.splice(0).map((checkpoint) => ({ ...checkpoint, sealed: checkpoint.size })));
  }

  /** The process ends here, and another one goes on. */
  restart(): Reading {
    this.source.closeAll();
    return new Reading(this.folder);
  }

  async #readOn(file: LogFile): Promise<void> {
    const records: Extent[] = [];
    const emit = (record: RawRecord) => {
      const { buffer, start, end, offset, bytes, lane } = record;
      this.onRecord(record);
      this.texts.push(buffer.toString('utf8', start, end));
      this.names.push(`${file.checkpoint.file}.${offset}.${bytes}`);
      records.push({ offset, bytes, lane });
      return true;
    };
    const buffer = Buffer.alloc(65_536);
    if (!file.look()) return this.source.restart(file);
    await file.unpack();
    const reading = { grouping: PLAIN, buffer, now: { wall: 0, steady: this.clock }, emit };
    let isBegunAnew = false;
    try {
      while (file.unread > 0 && file.read(reading) > 0);
      while (file.finished && !file.ended) file.end(reading);
    } catch (error) {
      if (!(error instanceof BegunAnew)) throw error;
      isBegunAnew = true;
    }
    this.#unanswered.push({ file, records, lanes: file.lanesNow() });
    this.#check(file);
    if (this.answers) this.answer();
    if (isBegunAnew) this.source.restart(file);
    else if (file.finished && file.pending === 0) this.source.release(file);
  }

  /** The equation of every moment: each byte of the file is in one place. */
  #check(file: LogFile): void {
    const { size, answered, pending, open, lost, unread } = file.account;
    const sum = answered + pending + open + lost + unread;
    if (!file.isClosed && sum !== size) this.violations.push(`${sum} of ${size} bytes have a place`);
    this.violations.push(...violations(file.checkpoint));
  }
}

it('reads what is there, and then what comes', async () => {
  const reading = new Reading();
  const [first, second] = [numbered('first', 3), numbered('second', 2)];
  writeFileSync(reading.path(), first.content);
  expect(await reading.read()).toEqual(first.texts);
  expect(await reading.read()).toEqual([]);
  appendFileSync(reading.path(), second.content);
  expect(await reading.read()).toEqual(second.texts);
});

it('reads a line when it is whole, however it came', async () => {
  const reading = new Reading();
  const line = criLine('in pieces');
  const read: string[][] = [];
  for (const byte of line) {
    appendFileSync(reading.path(), byte);
    read.push(await reading.read());
  }
  expect(read).toEqual([...Array.from({ length: line.length - 1 }, () => []), ['in pieces']]);
});

it('reads the last line without newline only at the end', async () => {
  const reading = new Reading();
  writeFileSync(reading.path(), criLine('never ended').trimEnd());
  expect(await reading.read()).toEqual([]);
  expect(await reading.read({ ending: true })).toEqual(['never ended']);
});

it('after a restart goes on where it was', async () => {
  const first = new Reading();
  writeFileSync(first.path(), numbered('before', 3).content + criLine('a part, ', { tag: 'P' }));
  expect(await first.read()).toEqual(numbered('before', 3).texts);
  const second = first.restart();
  appendFileSync(second.path(), criLine('and its end') + criLine('after'));
  expect(await second.read()).toEqual(['a part, and its end', 'after']);
  expect(new Set([...first.names, ...second.names]).size).toBe(5);
});

it('holds a file through its rotation, and reads both to the end', async () => {
  const reading = new Reading();
  writeFileSync(reading.path(), criLine('old 0'));
  expect(await reading.read()).toEqual(['old 0']);
  renameSync(reading.path(), reading.path(ROTATED));
  appendFileSync(reading.path(ROTATED), criLine('old 1'));
  expect(await reading.read()).toEqual(['old 1']);
  writeFileSync(reading.path(), criLine('new 0'));
  appendFileSync(reading.path(ROTATED), criLine('old 2'));
  expect(await reading.read()).toEqual(['old 2', 'new 0']);
  // Its writer was late.
  appendFileSync(reading.path(ROTATED), criLine('old 3'));
  expect(await reading.read()).toEqual(['old 3']);
  expect(await reading.read()).toEqual([]);
});

it('finds its place again in a file that was rotated while nobody looked', async () => {
  const first = new Reading();
  writeFileSync(first.path(), criLine('old 0'));
  await first.read();
  appendFileSync(first.path(), criLine('old 1'));
  renameSync(first.path(), first.path(ROTATED));
  writeFileSync(first.path(), criLine('new 0'));
  expect(await first.restart().read()).toEqual(['old 1', 'new 0']);
});

it('reads a file that was removed to its end', async () => {
  const reading = new Reading();
  writeFileSync(reading.path(), criLine('0'));
  expect(await reading.read()).toEqual(['0']);
  appendFileSync(reading.path(), criLine('1') + criLine('2').trimEnd());
  rmSync(reading.path());
  expect(await reading.read()).toEqual(['1', '2']);
  expect(reading.source.files()).toEqual([]);
});

it('reads the runs of a container in their order, and ends the earlier ones', async () => {
  const reading = new Reading();
  writeFileSync(reading.path('0.log'), criLine('run 0').trimEnd());
  writeFileSync(reading.path('1.log'), criLine('run 1').trimEnd());
  expect(await reading.read()).toEqual(['run 0']);
  writeFileSync(reading.path('2.log'), '');
  expect(await reading.read()).toEqual(['run 1']);
});

it('reads a file that was truncated and written anew from its start, and counts what it had not read', async () => {
  const reading = new Reading();
  writeFileSync(reading.path(), numbered('old', 3).content);
  await reading.read();
  const size = statSync(reading.path()).size;
  truncateSync(reading.path());
  writeFileSync(reading.path(), criLine('new 0', { stamp: '2026-01-02T03:04:06Z' }));
  expect([await reading.read(), await reading.read()]).toEqual([[], ['new 0']]);
  expect(reading.said).toMatchObject([
    { level: 'warn', message: expect.stringContaining('was truncated'), lostBytes: 0 },
  ]);
  const [old, anew] = [...reading.state.files()];
  expect(old).toMatchObject({ lanes: [size, size, size], lost: { Truncated: 0 } });
  expect(anew).toMatchObject({ generation: 0, stored: { records: 1 }, lost: {} });
  expect(anew!.file).not.toBe(old!.file);
});

it('notices also a file that was begun anew and is as long as before', async () => {
  const reading = new Reading();
  writeFileSync(reading.path(), criLine('old'));
  expect(await reading.read()).toEqual(['old']);
  writeFileSync(reading.path(), criLine('new', { stamp: '2026-01-02T03:04:06.678901234Z' }));
  utimesSync(reading.path(), 0, 0);
  expect([await reading.read(), await reading.read()]).toEqual([[], ['new']]);
});

it('reads a file that was cut in the middle from its start, as its next generation', async () => {
  const first = new Reading();
  writeFileSync(first.path(), numbered('line', 10).content);
  await first.read();
  truncateSync(first.path(), numbered('line', 5).content.length);
  const anew = [...numbered('line', 5).texts, 'more'];
  await first.read();
  appendFileSync(first.path(), criLine('more'));
  expect(await first.read()).toEqual(anew);
  expect(new Set(first.names).size).toBe(16);
  expect([...first.state.files()].map(({ generation }) => generation)).toEqual([0, 1]);
  const second = first.restart();
  appendFileSync(second.path(), criLine('at last'));
  expect(await second.read()).toEqual(['at last']);
});

it('reads a file that was cut while nobody looked as its next generation', async () => {
  const first = new Reading();
  writeFileSync(first.path(), numbered('line', 10).content);
  await first.read();
  truncateSync(first.path(), numbered('line', 5).content.length);
  const second = first.restart();
  expect(await second.read()).toEqual(numbered('line', 5).texts);
  expect(second.said).toMatchObject([{ message: expect.stringContaining('shorter than what was acknowledged') }]);
});

it('goes on in the copy of a file that was copied and truncated', async () => {
  const reading = new Reading();
  writeFileSync(reading.path(), criLine('old 0'));
  expect(await reading.read()).toEqual(['old 0']);
  appendFileSync(reading.path(), criLine('old 1'));
  copyFileSync(reading.path(), reading.path(ROTATED));
  truncateSync(reading.path());
  const after = [await reading.read(), await reading.read()];
  writeFileSync(reading.path(), criLine('new 0'));
  after.push(await reading.read(), await reading.read());
  expect(after.flat()).toEqual(['old 1', 'new 0']);
  expect([...reading.state.files()].map(({ lost }) => lost)).toEqual([{}, {}]);
});

it.each([
  ['while it is read', false],
  ['while nobody looked', true],
])('does not read a copy again that lacks the last lines, when the file was truncated %s', async (_, restarts) => {
  const first = new Reading();
  writeFileSync(first.path(), numbered('old', 3).content);
  await first.read();
  copyFileSync(first.path(), first.path(ROTATED));
  appendFileSync(first.path(), criLine('after the copy'));
  expect(await first.read()).toEqual(['after the copy']);
  const second = restarts ? first.restart() : first;
  truncateSync(first.path());
  writeFileSync(first.path(), criLine('new', { stamp: '2026-01-02T03:04:06Z' }));
  expect([await second.read(), await second.read()].flat()).toEqual(['new']);
  expect([...second.state.files()].map(({ generation, lost }) => [generation, lost.Truncated ?? 0])).toEqual([
    [0, 0],
    [0, 0],
  ]);
});

it('nor while records of the file are not answered for', async () => {
  const reading = new Reading();
  reading.answers = false;
  writeFileSync(reading.path(), numbered('old', 3).content);
  await reading.read();
  copyFileSync(reading.path(), reading.path(ROTATED));
  appendFileSync(reading.path(), criLine('after the copy'));
  await reading.read();
  truncateSync(reading.path());
  writeFileSync(reading.path(), criLine('new', { stamp: '2026-01-02T03:04:06Z' }));
  expect([await reading.read(), await reading.read()].flat()).toEqual(['new']);
  reading.answer();
  expect(await reading.read()).toEqual([]);
  expect(reading.ended).toMatchObject([{ stored: { records: 4 }, lost: { Truncated: 0 } }]);
});

it('finds the text of a record in the copy when the file is truncated while it is read', async () => {
  const reading = new Reading();
  const path = reading.path();
  writeFileSync(path, criLine('begun, ', { tag: 'P' }));
  await reading.read();
  reading.onRecord = () => {
    reading.onRecord = () => undefined;
    copyFileSync(path, reading.path(ROTATED));
    truncateSync(path);
  };
  appendFileSync(path, criLine('other', { stream: 'stderr' }) + criLine('ended') + criLine('last'));
  const texts = [await reading.read(), await reading.read()].flat();
  writeFileSync(path, criLine('new', { stamp: '2026-01-02T03:04:06Z' }));
  texts.push(...(await reading.read()), ...(await reading.read()));
  expect(texts).toEqual(['other', 'begun, ended', 'last', 'new']);
  expect([...reading.state.files()].map(({ lost }) => lost)).toEqual([{}, {}]);
});

it('goes on in the copy also when that was made while nobody looked', async () => {
  const first = new Reading();
  writeFileSync(first.path(), criLine('old 0'));
  await first.read();
  appendFileSync(first.path(), criLine('old 1'));
  copyFileSync(first.path(), first.path(ROTATED));
  writeFileSync(first.path(), criLine('new 0', { stamp: '2026-01-02T03:04:06Z' }));
  expect(await first.restart().read()).toEqual(['old 1', 'new 0']);
});

it('lets go of a container that is no longer chosen, and goes on when it is again', async () => {
  const reading = new Reading();
  writeFileSync(reading.path(), criLine('0'));
  expect(await reading.read()).toEqual(['0']);
  appendFileSync(reading.path(), criLine('1'));
  expect(await reading.read({ containers: { include: [], exclude: ['cart'] } })).toEqual([]);
  expect(reading.source.files()).toEqual([]);
  expect(await reading.read()).toEqual(['1']);
});

it('asks nothing of a file that it has let go of: its descriptor may be another file by now', async () => {
  const reading = new Reading();
  writeFileSync(reading.path(), criLine('0'));
  await reading.read();
  const [file] = reading.source.files();
  await reading.read({ containers: { include: [], exclude: ['cart'] } });
  appendFileSync(reading.path(), criLine('1'));
  expect([file!.isClosed, file!.look(), file!.unread, file!.heldBytes]).toEqual([true, true, 0, 0]);
});

it('knows the place of each byte also of those that came after it had looked', async () => {
  const reading = new Reading();
  writeFileSync(reading.path(), criLine('0'));
  await reading.read();
  const [file] = reading.source.files();
  file!.look();
  appendFileSync(reading.path(), criLine('1') + criLine('2', { tag: 'P' }));
  file!.read({ grouping: PLAIN, buffer: Buffer.alloc(4096), now: { wall: 0, steady: 0 }, emit: () => true });
  const { size, ...places } = file!.account;
  expect(size).toBe(statSync(reading.path()).size);
  expect(Object.values(places).reduce((sum, bytes) => sum + bytes, 0)).toBe(size);
});

it('forgets files that are long gone, and no other', async () => {
  const reading = new Reading();
  for (let run = 0; run < 40; run++) {
    writeFileSync(reading.path(`${run}.log`), criLine(`run ${run}`));
    await reading.read();
    rmSync(reading.path(`${run}.log`));
    await reading.read();
    reading.seal();
  }
  writeFileSync(reading.path('40.log'), criLine('run 40'));
  expect(await reading.read()).toEqual(['run 40']);
  await reading.read();
  const runs = [...reading.state.files()].map(({ run }) => run);
  expect(runs).toEqual(Array.from({ length: 17 }, (_, index) => 24 + index));
});

it('names a log folder that is not there, once', async () => {
  const reading = new Reading();
  rmSync(join(reading.folder, 'logs'), { recursive: true });
  await reading.read();
  await reading.read();
  expect(reading.said).toMatchObject([
    { level: 'warn', path: join(reading.folder, 'logs'), cure: expect.stringContaining('TRACEWELL_LOGS') },
  ]);
});

it('reads the extent of a record again, and only that', async () => {
  const reading = new Reading();
  const lines = [
    criLine('a, ', { tag: 'P' }),
    criLine('other', { stream: 'stderr' }),
    'bare\n',
    criLine('b'),
    criLine('c'),
  ];
  writeFileSync(reading.path(), lines.join(''));
  await reading.read();
  const [file] = reading.source.files();
  const sizes = lines.map((line) => line.length);
  const bytes = sizes[0]! + sizes[3]!;
  const again = (await file!.reread({ offset: 0, bytes, lane: 0 }))!;
  expect(again.buffer.toString('utf8', again.start, again.end)).toBe('a, b');
  expect(again).toMatchObject({ offset: 0, bytes, lane: 0, cut: 0 });
  expect(await file!.reread({ offset: 0, bytes: bytes - 1, lane: 0 })).toBeUndefined();
  expect(await file!.reread({ offset: sizes[0]! + sizes[1]!, bytes: 5, lane: 2 })).toMatchObject({
    bytes: 5,
    stamp: undefined,
  });
  truncateSync(reading.path());
  expect(await file!.reread({ offset: 0, bytes, lane: 0 })).toBeUndefined();
  reading.source.closeAll();
  expect(await file!.reread({ offset: 0, bytes, lane: 0 })).toBeUndefined();
});

/** What the kubelet does with a rotated file once there is a newer one. */
function compress(path: string): void {
  writeFileSync(`${path}.gz`, gzipSync(readFileSync(path)));
  rmSync(path);
}
const OLDER = '0.log.20260102-030404';

it('finds its place again in a file that was rotated and compressed while nobody looked', async () => {
  const first = new Reading();
  writeFileSync(first.path(), numbered('old', 3).content);
  await first.read();
  appendFileSync(first.path(), criLine('old 3'));
  renameSync(first.path(), first.path(OLDER));
  compress(first.path(OLDER));
  writeFileSync(first.path(ROTATED), criLine('middle'));
  writeFileSync(first.path(), criLine('new'));
  const second = first.restart();
  expect(await second.read()).toEqual(['old 3', 'middle', 'new']);
  expect(second.ended.map(({ stored, size }) => [stored.records, stored.bytes === size])).toEqual([
    [4, true],
    [1, true],
  ]);
  expect(await second.read()).toEqual([]);
  const third = second.restart();
  expect(await third.read()).toEqual([]);
  expect(third.opened.map(({ file }) => file)).toEqual([second.opened.at(-1)!.file]);
});

it('a compressed file that was read to its end before has ended, without another look into it', async () => {
  const first = new Reading();
  writeFileSync(first.path(), numbered('old', 3).content);
  await first.read();
  renameSync(first.path(), first.path(OLDER));
  compress(first.path(OLDER));
  const second = first.restart();
  expect(await second.read()).toEqual([]);
  expect(second.opened).toEqual([]);
  expect(second.ended).toMatchObject([{ ended: true, stored: { records: 3 } }]);
});

it('does not read a file again when the kubelet compresses it under us', async () => {
  const reading = new Reading();
  writeFileSync(reading.path(OLDER), numbered('old', 3).content);
  writeFileSync(reading.path(), criLine('new'));
  expect(await reading.read()).toEqual([...numbered('old', 3).texts, 'new']);
  compress(reading.path(OLDER));
  expect(await reading.read()).toEqual([]);
  expect(reading.opened).toHaveLength(2);
});

it('is not kept from its work by a compressed file with nothing in it', async () => {
  const first = new Reading();
  writeFileSync(first.path(), criLine('old'));
  await first.read();
  rmSync(first.path());
  writeFileSync(first.path(`${OLDER}.gz`), gzipSync(''));
  const second = first.restart();
  for (second.clock = 0; second.clock <= 10_000; second.clock += 10_000) await second.read();
  expect(second.ended).toMatchObject([{ stored: { records: 1 }, lost: {} }]);
});

it('leaves a file alone that the kubelet has only half compressed, and names one that is damaged', async () => {
  const reading = new Reading();
  writeFileSync(reading.path(`${OLDER}.tmp`), 'half');
  writeFileSync(reading.path(`${OLDER}.gz`), 'no gzip');
  writeFileSync(reading.path(), criLine('new'));
  expect(await reading.read()).toEqual(['new']);
  expect(reading.said).toMatchObject([{ path: reading.path(`${OLDER}.gz`), error: expect.stringContaining('header') }]);
});

describe('while Elasticsearch is away', () => {
  /** A file that is read, rotated and removed; `packed`: what the kubelet left of it. */
  async function rotateAway({ packed }: { packed: boolean }): Promise<Reading> {
    const reading = new Reading();
    reading.answers = false;
    writeFileSync(reading.path(), numbered('old', 100).content);
    await reading.read();
    renameSync(reading.path(), reading.path(OLDER));
    appendFileSync(reading.path(OLDER), numbered('late', 50).content);
    if (packed) compress(reading.path(OLDER));
    else rmSync(reading.path(OLDER));
    writeFileSync(reading.path(), criLine('new'));
    return reading;
  }

  it('holds a removed file open, and ends it when all is answered for', async () => {
    const reading = await rotateAway({ packed: false });
    expect(await reading.read()).toEqual([...numbered('late', 50).texts, 'new']);
    expect(reading.ended).toEqual([]);
    reading.answer();
    await reading.read();
    expect(reading.ended).toMatchObject([{ stored: { records: 150 }, lost: {} }]);
  });

  it('gives up the oldest removed file past the limit, and counts what was not read of it', async () => {
    const reading = await rotateAway({ packed: false });
    reading.heldBytes = 1000;
    expect(await reading.read()).toEqual(['new']);
    expect(reading.said).toMatchObject([{ message: expect.stringContaining('given up'), limit: 1000 }]);
    expect(reading.ended).toEqual([]);
    reading.answer();
    await reading.read();
    const { content } = numbered('late', 50);
    expect(reading.ended).toMatchObject([{ stored: { records: 100 }, lost: { HeldTooLong: content.length } }]);
  });

  it('reads on in a compressed file that could not be unpacked at first; so long, no record is there again', async () => {
    const reading = await rotateAway({ packed: true });
    const path = `${reading.path(OLDER)}.gz`;
    const whole = readFileSync(path);
    writeFileSync(path, whole.subarray(0, -20));
    reading.heldBytes = 1000;
    const [file] = reading.source.files();
    await expect(reading.read()).rejects.toThrow('unexpected end of file');
    expect(await file!.reread({ offset: 0, bytes: criLine('old 0').length, lane: 0 })).toBeUndefined();
    // Its descriptor is still its own.
    writeFileSync(path, whole);
    expect(await reading.read()).toEqual([...numbered('late', 50).texts, 'new']);
  });

  it('unpacks a file once for all who ask', async () => {
    const reading = await rotateAway({ packed: true });
    await reading.read();
    reading.heldBytes = 1000;
    const [file] = reading.source.files();
    const config = configOf(['http://localhost']);
    reading.source.look({ ...config, limits: { ...config.limits, heldBytes: 1000 } }, false);
    expect(file!.isPacked).toBe(true);
    const offsets = Array.from({ length: 20 }, (_, index) => index * criLine('old 0').length);
    const extents = offsets
      .slice(0, 10)
      .map((offset) => ({ offset, bytes: criLine('old 0').length, lane: 0 as const }));
    const again = await Promise.all(extents.map((extent) => file!.reread(extent)));
    const texts = again.map((record) => record!.buffer.toString('utf8', record!.start, record!.end));
    expect(texts).toEqual(numbered('old', 10).texts);
  });

  it('the checkpoint stands before what is given up until that counts as lost', async () => {
    const reading = await rotateAway({ packed: false });
    const [file] = reading.source.files();
    reading.heldBytes = 1000;
    await reading.read();
    const { length } = numbered('old', 100).content;
    expect(file!.isGivenUp).toBe(true);
    expect(file!.lanesNow()).toEqual([length, length, length]);
  });

  it('takes the compressed copy instead, where there is one, and reads on in it', async () => {
    const reading = await rotateAway({ packed: true });
    await reading.read();
    reading.heldBytes = 1000;
    reading.answers = true;
    const [held] = reading.source.files();
    expect(held!.heldBytes).toBeGreaterThan(1000);
    await reading.read();
    reading.answer();
    await reading.read();
    expect(reading.ended).toMatchObject([{ stored: { records: 150 }, lost: {} }]);
    expect(new Set(reading.names).size).toBe(151);
  });
});

describe('a file that is gone when the program starts again', () => {
  async function gone(): Promise<{ reading: Reading; size: number }> {
    const first = new Reading();
    first.answers = false;
    writeFileSync(first.path(), numbered('old', 3).content);
    await first.read();
    first.answers = true;
    first.answer();
    appendFileSync(first.path(), criLine('seen, not read').trimEnd());
    await first.read();
    const size = statSync(first.path()).size;
    rmSync(first.path());
    writeFileSync(first.path(), criLine('another', { stamp: '2026-01-02T03:04:06Z' }));
    return { reading: first.restart(), size };
  }

  it('is not lost as long as its folder cannot be listed', async () => {
    const first = new Reading();
    writeFileSync(first.path(), criLine('0'));
    await first.read();
    appendFileSync(first.path(), criLine('1'));
    const folder = dirname(first.path());
    const aside = join(first.folder, 'aside');
    const second = first.restart();
    renameSync(folder, aside);
    writeFileSync(folder, 'no folder');
    for (second.clock = 0; second.clock < 60_000; second.clock += 10_000) await second.read();
    expect(second.ended).toEqual([]);
    rmSync(folder);
    renameSync(aside, folder);
    expect(await second.read()).toEqual(['1']);
  });

  it('counts as lost as far as it was seen, but not at once', async () => {
    const { reading, size } = await gone();
    expect(await reading.read()).toEqual(['another']);
    reading.clock = 9999;
    await reading.read();
    expect(reading.ended).toEqual([]);
    reading.clock = 10_000;
    await reading.read();
    const { length } = criLine('seen, not read').trimEnd();
    expect(reading.ended).toMatchObject([{ size, ended: true, lost: { Removed: length } }]);
    expect(reading.said).toMatchObject([{ message: expect.stringContaining('was removed'), lostBytes: length }]);
  });
});

it('a file that was opened and never answered for counts as lost when it is gone', async () => {
  const first = new Reading();
  first.answers = false;
  const { content } = numbered('old', 3);
  writeFileSync(first.path(), content);
  await first.read();
  rmSync(first.path());
  writeFileSync(first.path(), criLine('another', { stamp: '2026-01-02T03:04:06Z' }));
  const second = first.restart();
  await second.read({ ending: true });
  expect(second.ended.map(({ lost }) => lost)).toEqual(expect.arrayContaining([{ Removed: content.length }]));
});

it('a file that is gone at the end of the pod counts as lost at once', async () => {
  const first = new Reading();
  writeFileSync(first.path(), numbered('old', 3).content + criLine('seen, not read').trimEnd());
  await first.read();
  rmSync(first.path());
  writeFileSync(first.path(), criLine('another', { stamp: '2026-01-02T03:04:06Z' }));
  const second = first.restart();
  expect(await second.read({ ending: true })).toEqual(['another']);
  const { length } = criLine('seen, not read').trimEnd();
  expect(second.ended.map(({ lost }) => lost)).toEqual(expect.arrayContaining([{ Removed: length }]));
});

it('knows files apart that begin with the same line without a stamp', async () => {
  const reading = new Reading();
  writeFileSync(reading.path(ROTATED), `\n${criLine('old', { stamp: '2026-01-02T03:04:05Z' })}`);
  writeFileSync(reading.path(), `\n${criLine('new', { stamp: '2026-01-02T03:04:06Z' })}`);
  expect(await reading.read()).toEqual(['', 'old', '', 'new']);
});

it('remembers that a line was cut by the end of the file before', async () => {
  const reading = new Reading();
  const marks: boolean[] = [];
  reading.onRecord = ({ continued }) => marks.push(continued);
  writeFileSync(reading.path(), criLine('begun, ', { tag: 'P' }));
  expect(await reading.read()).toEqual([]);
  renameSync(reading.path(), reading.path(ROTATED));
  writeFileSync(reading.path(), criLine('ended') + criLine('whole'));
  expect([await reading.read(), await reading.read()]).toEqual([['begun, ', 'ended', 'whole'], []]);
  expect(marks).toEqual([false, true, false]);
});
