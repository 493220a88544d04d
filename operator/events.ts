import { createHash } from 'node:crypto';
import { describe } from '../runtime/errors.ts';
import type { Log } from '../runtime/log.ts';
import { TokenBucket } from '../runtime/token-bucket.ts';
import { ApiError, type Cluster } from './cluster.ts';

export interface ObjectReference {
  apiVersion: string;
  kind: string;
  /** Absent for objects of the cluster. */
  namespace?: string;
  name: string;
  uid?: string;
}

/** What is to be said of an object. */
export interface Notice {
  /** Of several, the first by name. */
  regarding: ObjectReference;
  /** Its controller, say. */
  related?: ObjectReference | undefined;
  type: 'Normal' | 'Warning';
  /** One of the constants of `api/names.ts`. */
  reason: string;
  /** What was done or left: `Inject`, `Evict`. */
  action: string;
  /** What happened, why, and what to do. */
  note: string;
  /** What the notice is one of: a workload and a reason, say. Of each series one is told an hour. */
  series: string;
  /** Of how many objects it is true; 1 by default. */
  count?: number;
}

export interface EventsOptions {
  cluster: Cluster;
  /** Which process says it: the pod's name. */
  instance: string;
  now: () => Date;
  /** Milliseconds that only ever grow. */
  clock: () => number;
  log: Log;
}

/** The API server keeps an Event for an hour by default. */
const REPEAT_MS = 3_600_000;
/** In the whole cluster; each is a write to etcd. */
const RATE = { burst: 50, perSecond: 1 };
/** Series that are remembered; what is forgotten may be told once more. */
const REMEMBERED = 10_000;
/** Kubernetes' own limits. */
const NOTE_AT_MOST = 1024;
const INSTANCE_AT_MOST = 128;

/**
 * Writes Events (events.k8s.io/v1): few, for each is a write to etcd. An Event's name follows from what it says of whom, so
 * two operators that say the same write one Event.
 */
export class Events {
  readonly #options: EventsOptions;
  readonly #bucket: TokenBucket;
  /** By series, oldest first. */
  readonly #told = new Map<string, { name: string; at: number; count: number }>();
  #failing = false;

  constructor(options: EventsOptions) {
    this.#options = options;
    this.#bucket = new TokenBucket({ ...RATE, clock: options.clock });
  }

  /**
   * Writes the notice, unless its series was told within the hour and is not true of twice as many by now. Whether it was
   * written: what was not, because there were too many or the API server refused it, is best told again later. Never throws.
   */
  async tell(notice: Notice): Promise<boolean> {
    const { clock } = this.#options;
    const { series, count = 1 } = notice;
    const before = this.#told.get(series);
    const isRecent = before !== undefined && clock() - before.at < REPEAT_MS;
    if ((isRecent && count < 2 * before.count) || !this.#bucket.take()) return false;
    const name = isRecent ? before.name : nameOf(notice);
    this.#remember(series, { name, at: isRecent ? before.at : clock(), count });
    try {
      await (isRecent ? this.#repeat(notice, name) : this.#first(notice, name));
      this.#failing = false;
      return true;
    } catch (error) {
      this.#told.delete(series);
      this.#complain(notice, error);
      return false;
    }
  }

  async #first(notice: Notice, name: string): Promise<void> {
    const { cluster, instance, now } = this.#options;
    const { regarding, related, type, reason, action, note, count = 1 } = notice;
    const time = microseconds(now());
    try {
      await cluster.create(pathOf(notice), {
        apiVersion: 'events.k8s.io/v1',
        kind: 'Event',
        metadata: { name, namespace: namespaceOf(notice) },
        eventTime: time,
        reportingController: 'tracewell',
        reportingInstance: instance.slice(0, INSTANCE_AT_MOST),
        regarding,
        ...(related ? { related } : {}),
        type,
        reason,
        action,
        note: cut(note),
        // A series has two at least.
        ...(count > 1 ? { series: { count, lastObservedTime: time } } : {}),
      });
    } catch (error) {
      // An operator before us, or beside us, has said the same.
      if (!(error instanceof ApiError && error.status === 409)) throw error;
      await this.#repeat(notice, name);
    }
  }

  /** Nothing else of an Event can be changed. */
  async #repeat(notice: Notice, name: string): Promise<void> {
    const { cluster, now } = this.#options;
    const series = { count: Math.max(2, notice.count ?? 1), lastObservedTime: microseconds(now()) };
    await cluster.merge(`${pathOf(notice)}/${name}`, { series });
  }

  #remember(series: string, entry: { name: string; at: number; count: number }): void {
    this.#told.delete(series);
    this.#told.set(series, entry);
    for (const oldest of this.#told.keys()) {
      if (this.#told.size <= REMEMBERED) return;
      this.#told.delete(oldest);
    }
  }

  #complain({ regarding: { kind, namespace, name }, reason }: Notice, error: unknown): void {
    // Its namespace is going, and so is everything that could be said of it.
    if (error instanceof ApiError && (error.status === 404 || /being terminated/.test(error.message))) return;
    if (!this.#failing)
      this.#options.log.warn('cannot write an Event; it is tried again', {
        of: `${kind} ${namespace ? `${namespace}/` : ''}${name}`,
        reason,
        error: describe(error),
      });
    this.#failing = true;
  }
}

/** Events about objects of the cluster lie in `default`: Kubernetes wants it so. */
const namespaceOf = ({ regarding }: Notice): string => regarding.namespace ?? 'default';
const pathOf = (notice: Notice): string => `/apis/events.k8s.io/v1/namespaces/${namespaceOf(notice)}/events`;

function nameOf({ series, regarding: { uid = '', name } }: Notice): string {
  const hash = createHash('sha256')
    .update(JSON.stringify([series, uid, name]))
    .digest('hex');
  return `tracewell.${hash.slice(0, 24)}`;
}

/** In bytes, without half a character at the end. */
const cut = (note: string): string =>
  Buffer.byteLength(note) <= NOTE_AT_MOST
    ? note
    : `${new TextDecoder().decode(Buffer.from(note).subarray(0, NOTE_AT_MOST - 6)).replace(/\uFFFD$/, '')}…`;

/** As Kubernetes' MicroTime has it: it takes six digits only. */
const microseconds = (time: Date): string => time.toISOString().replace('Z', '000Z');
