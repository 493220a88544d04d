import { describe, expect, it } from 'vitest';
import { Gate } from './gate.ts';

describe('a gate of two places', () => {
  it('lets two in, and the next one when one of them is done, in their order', async () => {
    const gate = new Gate(2);
    const inside: string[] = [];
    const ends = new Map<string, () => void>();
    const work = (name: string) =>
      gate.through(() => {
        inside.push(name);
        return new Promise<string>((resolve) => ends.set(name, () => resolve(name)));
      });
    const all = ['a', 'b', 'c', 'd'].map(work);
    expect(inside).toEqual(['a', 'b']);
    ends.get('b')!();
    expect(await all[1]).toBe('b');
    expect(inside).toEqual(['a', 'b', 'c']);
    ends.get('a')!();
    await all[0];
    expect(inside).toEqual(['a', 'b', 'c', 'd']);
  });

  it('is open again after work that failed', async () => {
    const gate = new Gate(1);
    await expect(gate.through(() => Promise.reject(new Error('no')))).rejects.toThrow('no');
    expect(await gate.through(() => Promise.resolve('yes'))).toBe('yes');
  });
});
