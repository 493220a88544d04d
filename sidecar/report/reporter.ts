import { backoff } from '../../runtime/backoff.ts';
import { describe } from '../../runtime/errors.ts';
import type { Part } from '../../runtime/lifecycle.ts';
import type { Log } from '../../runtime/log.ts';
import { wait } from '../../runtime/wait.ts';
import type { ReportTarget } from './operator-files.ts';
import type { PostOptions, ReportReply } from './post.ts';

export interface ReporterOptions {
  /** Asked for each report. */
  target: () => ReportTarget | undefined;
  /** The report to be posted; `at` is greater each time. `ended`: it is the last one. */
  report: (at: number, ended: boolean) => string;
  post: (target: ReportTarget, report: string, options: PostOptions) => Promise<ReportReply>;
  log: Log;
  /** Milliseconds since 1970. */
  wall: () => number;
  random: () => number;
  /** Aborts when the pod ends. */
  ending: AbortSignal;
}

/** Pods that start together do not report together. */
const FIRST_MS = 5000;
/** Nobody to report to: it may come. */
const NOBODY_MS = 30_000;
/** A report takes 5 ms of CPU, as much as a quiet sidecar needs for all else meanwhile: what says nothing new is left out so long. */
const SAME_MS = 30_000;
const PATIENCE_MS = 10_000;
const BACKOFF = { baseMs: 5000, maxMs: 300_000 };
/** At the end two seconds are sure. Who is killed in them has told shortly before how far it got. */
const ENDING_MS = 1000;
/** The pod's end is not held up for longer. */
const LAST_MS = 2000;

/**
 * Tells the operator how the sidecar stands, at the pace that the operator asks for while there is news, and once more at the end. Whatever goes
 * wrong with that, nothing else changes.
 */
export class Reporter implements Part {
  readonly name = 'reporter';
  readonly #options: ReporterOptions;
  readonly #stopping = new AbortController();
  readonly #over: AbortSignal;
  #at = 0;
  #failures = 0;
  /** What was taken last, less its time; at which pace; and for how long nothing else was to be told. */
  #told = '';
  #paceMs = 0;
  #sameMs = 0;
  #isEnding = false;

  constructor(options: ReporterOptions) {
    this.#options = options;
    this.#over = AbortSignal.any([options.ending, this.#stopping.signal]);
  }

  start(): void {
    void this.#run();
  }

  /** What is on its way is given up; the last report has all that it would have told. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#report(true, { totalMs: LAST_MS });
  }

  async #run(): Promise<void> {
    let pauseMs = this.#options.random() * FIRST_MS;
    for (;;) {
      await this.#pause(pauseMs);
      const { signal } = this.#stopping;
      if (signal.aborted) return;
      pauseMs = await this.#report(false, { totalMs: PATIENCE_MS, signal });
    }
  }

  async #pause(ms: number): Promise<void> {
    if (!this.#over.aborted) await wait(ms, this.#over);
    if (!this.#over.aborted) return;
    const restMs = this.#isEnding ? ms : ENDING_MS;
    this.#isEnding = true;
    await wait(restMs, this.#stopping.signal);
  }

  /** Returns after how many milliseconds the next one is due. Never throws. */
  async #report(ended: boolean, options: PostOptions): Promise<number> {
    const { post, report, target, wall } = this.#options;
    try {
      const to = target();
      if (!to) return NOBODY_MS;
      this.#at = Math.max(this.#at + 1, wall());
      const text = report(this.#at, ended);
      const news = text.replace(/"at":\d+/, '');
      if (!ended && news === this.#told && this.#sameMs + this.#paceMs < SAME_MS) {
        this.#sameMs += this.#paceMs;
        return this.#paceMs;
      }
      const reply = await post(to, text, options);
      if ('error' in reply) return this.#failed(reply.error, reply.afterMs);
      this.#succeeded();
      this.#told = news;
      this.#sameMs = 0;
      this.#paceMs = reply.nextSeconds * 1000;
      return this.#paceMs;
    } catch (error) {
      return options.signal?.aborted ? NOBODY_MS : this.#failed(describe(error), 0);
    }
  }

  #succeeded(): void {
    if (this.#failures > 0) this.#options.log.info('the operator takes reports again');
    this.#failures = 0;
  }

  #failed(error: string, afterMs = 0): number {
    const { log, random } = this.#options;
    const consequence = 'it is tried again; logs are delivered all the same';
    if (this.#failures === 0) log.warn('the operator takes no reports', { error, consequence });
    return Math.max(afterMs, backoff(this.#failures++, random, BACKOFF));
  }
}
