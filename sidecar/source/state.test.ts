import { mkdirSync, readdirSync, readFileSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { listen } from '../../test/sidecar/said.ts';
import { temporaryFolder } from '../../test/sidecar/temporary.ts';
import { Reminder } from '../reminder.ts';
import { formatCheckpoint, freshCheckpoint, type Checkpoint } from './checkpoint.ts';
import { State } from './state.ts';

const nameOf = (number: number) => String(number).padStart(24, '0');
const checkpointOf = (number: number, stored = 0): Checkpoint => ({
  ...freshCheckpoint({ file: nameOf(number), container: 'cart', run: number, generation: 0 }),
  lanes: [stored, stored, stored],
  stored: { records: stored, bytes: stored, offsets: 0n },
});

function open(folder = join(temporaryFolder(), 'state')) {
  const { log, said } = listen();
  let now = 0;
  const state = new State(folder, { log, reminder: new Reminder(() => now), now: () => now });
  return { folder, state, said, files: () => [...state.files()], later: (ms: number) => (now += ms) };
}

it('begins with an empty folder, which it makes', () => {
  const { folder, files, said } = open();
  expect([readdirSync(folder), files(), said]).toEqual([[], [], []]);
});

it('knows after a restart what was saved last', () => {
  const { folder, state } = open();
  state.save([checkpointOf(1), checkpointOf(2, 5)]);
  state.save([checkpointOf(1, 7)]);
  const after = open(folder);
  expect(after.state.get(nameOf(1))).toEqual(checkpointOf(1, 7));
  expect(after.state.get(nameOf(2))).toEqual(checkpointOf(2, 5));
  expect(after.said).toEqual([]);
});

it('lists the longest unchanged first, also after a restart', () => {
  const { folder, state, files } = open();
  state.save([1, 2, 3].map((number) => checkpointOf(number)));
  state.save([checkpointOf(1, 1)]);
  expect(files().map(({ run }) => run)).toEqual([2, 3, 1]);
  for (const [age, number] of [3, 1, 2].entries()) utimesSync(join(folder, `${nameOf(number)}.json`), age, age);
  expect(
    open(folder)
      .files()
      .map(({ run }) => run),
  ).toEqual([3, 1, 2]);
});

it('leaves no file aside, and removes what a crash left half written', () => {
  const { folder, state } = open();
  state.save([checkpointOf(1)]);
  expect(readdirSync(folder)).toEqual([`${nameOf(1)}.json`]);
  writeFileSync(join(folder, `${nameOf(1)}.json.tmp`), '{"ver');
  expect(open(folder).state.get(nameOf(1))).toEqual(checkpointOf(1));
  expect(readdirSync(folder)).toEqual([`${nameOf(1)}.json`]);
});

it.each([
  ['is cut off', nameOf(1), formatCheckpoint(checkpointOf(1)).slice(0, 50)],
  ['bears another name', nameOf(2), formatCheckpoint(checkpointOf(1))],
])('leaves out a checkpoint that %s, and says so', (_, name, content) => {
  const { folder, state } = open();
  state.save([checkpointOf(3)]);
  const path = join(folder, `${name}.json`);
  writeFileSync(path, content);
  const after = open(folder);
  expect(after.files().map(({ run }) => run)).toEqual([3]);
  expect(after.said).toMatchObject([{ level: 'warn', path, message: expect.stringContaining('is damaged') }]);
});

describe('of files that are gone', () => {
  it('keeps what they add up to, also after a restart', () => {
    const { folder, state } = open();
    state.save([checkpointOf(1, 5), checkpointOf(2, 7), checkpointOf(3, 1)]);
    state.forget(nameOf(1));
    state.forget(nameOf(2));
    const sum = { files: 2, sum: { stored: { records: 12, bytes: 12, offsets: 0n }, duplicates: 0 } };
    expect(state.gone).toMatchObject(sum);
    expect(open(folder).state.gone).toMatchObject(sum);
  });

  it('counts none twice when it crashed before its checkpoint went', () => {
    const { folder, state } = open();
    state.save([checkpointOf(1, 5)]);
    const path = join(folder, `${nameOf(1)}.json`);
    const text = readFileSync(path);
    state.forget(nameOf(1));
    writeFileSync(path, text);
    const after = open(folder);
    expect([after.state.gone!.files, after.files(), after.said]).toEqual([1, [], []]);
    expect(readdirSync(folder)).toEqual(['gone']);
  });

  it('begins anew when that is damaged', () => {
    const { folder, state } = open();
    state.save([checkpointOf(1, 5)]);
    state.forget(nameOf(1));
    writeFileSync(join(folder, 'gone'), '{"last":"');
    expect(open(folder).state.gone).toBeUndefined();
  });

  it('keeps the checkpoint while the sum cannot be written', () => {
    const { folder, state } = open();
    state.save([checkpointOf(1, 5)]);
    mkdirSync(join(folder, 'gone.tmp'));
    state.forget(nameOf(1));
    expect([state.get(nameOf(1))?.stored.records, state.gone]).toEqual([5, undefined]);
  });
});

it('forgets for good', () => {
  const { folder, state } = open();
  state.save([checkpointOf(1), checkpointOf(2)]);
  state.forget(nameOf(1));
  expect(state.get(nameOf(1))).toBeUndefined();
  expect(
    open(folder)
      .files()
      .map(({ run }) => run),
  ).toEqual([2]);
});

it('says once that it cannot write, and writes all of it when it can again', () => {
  const { folder, state, said, later } = open();
  rmSync(folder, { recursive: true });
  state.save([checkpointOf(1, 1)]);
  state.save([checkpointOf(2, 2)]);
  expect(said).toMatchObject([
    { level: 'error', message: 'cannot write checkpoints', error: expect.stringContaining('ENOENT') },
  ]);
  expect(state.get(nameOf(1))).toEqual(checkpointOf(1, 1));
  later(60_000);
  state.save([checkpointOf(2, 3)]);
  expect(said).toHaveLength(2);
  mkdirSync(folder);
  state.save([]);
  expect(
    open(folder)
      .files()
      .map(({ stored }) => stored.records),
  ).toEqual([1, 3]);
});

it('does not begin with a folder that cannot be used', () => {
  const folder = temporaryFolder();
  writeFileSync(join(folder, 'file'), '');
  expect(() => open(join(folder, 'file', 'state'))).toThrow(/cannot use .*TRACEWELL_STATE must name a folder/);
  expect(readFileSync(join(folder, 'file'), 'utf8')).toBe('');
});

it('writes a checkpoint over the one before, however long that was, and makes it anew every minute', () => {
  const { folder, state, later } = open();
  const path = join(folder, `${nameOf(1)}.json`);
  const files = new Set<number>();
  for (const stored of [1, 1_000_000, 2, 3]) {
    state.save([checkpointOf(1, stored)]);
    files.add(statSync(path).ino);
    expect(open(folder).state.get(nameOf(1))).toEqual(checkpointOf(1, stored));
  }
  expect(files.size).toBe(1);
  later(59_999);
  state.save([checkpointOf(1, 3)]);
  expect(files).toContain(statSync(path).ino);
  later(1);
  state.save([checkpointOf(1, 4)]);
  expect(files).not.toContain(statSync(path).ino);
  expect(open(folder).state.get(nameOf(1))).toEqual(checkpointOf(1, 4));
});
