import { once } from 'node:events';
import { expect, it } from 'vitest';
import { endTerm } from './term.ts';

it('what a leader has begun may be finished', async () => {
  const over = new AbortController();
  let wasOver = true;
  const stop = async () => {
    await Promise.resolve();
    wasOver = over.signal.aborted;
  };
  await endTerm([{ name: 'part', start: () => {}, stop }], over);
  expect([wasOver, over.signal.aborted]).toEqual([false, true]);
});

it('what takes too long is cut off', async () => {
  const over = new AbortController();
  const stop = async () => void (await once(over.signal, 'abort'));
  await endTerm([{ name: 'part', start: () => {}, stop }], over, 5);
  expect(over.signal.aborted).toBe(true);
});

it('nothing is asked after it, also when a part does not stop well', async () => {
  const over = new AbortController();
  const stop = () => Promise.reject(new Error('no'));
  await expect(endTerm([{ name: 'part', start: () => {}, stop }], over)).rejects.toThrow('not everything stopped');
  expect(over.signal.aborted).toBe(true);
});
