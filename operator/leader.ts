import { isDeepStrictEqual } from 'node:util';
import { describe } from '../runtime/errors.ts';
import type { Part } from '../runtime/lifecycle.ts';
import type { Log } from '../runtime/log.ts';
import { wait } from '../runtime/wait.ts';
import { ApiError, type Cluster } from './cluster.ts';
import { held, released, stepOf, type Candidate, type Lease } from './lease.ts';

/** All in time: the holder gives up before anybody else may take over, and has until then to stop what it runs. */
export interface Timing {
  /** Without a word of the holder for this long, another one takes over. */
  durationSeconds: number;
  /** The holder gives up when it could not renew for this long. */
  renewMs: number;
  /** Between two looks. */
  retryMs: number;
}
/** Those of client-go's own components. */
const TIMING: Timing = { durationSeconds: 15, renewMs: 10_000, retryMs: 2_000 };
/** At the end, the API server has this long to hear that the Lease is free. */
const RELEASE_MS = 3_000;
/** A Lease that changes under our hands is looked at again at once, this often. */
const TRIES = 3;

export interface LeaderOptions {
  cluster: Cluster;
  namespace: string;
  /** Of the Lease: that of the release. */
  name: string;
  identity: string;
  /** It leads from now on: start what only the leader runs, and wait for nobody; the Lease is renewed after it. A throw gives it back. */
  onGained: () => Promise<void> | void;
  /** It leads no longer: stop that. The Lease is not asked for again, and not given back, before this has resolved. */
  onLost: () => Promise<void> | void;
  /** Milliseconds that only ever grow. */
  clock: () => number;
  now: () => Date;
  random: () => number;
  log: Log;
  timing?: Timing;
}

/**
 * Of several replicas, one leads: the one whose name stands in the Lease. Every write names the version that it replaces, so
 * of two that reach for it together one is refused. What a leader does may overlap with the next one's only where a request
 * of its own is still under way when its time is over.
 */
export class Leader implements Part {
  readonly name = 'leader election';
  readonly #options: LeaderOptions;
  readonly #timing: Timing;
  readonly #candidate: Candidate;
  readonly #path: string;
  readonly #stop = new AbortController();
  #running: Promise<void> | undefined;
  #leading = false;
  #lease: Lease | undefined;
  /** By our clock. */
  #changedAt = 0;
  #renewedAt = 0;
  #failing = false;

  constructor(options: LeaderOptions) {
    this.#options = options;
    this.#timing = options.timing ?? TIMING;
    const { name, namespace, identity } = options;
    this.#candidate = { name, namespace, identity, durationSeconds: this.#timing.durationSeconds };
    this.#path = `/apis/coordination.k8s.io/v1/namespaces/${namespace}/leases`;
  }

  get isLeader(): boolean {
    return this.#leading;
  }

  start(): void {
    this.#running = this.#run();
  }

  /** Stops what only the leader runs, then frees the Lease: another replica takes it at its next look. */
  async stop(): Promise<void> {
    this.#stop.abort();
    await this.#running;
  }

  async #run(): Promise<void> {
    const { signal } = this.#stop;
    while (!signal.aborted) {
      await this.#turn();
      await wait(this.#pauseMs(), signal);
    }
    if (!this.#leading) return;
    await this.#lose('it is stopping');
    await this.#release();
  }

  /** One look at the Lease, and what follows from it. Never throws. */
  async #turn(): Promise<void> {
    const { clock, log } = this.#options;
    const began = clock();
    const patienceMs = this.#leading ? Math.max(0, this.#leftMs()) : this.#timing.renewMs;
    try {
      const signal = AbortSignal.any([this.#stop.signal, AbortSignal.timeout(Math.ceil(patienceMs))]);
      const holds = await this.#hold(signal);
      this.#failing = false;
      if (holds) {
        // Counted from before the request was sent: the others count from after they have seen it written.
        this.#renewedAt = began;
        if (!this.#leading) await this.#gain();
      } else if (this.#leading) await this.#lose(`${this.#lease?.spec?.holderIdentity || 'nobody'} holds the Lease`);
    } catch (error) {
      if (this.#stop.signal.aborted) return;
      if (!this.#failing) log.warn('cannot reach the Lease; it is tried again', { error: describe(error) });
      this.#failing = true;
      if (this.#leading && this.#leftMs() <= 0) await this.#lose('the Lease could not be renewed in time');
    }
  }

  /** Reads the Lease, and takes or renews it where that may be. Returns whether it is ours now. */
  async #hold(signal: AbortSignal): Promise<boolean> {
    const { cluster, clock, now } = this.#options;
    // The holder knows what stands there: nobody else writes it, unless we are late.
    let known = this.#leading;
    for (let tries = 1; ; tries++) {
      if (!known) this.#see(await cluster.get<Lease>(`${this.#path}/${this.#candidate.name}`, signal));
      const step = stepOf(this.#lease, this.#candidate, clock() - this.#changedAt);
      if (step === 'follow') return false;
      const wanted = held(this.#lease, this.#candidate, now());
      try {
        const written =
          step === 'create'
            ? (cluster.create(this.#path, wanted, signal) as Promise<Lease>)
            : cluster.update<Lease>(`${this.#path}/${this.#candidate.name}`, wanted, signal);
        this.#see(await written);
        return true;
      } catch (error) {
        // 409: somebody wrote it first. 404: somebody deleted it.
        const stale = error instanceof ApiError && [404, 409].includes(error.status);
        if (!stale || tries === TRIES) throw error;
        known = false;
      }
    }
  }

  #see(lease: Lease | undefined): void {
    if (!isDeepStrictEqual(lease?.spec, this.#lease?.spec)) this.#changedAt = this.#options.clock();
    this.#lease = lease;
  }

  async #gain(): Promise<void> {
    const { onGained, log, identity } = this.#options;
    this.#leading = true;
    log.info('this replica leads', { identity });
    try {
      await onGained();
    } catch (error) {
      log.error('what only the leader runs does not start', { error: describe(error) });
      await this.#lose('it cannot lead');
      await this.#release();
    }
  }

  async #lose(why: string): Promise<void> {
    const { onLost, log, identity } = this.#options;
    this.#leading = false;
    log.info('this replica leads no longer', { identity, why });
    try {
      await onLost();
    } catch (error) {
      log.error('what only the leader runs did not stop well', { error: describe(error) });
    }
  }

  /** What cannot be freed is taken over when its time is over. */
  async #release(): Promise<void> {
    const { cluster, log, identity } = this.#options;
    const path = `${this.#path}/${this.#candidate.name}`;
    const signal = AbortSignal.timeout(RELEASE_MS);
    try {
      const lease = await cluster.get<Lease>(path, signal);
      if (lease?.spec?.holderIdentity === identity)
        this.#see(await cluster.update<Lease>(path, released(lease), signal));
    } catch (error) {
      log.warn('cannot free the Lease; another replica waits for its end', { error: describe(error) });
    }
  }

  /** Until a leader that has not renewed must give up. */
  #leftMs(): number {
    return this.#renewedAt + this.#timing.renewMs - this.#options.clock();
  }

  /** A fifth at random, so that replicas do not look together. */
  #pauseMs(): number {
    const { retryMs } = this.#timing;
    const pause = retryMs * (1 + this.#options.random() / 5);
    return this.#leading ? Math.max(0, Math.min(pause, this.#leftMs())) : pause;
  }
}
