import { isDeepStrictEqual } from 'node:util';
import type { Policy } from '../../api/policy.ts';
import type { Finding as Condition } from '../reconcile/status.ts';
import { describe } from '../../runtime/errors.ts';
import type { Part } from '../../runtime/lifecycle.ts';
import type { Log } from '../../runtime/log.ts';
import { wait } from '../../runtime/wait.ts';
import type { Elastic } from '../elastic/client.ts';
import type { Events } from '../events.ts';
import type { Pod } from '../inject/pod.ts';
import type { LatestReports } from '../reports/latest.ts';
import { Comparer } from './comparer.ts';
import { Gone, type GoneOptions } from './gone.ts';
import { Live } from './live.ts';
import type { Memory, MemoryKeeper } from './memory.ts';
import type { ProofMetrics } from './metrics.ts';
import { PACE, Turnstile, type Pace } from './pace.ts';
import { Said } from './said.ts';
import { Seals } from './seals.ts';
import { Standing } from './standing.ts';
import { Store } from './store.ts';
import { Whose, type WhoseOptions } from './whose.ts';

export interface ProofOptions extends WhoseOptions {
  elastic: Pick<Elastic, 'ask'>;
  /** Name of the Kubernetes cluster in documents; may be empty. */
  cluster: string;
  latest: Pick<LatestReports, 'all' | 'reportOf'>;
  /** Whether the API server knows a pod of this uid. */
  isThere: GoneOptions['isThere'];
  memory: Pick<MemoryKeeper, 'read' | 'write'>;
  events: Pick<Events, 'tell'>;
  metrics: ProofMetrics;
  /** The policies of a namespace stand otherwise than before. */
  onNews: (namespace: string) => void;
  now: () => Date;
  /** Milliseconds that only ever grow. */
  clock: () => number;
  log: Log;
  pace?: Partial<Pace>;
}

/** Claims that wait at a time: what is due is compared before more is read. */
const WAITING = 2000;
/** Files that are written, of one page at least. */
const LIVE = 400;
/** Times `saveMs`. */
const SELDOM = 5;
/** Between two tries while Elasticsearch, or the API server, is away. */
const TROUBLE_MS = 10_000;

/**
 * Files in Elasticsearch against their seals, each once, and against the latest reports, in turn: what is missing, too much
 * or doubled is found, named and, where it can be, mended. It is the leader's.
 */
export class Proof implements Part {
  readonly name = 'audit of files';
  readonly #options: ProofOptions;
  readonly #pace: Pace;
  readonly #stop = new AbortController();
  readonly #standing: Standing;
  readonly #said: Said;
  readonly #store: Store;
  readonly #live: Live;
  readonly #gone: Gone;
  readonly #comparer: Comparer;
  #seals: Seals | undefined;
  #running: Promise<void> = Promise.resolve();
  #trouble: { message: string; since: number } | undefined;
  #saved: Memory | undefined;
  #savedAt = 0;

