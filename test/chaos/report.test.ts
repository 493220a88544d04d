import { describe, expect, it } from 'vitest';
import { featuresWithout } from './features.ts';
import { drawPlan } from './plan.ts';
import { commandOf, failureLines, HEADINGS, runLine, summaryLines } from './report.ts';
import type { Outcome } from './scenario.ts';

function outcome(seed: number, faults: readonly string[] = []): Outcome {
  return {
    plan: drawPlan(seed, featuresWithout([])),
    verdict: {
      faults,
      records: 90,
      deadLetters: 3,
      discardedBytes: 700,
      copies: ['a.0.1'],
      overlaps: [],
      losses: new Map([['removed while no sidecar ran', 500]]),
      lostBytes: 500,
      countedBytes: 400,
      unknownBytes: 100,
    },
    evidence: {
      files: [],
      documents: [],
      deadLetters: [],
      seals: [],
      starts: [],
      snapshots: [],
      lives: [],
      rules: [],
      clockWasRight: true,
      diskWasFull: false,
    },
    met: new Map([['items429', 5]]),
    lines: 100,
    wire: { requests: 7, records: 93, again: 20, known: 4 },
    seconds: 9.87,
    logs: [[], []],
  };
}

describe('the report', () => {
  it('tells of a run in one line, below its headings', () => {
    const line = runLine(outcome(7));
    expect(line).toMatch(/^ +7 {2}✓ +100 +90 +3 +20 +4 +1 +0 +700 +500 +400 +9\.9 {2}.*items429×5/);
    expect(line.indexOf(' 9.9') + 4).toBe(HEADINGS.indexOf('seconds') + 'seconds'.length);
  });

  it('marks a run that failed, and tells of its first faults', () => {
    const failed = outcome(
      7,
      Array.from({ length: 12 }, (_, i) => `fault ${i}`),
    );
    expect(runLine(failed)).toContain('✗');
    expect(failureLines(failed)).toEqual([...Array.from({ length: 10 }, (_, i) => `  ✗ fault ${i}`), '  and 2 more']);
    expect(failureLines(outcome(7))).toEqual([]);
  });

  it('adds all runs up', () => {
    const lines = summaryLines([outcome(7), outcome(8, ['lost'])]).map((line) => line.replaceAll(/ +/g, ' '));
    expect(lines).toEqual(
      expect.arrayContaining([
        'runs 2',
        'failed 1',
        'lives of the sidecar 4',
        'lines written 200',
        ' removed while no sidecar ran 1000',
      ]),
    );
    expect(lines.at(-1)).toContain('items429 10');
  });

  it('names the command that plays the same again', () => {
    expect(commandOf({ runs: 1, seed: 7, without: '' })).toBe('npm run chaos -- --runs 1 --seed 7');
    expect(commandOf({ runs: 9, seed: 7, without: 'disk,clock' })).toBe(
      'npm run chaos -- --runs 9 --seed 7 --without disk,clock',
    );
  });
});
