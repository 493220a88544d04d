import { ANNOTATION } from '../../api/names.ts';
import { describe } from '../../runtime/errors.ts';
import type { Part } from '../../runtime/lifecycle.ts';
import type { Log } from '../../runtime/log.ts';
import { wait } from '../../runtime/wait.ts';
import { ApiError, type Cluster, type Meta } from '../cluster.ts';
import type { PodIdentity } from './identity.ts';
import type { Head } from './latest.ts';

/** What `tracewell.dev/sidecar` says on a pod, as JSON. */
export interface Standing {
  state: Head['state'];
  /** Of the configuration that it runs; absent: it has none yet. */
  revision?: string | undefined;
  /** RFC 3339: when the operator heard of it first. */
  since: string;
  /** Why it is held up. */
  error?: string | undefined;
}

export interface SidecarAnnotationsOptions {
  cluster: Pick<Cluster, 'merge'>;
  /** The pod as it is known; undefined: it is not known yet, or no more. */
  podOf: (namespace: string, name: string) => { metadata: Meta & { deletionTimestamp?: string } } | undefined;
  now: () => Date;
  log: Log;
}

interface Waiting {
  pod: PodIdentity;
  report: Head;
  since: Date;
}

/** Five patches a second: pods of a whole cluster that change their state together must not keep the API server busy. */
const PAUSE_MS = 200;
const RETRY_MS = 5000;

/** The annotation's text; undefined when it says so already. */
export function standingOf({ state, revision, reason: error }: Head, since: Date, before = '{}'): string | undefined {
  const is: Standing = { state, revision, since: since.toISOString(), error };
  const was = parse(before);
  if (was.state === state && was.revision === revision && was.error === error) return undefined;
  return JSON.stringify(is);
}

/**
 * Says on each pod how its sidecar stands, for whoever may read the pod: a patch when that changes, so many a second, and of what
 * changes again meanwhile only the last.
 */
export class SidecarAnnotations implements Part {
  readonly name = 'annotations of sidecars';
  readonly #options: SidecarAnnotationsOptions;
  readonly #stop = new AbortController();
  /** By the pod's uid. */
  readonly #waiting = new Map<string, Waiting>();
  #news = Promise.withResolvers<void>();
  #running: Promise<void> | undefined;
  #trouble = '';

  constructor(options: SidecarAnnotationsOptions) {
    this.#options = options;
  }

  /** Without a report the pod is gone. */
  add(pod: PodIdentity, report: Head | undefined): void {
    if (report) this.#waiting.set(pod.uid, { pod, report, since: this.#options.now() });
    else this.#waiting.delete(pod.uid);
    this.#news.resolve();
  }

  start(): void {
    this.#running = this.#run();
  }

  async stop(): Promise<void> {
    this.#stop.abort();
    this.#news.resolve();
    await this.#running;
  }

  async #run(): Promise<void> {
    const { signal } = this.#stop;
    while (!signal.aborted) {
      const [next] = this.#waiting.values();
      if (next) {
        this.#waiting.delete(next.pod.uid);
        await wait(await this.#write(next), signal);
      } else {
        this.#news = Promise.withResolvers();
        await this.#news.promise;
      }
    }
  }

  /** Returns after how many milliseconds the next one may follow. */
  async #write(one: Waiting): Promise<number> {
    const { cluster, podOf } = this.#options;
    const { pod, report, since } = one;
    const { namespace, name, uid } = pod;
    const known = podOf(namespace, name);
    const { annotations = {}, deletionTimestamp } = known?.metadata.uid === uid ? known.metadata : {};
    const text = standingOf(report, since, annotations[ANNOTATION.sidecar]);
    if (text === undefined || deletionTimestamp) return 0;
    // With the uid it is this pod's or nobody's.
    const metadata = { uid, annotations: { [ANNOTATION.sidecar]: text } };
    try {
      await cluster.merge(`/api/v1/namespaces/${namespace}/pods/${name}`, { metadata });
      this.#said('');
      return PAUSE_MS;
    } catch (error) {
      // The pod is gone, and another one may have its name.
      if (error instanceof ApiError && [404, 409].includes(error.status)) return PAUSE_MS;
      if (!this.#waiting.has(uid)) this.#waiting.set(uid, one);
      this.#said(describe(error), `${namespace}/${name}`);
      return RETRY_MS;
    }
  }

  /** Once, not once per try. */
  #said(trouble: string, pod?: string): void {
    const { log } = this.#options;
    if (trouble && !this.#trouble)
      log.warn('cannot say on pods how their sidecars stand; it is tried again', { pod, error: trouble });
    else if (!trouble && this.#trouble) log.info('pods say again how their sidecars stand');
    this.#trouble = trouble;
  }
}

function parse(text: string): Partial<Standing> {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? value : {};
  } catch {
    return {};
  }
}