  constructor(options: ProofOptions) {
    const { clock, now, latest, elastic, cluster, metrics, events, podOf, onNews, log } = options;
    this.#options = options;
    this.#pace = { ...PACE, ...options.pace };
    this.#standing = new Standing(() => now().getTime());
    this.#said = new Said({ standing: this.#standing, saidMs: this.#pace.saidMs, clock });
    const turnstile = new Turnstile(this.#pace, clock);
    const turn = async (signal: AbortSignal) => {
      await turnstile.pass(signal);
      metrics.asked();
    };
    this.#store = new Store({ elastic, cluster, turn, signal: this.#stop.signal });
    const whose = new Whose(options);
    this.#live = new Live({
      all: () => latest.all(),
      reportOf: (uid) => latest.reportOf(uid),
      onPolicy: (pod, policy) => whose.told(pod, policy),
      roundMs: this.#pace.roundMs,
      clock,
      now,
    });
    const { isThere } = options;
    this.#gone = new Gone({ store: this.#store, isThere, restMs: this.#pace.goneMs, clock });
    this.#comparer = new Comparer({
      store: this.#store,
      standing: this.#standing,
      policyOf: (of) => whose.policyOf(of),
      uidOf: ({ namespace, pod }) => podOf(namespace, pod)?.metadata.uid,
      tell: (notice) => events.tell(notice),
      metrics,
      onNews,
      pace: this.#pace,
      now,
      clock,
      log,
    });
  }

  start(): void {
    this.#options.metrics.leads(this.#standing);
    this.#running = this.#run();
  }

  async stop(): Promise<void> {
    this.#stop.abort();
    await this.#running;
    this.#options.metrics.leads(undefined);
  }

  /** A pod is gone; its last report must still be known. */
  podGone({ metadata: { uid = '' } }: Pod): void {
    this.#gone.add(uid, this.#live.of(uid));
  }

  /** Of the acknowledged records of a policy (`<Kind>.<name>`), the share that a query finds; undefined: nothing was audited. */
  queriedOf(policy: string, namespaces: readonly string[]): number | undefined {
    const { acknowledged, found } = this.#standing.over(namespaces, policy);
    return acknowledged > 0 ? found / acknowledged : undefined;
  }

  /** What the status of a policy says, in the namespaces that it reaches. */
  verifiedOf(policy: Policy, namespaces: readonly string[]): Condition {
    const { message, since = Infinity } = this.#trouble ?? {};
    // What passes is no news: of streams that are just being made no search is answered.
    const isLasting = this.#options.clock() - since >= this.#pace.troubleMs;
    return this.#said.of(policy, namespaces, isLasting ? message : undefined);
  }

  async #run(): Promise<void> {
    const { log, clock } = this.#options;
    const { signal } = this.#stop;
    this.#savedAt = clock();
    while (!signal.aborted) {
      try {
        const isBusy = await this.#look();
        if (this.#trouble !== undefined) log.info('files are audited again', {});
        this.#trouble = undefined;
        if (!isBusy) await wait(this.#pace.lookMs, signal);
      } catch (error) {
        if (signal.aborted) break;
        const message = describe(error);
        if (message !== this.#trouble?.message)
          log.warn('files cannot be audited; it is tried again', { error: message });
        this.#trouble = { message, since: this.#trouble?.since ?? clock() };
        await wait(TROUBLE_MS, signal);
      }
    }
    await this.#save().catch((error: unknown) =>
      log.warn('the next leader does not know which seals have been read', { error: describe(error) }),
    );
  }

  /** Whether there was something to do. */
  async #look(): Promise<boolean> {
    const { memory, clock, now } = this.#options;
    if (!this.#seals) {
      const { until, findings } = await memory.read();
      for (const one of findings) this.#standing.find(one);
      // What may have come right meanwhile; files that are written come in their turn.
      const files = findings.filter(({ result }) => result !== 'unproven').map(({ file }) => file);
      if (files.length > 0) this.#comparer.add(await this.#store.sealsOf(files));
      this.#seals = new Seals({ store: this.#store, begin: until, pace: this.#pace, clock, now });
    }
    if (this.#comparer.waiting < WAITING) this.#comparer.add(await this.#seals.next());
    if (this.#comparer.waiting < WAITING) this.#comparer.add(this.#live.next(LIVE));
    for (const claim of await this.#gone.unproven()) this.#comparer.end(claim);
    const isBusy = await this.#comparer.compare();
    if (clock() - this.#savedAt >= this.#pace.saveMs) await this.#save(SELDOM * this.#pace.saveMs);
    return isBusy;
  }

  /** Findings as soon as there are others; how far the seals were read, which costs the next leader little, after so long. */
  async #save(untilMs = 0): Promise<void> {
    if (!this.#seals) return;
    const memory = { until: this.#seals.until, findings: this.#standing.findings };
    const isDue = this.#options.clock() - this.#savedAt >= untilMs;
    if (isDeepStrictEqual(memory, this.#saved) || (!isDue && isDeepStrictEqual(memory.findings, this.#saved?.findings)))
      return;
    this.#savedAt = this.#options.clock();
    await this.#options.memory.write(memory);
    this.#saved = memory;
  }
}
