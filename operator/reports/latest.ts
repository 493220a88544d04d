import type { ReportState } from '../../api/names.ts';
import type { Report } from '../../api/report.ts';
import { pack, unpack, type Body } from './compact.ts';
import type { PodIdentity } from './identity.ts';

/** What of a report is looked at often. */
export type Head = Omit<Report, keyof Body>;

/** The last report of a pod. */
export interface Latest {
  readonly pod: PodIdentity;
  readonly head: Head;
  /** All of it, with its files: made anew each time. */
  readonly report: Report;
  /** On the clock that never goes back, milliseconds. */
  readonly receivedAt: number;
}

class Entry implements Latest {
  readonly pod: PodIdentity;
  readonly head: Head;
  readonly receivedAt: number;
  readonly #body: string;

  constructor(pod: PodIdentity, { files, rest, measures, ...head }: Report, receivedAt: number) {
    this.pod = pod;
    this.head = head;
    this.receivedAt = receivedAt;
    this.#body = pack({ files, rest, measures });
  }

  get report(): Report {
    return { ...this.head, ...unpack(this.#body) };
  }

  get bytes(): number {
    return this.#body.length;
  }
}

/** A request is given up long before this: what comes later with an earlier `at` is of a sidecar whose clock was put back. */
const LATE_MS = 60_000;
/** After so much silence a pod is forgotten, should nobody have said that it is gone. */
const SILENT_MS = 600_000;
const PODS_AT_MOST = 50_000;
/** Of bodies: ten thousand pods with ten files each take half of it. */
const BYTES_AT_MOST = 33_554_432;

/** Hears of each report that is taken. */
export type OnTaken = (pod: PodIdentity, report: Report) => void;

/** Hears of a pod whose state, reason, policy or revision is another one than before; without a report it is forgotten. */
export type OnNews = (pod: PodIdentity, head: Head | undefined) => void;

/** The last report of each pod. Past its bounds those that have been silent longest are forgotten. */
export class LatestReports {
  readonly #now: () => number;
  readonly #onNews: OnNews;
  readonly #onTaken: OnTaken;
  /** By uid, the longest silent first. */
  readonly #pods = new Map<string, Entry>();
  /** Those that are to report again, by policy (`<namespace>/<Kind>.<name>`) and uid. */
  readonly #running = new Map<string, Map<string, Entry>>();
  #bytes = 0;
  #reporting = 0;

  /** `now`: milliseconds of a clock that never goes back. */
  constructor(now: () => number, onNews: OnNews = () => {}, onTaken: OnTaken = () => {}) {
    this.#now = now;
    this.#onNews = onNews;
    this.#onTaken = onTaken;
  }

  /** Takes a report in; false: a newer one is here, and it changes nothing. */
  take(pod: PodIdentity, report: Report): boolean {
    const receivedAt = this.#now();
    const before = this.#pods.get(pod.uid);
    if (before && report.at <= before.head.at && receivedAt - before.receivedAt < LATE_MS) return false;
    if (before) this.#remove(before);
    const entry = new Entry(pod, report, receivedAt);
    this.#pods.set(pod.uid, entry);
    this.#count(entry, 1);
    this.#bound();
    if (!before || newsOf(report) !== newsOf(before.head)) this.#onNews(pod, entry.head);
    this.#onTaken(pod, report);
    return true;
  }

  /** Undefined: none came, or it is forgotten. */
  reportOf(uid: string): Latest | undefined {
    this.#bound();
    return this.#pods.get(uid);
  }

  all(): Iterable<Latest> {
    this.#bound();
    return this.#pods.values();
  }

  /** Of the running sidecars of a policy (`<Kind>.<name>`) in a namespace. */
  of(namespace: string, policy: string): Iterable<Latest> {
    this.#bound();
    return this.#running.get(`${namespace}/${policy}`)?.values() ?? [];
  }

  /** How many pods report, by state. */
  states(): ReadonlyMap<ReportState, number> {
    const states = new Map<ReportState, number>();
    for (const { head } of this.all()) states.set(head.state, (states.get(head.state) ?? 0) + 1);
    return states;
  }

  /** Pods that will report again. */
  get reporting(): number {
    this.#bound();
    return this.#reporting;
  }

  /** Of the pods that are to report again. */
  longestSilent(): Latest | undefined {
    for (const entry of this.all()) if (entry.head.state !== 'Ended') return entry;
    return undefined;
  }

  /** The pod is gone. */
  forget(uid: string): void {
    const entry = this.#pods.get(uid);
    if (!entry) return;
    this.#remove(entry);
    this.#onNews(entry.pod, undefined);
  }

  /** Another one leads: what is here grows old. */
  clear(): void {
    for (const entry of this.#pods.values()) this.#remove(entry);
  }

  #remove(entry: Entry): void {
    this.#pods.delete(entry.pod.uid);
    this.#count(entry, -1);
  }

  #bound(): void {
    for (const [uid, { receivedAt }] of this.#pods) {
      const isTooMuch = this.#pods.size > PODS_AT_MOST || this.#bytes > BYTES_AT_MOST;
      if (!isTooMuch && this.#now() - receivedAt < SILENT_MS) return;
      this.forget(uid);
    }
  }

  #count(entry: Entry, by: 1 | -1): void {
    const { pod, head, bytes } = entry;
    this.#bytes += by * bytes;
    if (head.state === 'Ended') return;
    this.#reporting += by;
    if (head.policy === undefined) return;
    const key = `${pod.namespace}/${head.policy}`;
    const running = this.#running.get(key) ?? new Map<string, Entry>();
    if (by > 0) running.set(pod.uid, entry);
    else running.delete(pod.uid);
    if (running.size > 0) this.#running.set(key, running);
    else this.#running.delete(key);
  }
}

const newsOf = ({ state, reason, policy, revision }: Head): string => JSON.stringify([state, reason, policy, revision]);
