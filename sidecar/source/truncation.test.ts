import { appendFileSync, copyFileSync, statSync, truncateSync, utimesSync, writeFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { criLine, numbered } from '../../test/sidecar/cri.ts';
import { Reading } from '../../test/sidecar/reading.ts';

const ROTATED = '0.log.20260102-030405';

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
