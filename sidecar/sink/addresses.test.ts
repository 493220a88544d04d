import { describe, expect, it } from 'vitest';
import { Addresses } from './addresses.ts';

const URLS = ['a', 'b', 'c'];

function addresses() {
  const clock = { ms: 0 };
  return { clock, addresses: new Addresses(() => clock.ms) };
}

describe('the addresses', () => {
  it('are asked in the order of the list', () => {
    expect(addresses().addresses.order(URLS)).toEqual(['a', 'b', 'c']);
  });

  it('begin with the one that answered when others did not, and all are asked', () => {
    const { addresses: list } = addresses();
    list.answered('b', URLS);
    expect(list.order(URLS)).toEqual(['b', 'c', 'a']);
  });

  it.each([
    ['the first has answered', (list: Addresses) => list.answered('a', URLS)],
    ['none has answered', (list: Addresses) => list.noneAnswered()],
  ])('begin with the first again when %s', (_, happens) => {
    const { addresses: list } = addresses();
    list.answered('b', URLS);
    happens(list);
    expect(list.order(URLS)).toEqual(['a', 'b', 'c']);
  });

  it('begin with the first of a new list that has not the one in use', () => {
    const { addresses: list, clock } = addresses();
    list.answered('b', URLS);
    clock.ms = 60_000;
    expect(list.order(['x', 'y'])).toEqual(['x', 'y']);
    expect(list.isRevisitDue(['x', 'y'])).toBe(false);
  });

  it('are seen to once a minute while the first is not in use', () => {
    const { addresses: list, clock } = addresses();
    const due = (ms: number) => {
      clock.ms = ms;
      return list.isRevisitDue(URLS);
    };
    expect(due(100_000)).toBe(false);
    list.answered('b', URLS);
    list.answered('b', URLS);
    expect([159_999, 160_000, 160_001, 219_999, 220_000].map(due)).toEqual([false, true, false, false, true]);
    list.answered('a', URLS);
    expect(due(999_999)).toBe(false);
  });
});
