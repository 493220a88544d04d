import { backoff } from '../../runtime/backoff.ts';
import { describe, Permanent } from '../../runtime/errors.ts';
import type { Part } from '../../runtime/lifecycle.ts';
import type { Log } from '../../runtime/log.ts';
import { wait } from '../../runtime/wait.ts';
import type { Metrics } from '../health/metrics.ts';
import type { Kibana } from './client.ts';
import { MARK, ndjson } from './objects.ts';

export interface ImporterOptions {
  kibana: Pick<Kibana, 'carries' | 'import'>;
  metrics: Pick<Metrics, 'kibanaImport'>;
  random: () => number;
  log: Log;
  /** Between two attempts. */
  times?: { baseMs: number; maxMs: number };
}

/** Nobody waits for a dashboard; a Kibana that starts takes a minute. */
const TIMES = { baseMs: 5_000, maxMs: 600_000 };

/**
 * Brings dashboards, searches and data views into Kibana, once: a Kibana that has those of this version is left alone, so that a
 * change of leader undoes nobody's changes. Nothing waits for it.
 */
export class Importer implements Part {
  readonly name = 'import into Kibana';
  readonly #options: ImporterOptions;
  readonly #stop = new AbortController();
  #running: Promise<void> | undefined;

  constructor(options: ImporterOptions) {
    this.#options = options;
  }

  start(): void {
    this.#running = this.#run();
  }

  async stop(): Promise<void> {
    this.#stop.abort();
    await this.#running;
  }

  async #run(): Promise<void> {
    const { random, times = TIMES } = this.#options;
    const { signal } = this.#stop;
    for (let attempt = 0; !signal.aborted; attempt++) {
      const pauseMs = backoff(attempt, random, times);
      if (await this.#isSettled(pauseMs)) return;
      await wait(pauseMs, signal);
    }
  }

  /** Whether there is nothing more to do. Never throws. */
  async #isSettled(pauseMs: number): Promise<boolean> {
    const { kibana, metrics, log } = this.#options;
    const { signal } = this.#stop;
    try {
      if (await kibana.carries(MARK, signal)) {
        metrics.kibanaImport('unchanged');
        return true;
      }
      const objects = await kibana.import(ndjson(), signal);
      metrics.kibanaImport('imported');
      log.info('imported into Kibana', { objects, mark: MARK });
      return true;
    } catch (error) {
      if (signal.aborted) return true;
      metrics.kibanaImport('error');
      if (error instanceof Permanent) {
        log.error('not imported into Kibana', { error: describe(error) });
        return true;
      }
      log.warn('not imported into Kibana yet', { error: describe(error), againInSeconds: Math.round(pauseMs / 1000) });
      return false;
    }
  }
}
