import {
  appendFileSync,
  copyFileSync,
  mkdirSync,
  renameSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import type { SidecarConfig } from '../../api/sidecar-config.ts';
import { criLine, numbered } from '../../test/sidecar/cri.ts';
import { configOf, POD_UID } from '../../test/sidecar/process.ts';
import { listen } from '../../test/sidecar/said.ts';
import { temporaryFolder } from '../../test/sidecar/temporary.ts';
import type { RawRecord } from '../plain/assemble.ts';
import { Reminder } from '../reminder.ts';
import { violations } from './checkpoint.ts';
import type { LogFile } from './log-file.ts';
import { Source } from './source.ts';
import { State } from './state.ts';

const ALL: SidecarConfig['logs']['containers'] = { include: [], exclude: [] };
const ROTATED = '0.log.20260102-030405';

/** A pod's folder, and a source that reads it; every record is acknowledged at once. */
class Reading {
  readonly folder: string;
  /** Every record of this source, in the order of reading. */
  readonly texts: string[] = [];
  readonly names: string[] = [];
  readonly violations: string[] = [];
  readonly said: ReturnType<typeof listen>['said'];
  readonly state: State;
  readonly source: Source;

  constructor(folder = temporaryFolder()) {
    const { log, said } = listen();
    const reminder = new Reminder(() => 0);
    this.folder = folder;
    this.said = said;
    this.state = new State(join(folder, 'state'), { log, reminder });
    const logs = join(folder, 'logs');
    mkdirSync(logs, { recursive: true });
    this.source = new Source({ logs, podUid: POD_UID, state: this.state, log, reminder });
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
  read({ ending = false, containers = ALL } = {}): string[] {
    const before = this.texts.length;
    this.source.look({ ...configOf(['http://localhost']), logs: { containers, multiline: 'Off', drop: [] } }, ending);
    for (const file of this.source.files()) this.#readOn(file);
    return this.texts.slice(before);
  }

  /** The process ends here, and another one goes on. */
  restart(): Reading {
    this.source.closeAll();
    return new Reading(this.folder);
  }

  #readOn(file: LogFile): void {
    const records: { offset: number; bytes: number }[] = [];
    const emit = ({ buffer, start, end, offset, bytes }: RawRecord) => {
      this.texts.push(buffer.toString('utf8', start, end));
      this.names.push(`${file.checkpoint.file}.${offset}.${bytes}`);
      records.push({ offset, bytes });
      return true;
    };
    const chunk = Buffer.alloc(65_536);
    if (!file.look()) return this.source.restart(file, emit);
    while (file.unread > 0 && file.read(chunk, emit) > 0);
    while (file.finished && !file.ended) file.end(chunk, emit);
    let { records: count, bytes, offsets } = file.checkpoint.stored;
    for (const record of records) {
      count++;
      bytes += record.bytes;
      offsets += BigInt(record.offset);
    }
    file.checkpoint = { ...file.checkpoint, lanes: file.lanesNow(), stored: { records: count, bytes, offsets } };
    this.state.save([file.checkpoint]);
    this.violations.push(...violations(file.checkpoint));
    if (file.finished) this.source.release(file);
  }
}

it('reads what is there, and then what comes', () => {
  const reading = new Reading();
  const [first, second] = [numbered('first', 3), numbered('second', 2)];
  writeFileSync(reading.path(), first.content);
  expect(reading.read()).toEqual(first.texts);
  expect(reading.read()).toEqual([]);
  appendFileSync(reading.path(), second.content);
  expect(reading.read()).toEqual(second.texts);
});

it('reads a line when it is whole, however it came', () => {
  const reading = new Reading();
  const line = criLine('in pieces');
  const read = Array.from(line, (byte) => {
    appendFileSync(reading.path(), byte);
    return reading.read();
  });
  expect(read).toEqual([...Array.from({ length: line.length - 1 }, () => []), ['in pieces']]);
});

it('reads the last line without newline only at the end', () => {
  const reading = new Reading();
  writeFileSync(reading.path(), criLine('never ended').trimEnd());
  expect(reading.read()).toEqual([]);
  expect(reading.read({ ending: true })).toEqual(['never ended']);
});

it('after a restart goes on where it was', () => {
  const first = new Reading();
  writeFileSync(first.path(), numbered('before', 3).content + criLine('a part, ', { tag: 'P' }));
  expect(first.read()).toEqual(numbered('before', 3).texts);
  const second = first.restart();
  appendFileSync(second.path(), criLine('and its end') + criLine('after'));
  expect(second.read()).toEqual(['a part, and its end', 'after']);
  expect(new Set([...first.names, ...second.names]).size).toBe(5);
});

it('holds a file through its rotation, and reads both to the end', () => {
  const reading = new Reading();
  writeFileSync(reading.path(), criLine('old 0'));
  expect(reading.read()).toEqual(['old 0']);
  renameSync(reading.path(), reading.path(ROTATED));
  appendFileSync(reading.path(ROTATED), criLine('old 1'));
  expect(reading.read()).toEqual(['old 1']);
  writeFileSync(reading.path(), criLine('new 0'));
  appendFileSync(reading.path(ROTATED), criLine('old 2'));
  expect(reading.read()).toEqual(['old 2', 'new 0']);
  // Its writer was late.
  appendFileSync(reading.path(ROTATED), criLine('old 3'));
  expect(reading.read()).toEqual(['old 3']);
  expect(reading.read()).toEqual([]);
});

it('finds its place again in a file that was rotated while nobody looked', () => {
  const first = new Reading();
  writeFileSync(first.path(), criLine('old 0'));
  first.read();
  appendFileSync(first.path(), criLine('old 1'));
  renameSync(first.path(), first.path(ROTATED));
  writeFileSync(first.path(), criLine('new 0'));
  expect(first.restart().read()).toEqual(['old 1', 'new 0']);
});

it('reads a file that was removed to its end', () => {
  const reading = new Reading();
  writeFileSync(reading.path(), criLine('0'));
  expect(reading.read()).toEqual(['0']);
  appendFileSync(reading.path(), criLine('1') + criLine('2').trimEnd());
  rmSync(reading.path());
  expect(reading.read()).toEqual(['1', '2']);
  expect(reading.source.files()).toEqual([]);
});

it('reads the runs of a container in their order, and ends the earlier ones', () => {
  const reading = new Reading();
  writeFileSync(reading.path('0.log'), criLine('run 0').trimEnd());
  writeFileSync(reading.path('1.log'), criLine('run 1').trimEnd());
  expect(reading.read()).toEqual(['run 0']);
  writeFileSync(reading.path('2.log'), '');
  expect(reading.read()).toEqual(['run 1']);
});

it('reads a file that was truncated and written anew from its start, and counts what it had not read', () => {
  const reading = new Reading();
  writeFileSync(reading.path(), numbered('old', 3).content);
  reading.read();
  const size = statSync(reading.path()).size;
  truncateSync(reading.path());
  writeFileSync(reading.path(), criLine('new 0', { stamp: '2026-01-02T03:04:06Z' }));
  expect([reading.read(), reading.read()]).toEqual([[], ['new 0']]);
  expect(reading.said).toMatchObject([
    { level: 'warn', message: expect.stringContaining('was truncated'), lostBytes: 0 },
  ]);
  const [old, anew] = [...reading.state.files()];
  expect(old).toMatchObject({ lanes: [size, size, size], lost: { Truncated: 0 } });
  expect(anew).toMatchObject({ generation: 0, stored: { records: 1 }, lost: {} });
  expect(anew!.file).not.toBe(old!.file);
});

it('reads a file that was cut in the middle from its start, as its next generation', () => {
  const first = new Reading();
  writeFileSync(first.path(), numbered('line', 10).content);
  first.read();
  truncateSync(first.path(), numbered('line', 5).content.length);
  const anew = [...numbered('line', 5).texts, 'more'];
  first.read();
  appendFileSync(first.path(), criLine('more'));
  expect(first.read()).toEqual(anew);
  expect(new Set(first.names).size).toBe(16);
  expect([...first.state.files()].map(({ generation }) => generation)).toEqual([0, 1]);
  const second = first.restart();
  appendFileSync(second.path(), criLine('at last'));
  expect(second.read()).toEqual(['at last']);
});

it('reads a file that was cut while nobody looked as its next generation', () => {
  const first = new Reading();
  writeFileSync(first.path(), numbered('line', 10).content);
  first.read();
  truncateSync(first.path(), numbered('line', 5).content.length);
  const second = first.restart();
  expect(second.read()).toEqual(numbered('line', 5).texts);
  expect(second.said).toMatchObject([{ message: expect.stringContaining('shorter than what was acknowledged') }]);
});

it('goes on in the copy of a file that was copied and truncated', () => {
  const reading = new Reading();
  writeFileSync(reading.path(), criLine('old 0'));
  expect(reading.read()).toEqual(['old 0']);
  appendFileSync(reading.path(), criLine('old 1'));
  copyFileSync(reading.path(), reading.path(ROTATED));
  truncateSync(reading.path());
  const after = [reading.read(), reading.read()];
  writeFileSync(reading.path(), criLine('new 0'));
  after.push(reading.read(), reading.read());
  expect(after.flat()).toEqual(['old 1', 'new 0']);
  expect([...reading.state.files()].map(({ lost }) => lost)).toEqual([{}, {}]);
});

it('goes on in the copy also when that was made while nobody looked', () => {
  const first = new Reading();
  writeFileSync(first.path(), criLine('old 0'));
  first.read();
  appendFileSync(first.path(), criLine('old 1'));
  copyFileSync(first.path(), first.path(ROTATED));
  writeFileSync(first.path(), criLine('new 0', { stamp: '2026-01-02T03:04:06Z' }));
  expect(first.restart().read()).toEqual(['old 1', 'new 0']);
});

it('lets go of a container that is no longer chosen, and goes on when it is again', () => {
  const reading = new Reading();
  writeFileSync(reading.path(), criLine('0'));
  expect(reading.read()).toEqual(['0']);
  appendFileSync(reading.path(), criLine('1'));
  expect(reading.read({ containers: { include: [], exclude: ['cart'] } })).toEqual([]);
  expect(reading.source.files()).toEqual([]);
  expect(reading.read()).toEqual(['1']);
});

it('forgets files that are long gone, and no other', () => {
  const reading = new Reading();
  for (let run = 0; run < 40; run++) {
    writeFileSync(reading.path(`${run}.log`), criLine(`run ${run}`));
    reading.read();
    rmSync(reading.path(`${run}.log`));
    reading.read();
  }
  writeFileSync(reading.path('40.log'), criLine('run 40'));
  expect(reading.read()).toEqual(['run 40']);
  reading.read();
  const runs = [...reading.state.files()].map(({ run }) => run);
  expect(runs).toEqual(Array.from({ length: 17 }, (_, index) => 24 + index));
});

it('names a log folder that is not there, once', () => {
  const reading = new Reading();
  rmSync(join(reading.folder, 'logs'), { recursive: true });
  reading.read();
  reading.read();
  expect(reading.said).toMatchObject([
    { level: 'warn', path: join(reading.folder, 'logs'), cure: expect.stringContaining('TRACEWELL_LOGS') },
  ]);
});

it('reads the extent of a record again, and only that', () => {
  const reading = new Reading();
  const lines = [
    criLine('a, ', { tag: 'P' }),
    criLine('other', { stream: 'stderr' }),
    'bare\n',
    criLine('b'),
    criLine('c'),
  ];
  writeFileSync(reading.path(), lines.join(''));
  reading.read();
  const [file] = reading.source.files();
  const sizes = lines.map((line) => line.length);
  const bytes = sizes[0]! + sizes[3]!;
  const again = file!.reread({ offset: 0, bytes, lane: 0 })!;
  expect(again.buffer.toString('utf8', again.start, again.end)).toBe('a, b');
  expect(again).toMatchObject({ offset: 0, bytes, lane: 0, cut: 0 });
  expect(file!.reread({ offset: 0, bytes: bytes - 1, lane: 0 })).toBeUndefined();
  expect(file!.reread({ offset: sizes[0]! + sizes[1]!, bytes: 5, lane: 2 })).toMatchObject({
    bytes: 5,
    stamp: undefined,
  });
  truncateSync(reading.path());
  expect(file!.reread({ offset: 0, bytes, lane: 0 })).toBeUndefined();
  reading.source.closeAll();
  expect(file!.reread({ offset: 0, bytes, lane: 0 })).toBeUndefined();
});
