import { describe, expect, it } from 'vitest';
import { keepingLog } from '../../test/operator/log.ts';
import { Reaper, unneeded } from './reaper.ts';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const NOW = Date.parse('2026-03-01T00:00:00Z');
const key = (id: string, age: number, namespace = 'shop') => ({ id, namespace, createdAt: NOW - age });

describe('a key that no Secret holds', () => {
  const held = (age: number) => key('held', age);
  it.each<[string, ReturnType<typeof key>[], number | undefined, boolean]>([
    ['was replaced a week ago', [key('k', 52 * DAY), held(7 * DAY)], 0, true],
    ['was replaced a little less than a week ago', [key('k', 52 * DAY), held(7 * DAY - 1)], 60 * DAY, false],
    ['is newer than the one that is held', [key('k', 8 * DAY), held(20 * DAY)], 8 * DAY, false],
    ['is of a namespace without one, seen so for a day', [key('k', 8 * DAY)], DAY, true],
    ['is of a namespace without one, seen so for less', [key('k', 8 * DAY)], DAY - 1, false],
    ['is of a namespace without one, and seen for the first time', [key('k', 8 * DAY)], undefined, false],
    ['is younger than an hour', [key('k', HOUR - 1)], 2 * DAY, false],
    ['is replaced in another namespace', [key('k', 52 * DAY), key('held', 7 * DAY, 'other')], 0, false],
  ])('%s: %s', (_, keys, seenFor, goes) => {
    const firstSeen = new Map(seenFor === undefined ? [] : [['k', NOW - seenFor]]);
    const ids = unneeded(keys, { referenced: new Set(['held']), firstSeen, now: NOW }).map(({ id }) => id);
    expect(ids).toEqual(goes ? ['k'] : []);
  });
});

describe('the reaper', () => {
  function world() {
    const state = {
      keys: [key('held', 10 * DAY), key('old', 60 * DAY), key('orphan', 30 * DAY, 'gone')],
      referenced: new Set(['held']) as ReadonlySet<string> | undefined,
      now: NOW,
      invalidated: [] as string[],
    };
    const reaper = new Reaper({
      keys: () => Promise.resolve(state.keys),
      invalidate: (ids) => {
        state.invalidated.push(...ids);
        state.keys = state.keys.filter(({ id }) => !ids.includes(id));
        return Promise.resolve();
      },
      referenced: () => state.referenced,
      now: () => new Date(state.now),
      log: keepingLog().log,
    });
    return { state, reaper };
  }

  it('takes what was replaced at once, and an orphan after a day', async () => {
    const { state, reaper } = world();
    expect(await reaper.reap()).toBe(1);
    expect(state.invalidated).toEqual(['old']);
    state.now += DAY;
    expect(await reaper.reap()).toBe(1);
    expect(state.invalidated).toEqual(['old', 'orphan']);
    expect(await reaper.reap()).toBe(0);
  });

  it('begins to count anew when a key was held in between', async () => {
    const { state, reaper } = world();
    await reaper.reap();
    state.referenced = new Set(['held', 'orphan']);
    state.now += DAY - 1;
    await reaper.reap();
    state.referenced = new Set(['held']);
    state.now += 1;
    expect(await reaper.reap()).toBe(0);
  });

  it('takes nothing while it is not known what Secrets hold', async () => {
    const { state, reaper } = world();
    state.referenced = undefined;
    expect(await reaper.reap()).toBe(0);
    expect(state.invalidated).toEqual([]);
  });
});
