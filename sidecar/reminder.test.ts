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

it('remembers so many troubles and no more, and rather says one again than never', () => {
  const reminder = new Reminder(() => 0);
  const troubles = Array.from({ length: 1500 }, (_, index) => `trouble ${index}`);
  expect(troubles.filter((trouble) => !reminder.due(trouble))).toEqual([]);
  expect([reminder.due(troubles.at(-1)!), reminder.due(troubles[0]!)]).toEqual([false, true]);
});
