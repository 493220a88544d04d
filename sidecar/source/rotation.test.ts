import { appendFileSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { criLine, numbered } from '../../test/sidecar/cri.ts';
import { configOf } from '../../test/sidecar/process.ts';
import { Reading } from '../../test/sidecar/reading.ts';

const ROTATED = '0.log.20260102-030405';

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
