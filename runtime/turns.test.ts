import { expect, it } from 'vitest';
import { Turns } from './turns.ts';

it('of several pieces of work that are ready together one is done in a turn of the event loop, in their order', async () => {
  const turns = new Turns();
  let turn = 0;
  let counting = true;
  const count = () => {
    turn++;
    if (counting) setImmediate(count);
  };
  count();
  const done = await Promise.all(['a', 'b', 'c'].map(async (name) => (await turns.next(), [name, turn] as const)));
  counting = false;
  expect(done.map(([name]) => name)).toEqual(['a', 'b', 'c']);
  expect(new Set(done.map(([, at]) => at)).size).toBe(3);
});
