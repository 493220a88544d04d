import { appendFileSync, linkSync, renameSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { criLine, numbered } from '../../test/sidecar/cri.ts';
import { PLAIN, Reading } from '../../test/sidecar/reading.ts';

const ROTATED = '0.log.20260102-030405';

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

it('reads a file once that has two names, both of which are new', async () => {
  const reading = new Reading();
  writeFileSync(reading.path(), numbered('once', 3).content);
  linkSync(reading.path(), reading.path('1.log'));
  linkSync(reading.path(), reading.path('0.log', 'other'));
  expect(await reading.read()).toEqual(numbered('once', 3).texts);
  expect(reading.opened).toHaveLength(1);
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
