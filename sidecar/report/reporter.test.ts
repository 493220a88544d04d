import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { listen } from '../../test/sidecar/said.ts';
import type { PostOptions, ReportReply } from './post.ts';
import { Reporter } from './reporter.ts';

const TARGET = { url: 'https://operator/report', ca: 'PEM', token: 'a.b.c' };

beforeEach(() => void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance', 'Date'] }));
afterEach(() => void vi.useRealTimers());

function world(random = 0.5) {
  const { log, said } = listen();
  const ending = new AbortController();
  /** When a report was posted, milliseconds after the start, and whether it was the last. */
  const posted: { ms: number; at: number; ended: boolean }[] = [];
  const began = Date.now();
  const state: {
    target: typeof TARGET | undefined;
    reply: ReportReply | Error | 'silence';
    wall: (() => number) | undefined;
    /** Undefined: each report has some. */
    news: string | undefined;
  } = { target: TARGET, reply: { nextSeconds: 5 }, wall: undefined, news: undefined };
  const post = (_: object, report: string, { signal }: PostOptions) => {
    const { at, ended } = JSON.parse(report) as { at: number; ended: boolean };
    posted.push({ ms: Date.now() - began, at, ended });
    const { promise, resolve, reject } = Promise.withResolvers<ReportReply>();
    signal?.addEventListener('abort', () => reject(new Error('aborted')));
    if (state.reply instanceof Error) reject(state.reply);
    else if (state.reply !== 'silence') resolve(state.reply);
    return promise;
  };
  const reporter = new Reporter({
    target: () => state.target,
    report: (at, ended) => JSON.stringify({ at, ended, news: state.news ?? at }),
    post,
    log,
    wall: () => state.wall?.() ?? Date.now(),
    random: () => random,
    ending: ending.signal,
  });
  reporter.start();
  const times = () => posted.map(({ ms }) => ms);
  const messages = () => said.map(({ message }) => message);
  return { state, posted, times, said, messages, ending, reporter };
}

it('reports at the pace that it is told, from a moment of its own on', async () => {
  const { state, times } = world(0.4);
  await vi.advanceTimersByTimeAsync(12_000);
  expect(times()).toEqual([2000, 7000, 12_000]);
  state.reply = { nextSeconds: 60 };
  await vi.advanceTimersByTimeAsync(65_000);
  expect(times().slice(3)).toEqual([17_000, 77_000]);
});

it('gives each report a later time than the one before, though the clock stands still or goes back', async () => {
  const { state, posted } = world();
  state.wall = () => 1000;
  await vi.advanceTimersByTimeAsync(7500);
  state.wall = () => 10;
  await vi.advanceTimersByTimeAsync(5000);
  expect(posted.map(({ at }) => at)).toEqual([1000, 1001, 1002]);
});

describe('what says nothing new', () => {
  it('is told every half minute', async () => {
    const { state, times } = world(1);
    state.news = 'quiet';
    await vi.advanceTimersByTimeAsync(70_000);
    expect(times()).toEqual([5000, 35_000, 65_000]);
    state.news = 'other';
    await vi.advanceTimersByTimeAsync(5000);
    expect(times().slice(3)).toEqual([75_000]);
  });

  it('is told at the operator’s pace when that is slower', async () => {
    const { state, times } = world(1);
    state.news = 'quiet';
    state.reply = { nextSeconds: 60 };
    await vi.advanceTimersByTimeAsync(125_000);
    expect(times()).toEqual([5000, 65_000, 125_000]);
  });

  it('is told again when the operator did not take it, and at the end', async () => {
    const { state, posted, reporter } = world(1);
    state.news = 'quiet';
    state.reply = new Error('connect ECONNREFUSED');
    await vi.advanceTimersByTimeAsync(10_000);
    state.reply = { nextSeconds: 5 };
    await vi.advanceTimersByTimeAsync(10_000);
    await reporter.stop();
    expect(posted.map(({ ms, ended }) => [ms, ended])).toEqual([
      [5000, false],
      [10_000, false],
      [20_000, false],
      [20_000, true],
    ]);
  });
});

it('with nobody to report to it looks again every half minute, and says nothing', async () => {
  const { state, times, messages } = world();
  state.target = undefined;
  await vi.advanceTimersByTimeAsync(60_000);
  expect(times()).toEqual([]);
  state.target = TARGET;
  await vi.advanceTimersByTimeAsync(3000);
  expect([times(), messages()]).toEqual([[62_500], []]);
});

describe('when it fails', () => {
  it.each<[string, ReportReply | Error]>([
    ['without an answer', new Error('connect ECONNREFUSED')],
    ['with a refusal', { error: '401 the token is not valid', afterMs: undefined }],
  ])('%s it comes back more and more rarely, and says so once', async (_, reply) => {
    const { state, times, said, messages } = world(1);
    state.reply = reply;
    await vi.advanceTimersByTimeAsync(40_000);
    expect(times()).toEqual([5000, 10_000, 20_000, 40_000]);
    expect(said).toMatchObject([
      { level: 'warn', message: 'the operator takes no reports', consequence: expect.stringContaining('delivered') },
    ]);
    await vi.advanceTimersByTimeAsync(3_600_000);
    expect(times().at(-1)! - times().at(-2)!).toBe(300_000);
    state.reply = { nextSeconds: 5 };
    await vi.advanceTimersByTimeAsync(600_000);
    expect(messages()).toEqual(['the operator takes no reports', 'the operator takes reports again']);
  });

  it('waits as long as it is asked to', async () => {
    const { state, times } = world(1);
    state.reply = { error: '503 busy', afterMs: 12_000 };
    await vi.advanceTimersByTimeAsync(17_000);
    expect(times()).toEqual([5000, 17_000]);
  });
});

describe('at the pod’s end', () => {
  it('tells a second later how far it got, for nobody knows when it is killed, and then at its pace', async () => {
    const { ending, times } = world();
    await vi.advanceTimersByTimeAsync(3000);
    ending.abort();
    await vi.advanceTimersByTimeAsync(6000);
    expect(times()).toEqual([2500, 4000, 9000]);
  });

  it('tells once more when everything has ended', async () => {
    const { reporter, posted } = world();
    await reporter.stop();
    expect(posted).toMatchObject([{ ms: 0, ended: true }]);
    await vi.advanceTimersByTimeAsync(60_000);
    expect(posted).toHaveLength(1);
  });

  it('gives up what is on its way for that', async () => {
    const { reporter, state, posted, messages } = world();
    state.reply = 'silence';
    await vi.advanceTimersByTimeAsync(2500);
    state.reply = { nextSeconds: 5 };
    await reporter.stop();
    expect(posted.map(({ ended }) => ended)).toEqual([false, true]);
    expect(messages()).toEqual([]);
  });

  it('ends as well with nobody to report to, or nobody who listens', async () => {
    const { reporter, state, posted } = world();
    state.target = undefined;
    await reporter.stop();
    expect(posted).toEqual([]);
    const other = world();
    other.state.reply = new Error('connect ECONNREFUSED');
    await other.reporter.stop();
    expect(other.messages()).toEqual(['the operator takes no reports']);
  });
});
