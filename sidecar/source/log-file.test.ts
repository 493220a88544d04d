import { appendFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { criLine } from '../../test/sidecar/cri.ts';
import { PLAIN } from '../../test/sidecar/reading.ts';
import { temporaryFolder } from '../../test/sidecar/temporary.ts';
import { Collector } from '../plain/collect.ts';
import type { RawRecord } from '../plain/record.ts';
import { freshCheckpoint } from './checkpoint.ts';
import { openFile } from './discovery.ts';
import { LogFile } from './log-file.ts';

/** A file with this content, open to be read. */
function fileOf(content: string): { file: LogFile; path: string } {
  const folder = temporaryFolder();
  const path = join(folder, '0.log');
  writeFileSync(path, content);
  const opened = openFile({ path, isPacked: false }, (_, error) => {
    throw error;
  })!;
  const checkpoint = freshCheckpoint({ file: '0a7ea830851c988f69d5ddea', container: 'cart', run: 0, generation: 0 });
  const file = new LogFile({ opened, checkpoint, collector: new Collector(), previous: undefined, folder });
  onTestFinished(() => file.close());
  file.look();
  return { file, path };
}
const BUFFER = { grouping: PLAIN, buffer: Buffer.alloc(65_536), now: { wall: 0, steady: 0 } };

it('knows after an error in the middle of a chunk what of each stream was handed over, and goes on with the rest', () => {
  const [part, early, late] = [
    criLine('a', { tag: 'P' }),
    criLine('b', { stream: 'stderr' }),
    criLine('c', { stream: 'stderr' }),
  ];
  const { file } = fileOf(part + early + late);
  const texts: string[] = [];
  let hasTrouble = true;
  const emit = ({ buffer, start, end }: RawRecord) => {
    if (hasTrouble && texts.length === 1) throw new Error('EIO');
    return texts.push(buffer.toString('utf8', start, end)) > 0;
  };
  const reading = { ...BUFFER, emit };
  expect(() => file.read(reading)).toThrow('EIO');
  // What left before the next look is answered for by these.
  expect(file.lanesNow().slice(0, 2)).toEqual([0, part.length + early.length]);
  hasTrouble = false;
  file.read(reading);
  expect(texts).toEqual(['b', 'c']);
  expect(file.lanesNow().slice(0, 2)).toEqual([0, part.length + early.length + late.length]);
});

it('marks what comes of a line after its end: it goes on with a record that was handed over', () => {
  const { file, path } = fileOf(criLine('first half, ', { tag: 'P' }));
  const records: [string, boolean][] = [];
  const emit = ({ buffer, start, end, continued }: RawRecord) =>
    records.push([buffer.toString('utf8', start, end), continued]) > 0;
  const reading = { ...BUFFER, emit };
  while (!file.ended) file.end(reading);
  appendFileSync(path, criLine('second half') + criLine('another line'));
  file.look();
  file.read(reading);
  expect(records).toEqual([
    ['first half, ', false],
    ['second half', true],
    ['another line', false],
  ]);
});
