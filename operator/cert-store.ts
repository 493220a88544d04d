import { describe } from '../runtime/errors.ts';
import type { Part } from '../runtime/lifecycle.ts';
import type { Log } from '../runtime/log.ts';
import { wait } from '../runtime/wait.ts';
import type { CertSource } from './cert-secret.ts';
import { caPem, faultOf, type Certificates } from './certs.ts';
import type { Cluster } from './cluster.ts';
import { carries, isPublished, maySwitch, type Standing } from './trust.ts';

export interface CertStoreOptions {
  cluster: Cluster;
  source: CertSource;
  /** Of the webhook configuration, as a path of the API. */
  configuration: string;
  /** That the certificate must be for. */
  names: readonly string[];
  /** Hears of every certificate that is to be served from now on. */
  onServe: (certificates: Certificates) => void;
  /** Asked at every look as long as the webhook configuration does not carry `bundle`; only the leader writes it. */
  publish: (bundle: string) => Promise<void>;
  now: () => Date;
  log: Log;
  times?: Partial<Times>;
}

interface Times {
  /** Between two looks, and while something is missing. */
  lookMs: number;
  hasteMs: number;
  /** See `Change`: the kubelet takes a minute or two to bring a Secret to running pods. */
  spreadMs: number;
}
const TIMES: Times = { lookMs: 5_000, hasteMs: 1_000, spreadMs: 300_000 };

/**
 * What is served, and by whom it is trusted. It looks every few seconds, so that a replica serves what another one renewed,
 * and changes to a certificate of a new authority only after that has come to everybody.
 */
export class CertStore implements Part {
  readonly name = 'certificates';
  readonly #options: CertStoreOptions;
  readonly #times: Times;
  readonly #stop = new AbortController();
  #running: Promise<void> | undefined;
  #served: Certificates | undefined;
  #stored: Certificates | undefined;
  #standing: Standing | undefined;
  /** Since when the stored authority stands in the webhook configuration. */
  #published: { ca: string; since: number } | undefined;
  /** Why there are none, or no new ones. */
  #trouble = '';

  constructor(options: CertStoreOptions) {
    this.#options = options;
    this.#times = { ...TIMES, ...options.times };
  }

  /** What is served now. */
  get current(): Certificates | undefined {
    return this.#served;
  }

  /** Every authority that somebody may meet now or soon, PEM: for the API server, and for the sidecars. */
  get caPem(): string {
    return caPem(this.#stored, this.#served);
  }

  /** As a webhook configuration carries it, base64. Throws when there are none yet: nobody would be trusted. */
  get caBundle(): string {
    const pem = this.caPem;
    if (!pem) throw new Error('there are no certificates yet');
    return Buffer.from(pem).toString('base64');
  }

  /** Why the API server cannot call us yet, in words; empty: it can. */
  get unready(): string[] {
    const fault = this.#fault();
    if (fault) return [`certificates: ${this.#trouble || fault}`];
    return carries(this.#standing, this.#served!.ca) ? [] : ['the webhook configuration to carry its authority'];
  }

  async start(): Promise<void> {
    await this.#look();
    this.#running = this.#run();
  }

  async stop(): Promise<void> {
    this.#stop.abort();
    await this.#running;
  }

  async #run(): Promise<void> {
    const { signal } = this.#stop;
    for (;;) {
      await wait(this.unready.length > 0 ? this.#times.hasteMs : this.#times.lookMs, signal);
      if (signal.aborted) return;
      await this.#look();
    }
  }

  /** Never throws: what is served goes on being served. */
  async #look(): Promise<void> {
    const { source, cluster, configuration, publish } = this.#options;
    const troubles: string[] = [];
    const noting = (error: unknown) => void troubles.push(describe(error));
    this.#stored = (await source.read().catch(noting)) ?? this.#stored;
    // An unreachable API server does not mean that it trusts us no longer.
    await cluster.get<Standing>(configuration).then((standing) => (this.#standing = standing), noting);
    this.#change();
    if (this.#stored && !isPublished(this.#standing, this.caPem)) await publish(this.caPem).catch(noting);
    this.#say(troubles.join('; '));
  }

  /** Takes over what is stored, when it may. */
  #change(): void {
    const { now, log, onServe } = this.#options;
    const [served, stored, standing] = [this.#served, this.#stored, this.#standing];
    if (!stored) return;
    const time = now().getTime();
    if (!carries(standing, stored.ca)) this.#published = undefined;
    else if (this.#published?.ca !== stored.ca) this.#published = { ca: stored.ca, since: time };
    if (served?.cert === stored.cert && served.oldCa === stored.oldCa) return;
    const publishedMs = this.#published ? time - this.#published.since : 0;
    const { spreadMs } = this.#times;
    if (!maySwitch({ served, stored, fault: this.#fault(), standing, publishedMs, spreadMs })) return;
    this.#served = stored;
    if (served?.cert === stored.cert) return;
    onServe(stored);
    log.info('a certificate is served', { newAuthority: !!served && served.ca !== stored.ca });
  }

  #fault(): string | undefined {
    const { names, now } = this.#options;
    return this.#served ? faultOf(this.#served, names, now()) : 'there are none yet';
  }

  /** Each trouble once, however often it is looked at. */
  #say(trouble: string): void {
    const { log } = this.#options;
    if (trouble && trouble !== this.#trouble)
      log.error('trouble with the certificates; it is looked at again', { error: trouble });
    this.#trouble = trouble;
  }
}
