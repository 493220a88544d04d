import { expect, it } from 'vitest';
import { Reminder } from './reminder.ts';

it('lets a trouble be said at once, then once a minute, each on its own', () => {
  let now = 0;
  const reminder = new Reminder(() => now);
  const due = (trouble: string, at: number) => {
    now = at;
    return reminder.due(trouble);
  };
  expect(due('disk', 0)).toBe(true);
  expect(due('disk', 59_999)).toBe(false);
  expect(due('network', 59_999)).toBe(true);
  expect(due('disk', 60_000)).toBe(true);
  expect(due('disk', 60_001)).toBe(false);
});

it('remembers a bounded number of troubles, and rather says one again than never', () => {
  const reminder = new Reminder(() => 0);
  const said = Array.from({ length: 10_000 }, (_, index) => reminder.due(`trouble ${index % 1001}`));
  expect(said.filter(Boolean).length).toBeLessThan(10_000);
  expect(said.slice(0, 1001)).toEqual(Array.from({ length: 1001 }, () => true));
});
