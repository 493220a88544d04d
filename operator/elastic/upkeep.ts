import { UPKEEP } from '../../api/names.ts';
import { describe } from '../../runtime/errors.ts';
import type { Part } from '../../runtime/lifecycle.ts';
import type { Log } from '../../runtime/log.ts';
import { wait } from '../../runtime/wait.ts';
import type { Notice } from '../events.ts';
import type { Elastic, Installed } from './client.ts';
import type { ElasticMetrics } from './metrics.ts';
import type { Reaper } from './reaper.ts';
import type { Repair } from './template-store.ts';

export interface UpkeepOptions {
  elastic: Pick<Elastic, 'tend' | 'takeRepairs'>;
  reaper: Pick<Reaper, 'reap'>;
  tell: (notice: Notice) => Promise<boolean>;
  release: { name: string; namespace: string };
  metrics: ElasticMetrics;
  now: () => Date;
  random: () => number;
  log: Log;
  /** Between two looks, milliseconds. */
  everyMs?: number;
}

const EVERY_MS = 300_000;

/** Looks at Elasticsearch every few minutes: which one it is by now, its templates, and keys that nobody needs. */
export class Upkeep implements Part {
  readonly name = 'upkeep of Elasticsearch';
  readonly #options: UpkeepOptions;
  readonly #stop = new AbortController();
  #running: Promise<void> | undefined;
  #said = '';
  #trouble = '';

  constructor(options: UpkeepOptions) {
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
    const { random, everyMs = EVERY_MS } = this.#options;
    const { signal } = this.#stop;
    while (!signal.aborted) {
      await this.#look();
      // Of many clusters not all at once.
      await wait(everyMs * (0.9 + random() * 0.2), signal);
    }
  }

  /** Never throws. */
  async #look(): Promise<void> {
    const { elastic, reaper, metrics, log } = this.#options;
    const { signal } = this.#stop;
    try {
      const installed = await elastic.tend();
      for (const repair of elastic.takeRepairs()) await this.#tell(repair);
      this.#say(installed);
      if (!signal.aborted) metrics.reaped(await reaper.reap());
      this.#trouble = '';
    } catch (error) {
      const trouble = describe(error);
      if (trouble !== this.#trouble && !signal.aborted) log.warn('Elasticsearch was not looked after', { trouble });
      this.#trouble = trouble;
    }
  }

  async #tell({ template, was }: Repair): Promise<void> {
    const { tell, release, metrics, now, log } = this.#options;
    metrics.repaired(template);
    log.warn('an index template was put back', { template, was });
    await tell({
      regarding: { apiVersion: 'apps/v1', kind: 'Deployment', ...release },
      type: 'Warning',
      reason: UPKEEP.TemplateRepaired,
      action: 'Repair',
      note: `The index template ${template} in Elasticsearch was ${was} by somebody else and has been put back: records would be mapped in another way, or refused. Put settings and fields of your own into the component template logs-tracewell@custom.`,
      // Each repair is told, be it the same within the hour.
      series: `${template}/${now().toISOString()}`,
    });
  }

  /** Once for each change. */
  #say({ server, templates }: Installed): void {
    const { product, version, newest, serverless, ilm } = server;
    const found = { product, version, ...(newest ? { newest } : {}), serverless, ilm, left: templates.left };
    const said = JSON.stringify(found);
    if (said === this.#said) return;
    this.#said = said;
    this.#options.log.info('this is the Elasticsearch that is there', found);
  }
}
