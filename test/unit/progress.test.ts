import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { duration, during, plainProgress } from '../progress.ts';

describe('plain progress', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  it('says nothing of a step but its end when it is quick', () => {
    const lines: string[] = [];
    plainProgress((line) => lines.push(line))
      .step('image')
      .done('3 MB');
    vi.advanceTimersByTime(60_000);
    expect(lines).toEqual(['✓ image, 3 MB']);
  });

  it('shows that a long step is alive, and what it is at', () => {
    const lines: string[] = [];
    const step = plainProgress((line) => lines.push(line)).step('build');
    step.update('7 packages');
    vi.advanceTimersByTime(11_000);
    step.update('90 packages');
    vi.advanceTimersByTime(60_000);
    step.fail('no space left');
    expect(lines.slice(0, 3)).toEqual([
      '… build, 2 s, 7 packages',
      '… build, 10 s, 7 packages',
      '… build, 20 s, 90 packages',
    ]);
    expect(lines.slice(-2)).toEqual(['… build, 1 min 10 s, 90 packages', '✗ build, 1 min 11 s, no space left']);
  });

  it('ends a step with its work, and passes on what it throws', async () => {
    const lines: string[] = [];
    const progress = plainProgress((line) => lines.push(line));
    expect(await during(progress, 'sum', async (step) => (step.done('easy'), 3))).toBe(3);
    const failing = during(progress, 'sum', () => Promise.reject(new Error('too hard')));
    await expect(failing).rejects.toThrow('too hard');
    expect(lines).toEqual(['✓ sum, easy', '✗ sum, too hard']);
  });

  it.each([
    [0, '0 s'],
    [59, '59 s'],
    [60, '1 min 0 s'],
    [261, '4 min 21 s'],
  ])('writes %i seconds as %s', (seconds, text) => {
    expect(duration(seconds)).toBe(text);
  });
});
