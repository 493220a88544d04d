import { describe, expect, it } from 'vitest';
import { reportOf } from '../../test/operator/report.ts';
import { afterHandover, sidecarsOf } from './configuration.ts';
import type { Latest } from './latest.ts';

const latest = (name: string, changes: Parameters<typeof reportOf>[0] = {}): Pick<Latest, 'pod' | 'head'> => ({
  pod: { namespace: 'shop', name, uid: name },
  head: reportOf(changes),
});

describe('the sidecars of a policy', () => {
  it('are counted: those that report, and those that run what they are told', () => {
    const reports = [latest('a'), latest('b', { revision: 'second' }), latest('c', { revision: undefined })];
    expect(sidecarsOf('second', reports)).toEqual({
      configuration: { revision: 'second', loaded: 1, reporting: 3 },
      waiting: 0,
      held: [],
    });
  });

  it('that hold their records are counted by reason, those of most first, with the first pod by name', () => {
    const held = (name: string, reason?: string) => latest(name, { state: 'Holding', reason });
    const waits = latest('w', { state: 'WaitingForConfiguration', revision: undefined });
    const reports = [held('d', '401'), held('c', '503'), held('b', '401'), held('e'), latest('a'), waits];
    expect(sidecarsOf('first', reports)).toEqual({
      configuration: { revision: 'first', loaded: 5, reporting: 6 },
      waiting: 1,
      held: [
        { reason: '401', count: 2, example: 'shop/b' },
        { reason: '503', count: 1, example: 'shop/c' },
        { reason: 'unknown', count: 1, example: 'shop/e' },
      ],
    });
  });
});

describe('a new leader', () => {
  const before = { revision: 'first', loaded: 11, reporting: 12 };
  it.each([
    ['that has heard of fewer yet leaves what stood', { revision: 'first', loaded: 3, reporting: 3 }, 59_999, before],
    ['that has heard of fewer for a minute says so', { revision: 'first', loaded: 3, reporting: 3 }, 60_000, 'found'],
    ['that has heard of all says so', { revision: 'first', loaded: 12, reporting: 12 }, 0, 'found'],
    ['says at once that there is another revision', { revision: 'second', loaded: 0, reporting: 3 }, 0, 'found'],
  ])('%s', (_, found, ageMs, expected) => {
    expect(afterHandover(found, before, ageMs)).toEqual(expected === 'found' ? found : expected);
  });

  it('that finds nothing in the status says what it has heard', () => {
    const found = { revision: 'first', loaded: 0, reporting: 0 };
    expect(afterHandover(found, undefined, 0)).toEqual(found);
  });
});
