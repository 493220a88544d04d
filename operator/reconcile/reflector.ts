import type { Cluster, KubeObject, Meta } from '../cluster.ts';
import { ApiError } from '../cluster.ts';
import { backoff } from '../../runtime/backoff.ts';
import { describe } from '../../runtime/errors.ts';
import type { Part } from '../../runtime/lifecycle.ts';
import type { Log } from '../../runtime/log.ts';
import { wait } from '../../runtime/wait.ts';

export interface ReflectorOptions<T> {
  cluster: Cluster;
  /** All objects of one kind: `/api/v1/namespaces`, with a query if need be: `?fieldSelector=…`. */
  path: string;
  /** What is kept of an object, to hold only what is read; undefined: nothing of it. By default all of it. */
  project?: (object: T) => T | undefined;
  /** Hears of every object that came, changed or went; `before` is what it was. */
  onChange: (now: T | undefined, before: T | undefined) => void;
  log: Log;
  random: () => number;
  /** After so long the server ends a watch; shorter for a kind of which it sends no bookmarks, and so nothing for hours. */
  watchSeconds?: number | undefined;
}

/** What happened while the server was away is known at most so long after it is back. */
const PAUSE_MS = 4_000;

/** Keeps a copy of all objects of a kind: lists them, watches from there, and lists again when the watch has lost its place. */
export class Reflector<T extends KubeObject> implements Part {
  readonly name: string;
  readonly #options: ReflectorOptions<T>;
  /** By namespace, then by name; cluster-wide objects have the namespace ''. */
  readonly #objects = new Map<string, Map<string, T>>();
  readonly #stop = new AbortController();
  /** Ends the watch that is open, to list again. */
  #again = new AbortController();
  #isStale = false;
  #running: Promise<void> | undefined;
  #synced = false;

  constructor(options: ReflectorOptions<T>) {
    this.#options = options;
    this.name = `watch of ${options.path}`;
  }

  get path(): string {
    return this.#options.path;
  }

  /** Everything has been listed at least once. */
  get synced(): boolean {
    return this.#synced;
  }

  get(namespace: string | undefined, name: string): T | undefined {
    return this.#objects.get(namespace ?? '')?.get(name);
  }

  *all(): Generator<T> {
    for (const objects of this.#objects.values()) yield* objects.values();
  }

  /** Those of one namespace. */
  of(namespace: string): readonly T[] {
    return [...(this.#objects.get(namespace)?.values() ?? [])];
  }

  /** Takes over what was written by ourselves before the watch tells of it. */
  took(object: T): void {
    this.#set(object);
  }

  /** Lists everything again: what is kept has changed. */
  refresh(): void {
    this.#isStale = true;
    this.#again.abort();
  }

  start(): void {
    this.#running = this.#run();
  }

  async stop(): Promise<void> {
    this.#stop.abort();
    await this.#running;
  }

  async #run(): Promise<void> {
    const { cluster, path, log, random, watchSeconds: seconds } = this.#options;
    const { signal } = this.#stop;
    let failures = 0;
    let version = '';
    while (!signal.aborted) {
      this.#again = new AbortController();
      if (this.#isStale) version = '';
      this.#isStale = false;
      try {
        if (!version) version = await this.#list();
        await cluster.watch<T>(path, version, {
          seconds,
          signal: AbortSignal.any([signal, this.#again.signal]),
          onEvent: ({ type, object }) => {
            version = object.metadata.resourceVersion ?? version;
            if (type === 'DELETED') this.#drop(object);
            else if (type !== 'BOOKMARK') this.#set(object);
            failures = 0;
          },
        });
        failures = 0;
      } catch (error) {
        if (signal.aborted) return;
        if (this.#again.signal.aborted) continue;
        // 410: the version is older than what the server remembers. Anything else may be a passing fault: watch on from here.
        const expired = error instanceof ApiError && error.status === 410;
        if (failures === 0 && !expired)
          log.warn('the watch failed and is taken up again', { path, error: describe(error) });
        if (failures > 3 || expired) version = '';
        failures++;
      }
      // Also after a watch that ended well: a server that ends each one at once is not to be overrun.
      await wait(backoff(failures, random, { maxMs: PAUSE_MS }), signal);
    }
  }

  async #list(): Promise<string> {
    const listed = new Set<string>();
    let version = '';
    for await (const page of this.#options.cluster.pages<T>(this.#options.path, this.#stop.signal)) {
      for (const item of page.items) {
        listed.add(keyOf(item));
        this.#set(item);
      }
      version = page.resourceVersion;
    }
    const list = { metadata: { name: '', resourceVersion: version } };
    // What we wrote after the list was made is not in it.
    for (const object of this.all())
      if (!listed.has(keyOf(object)) && !isNewer(object, list)) this.#put(object.metadata, undefined);
    this.#synced = true;
    return version;
  }

  #set(object: T): void {
    const before = this.#find(object);
    if (before && isNewer(before, object)) return;
    const { project } = this.#options;
    const kept = project ? project(object) : object;
    if (kept || before) this.#put(object.metadata, kept);
  }

  #drop(object: T): void {
    const before = this.#find(object);
    if (before && !isNewer(before, object)) this.#put(object.metadata, undefined);
  }

  #find({ metadata: { namespace, name } }: T): T | undefined {
    return this.get(namespace, name);
  }

  #put({ namespace = '', name }: Meta, object: T | undefined): void {
    let objects = this.#objects.get(namespace);
    const before = objects?.get(name);
    if (object) {
      if (!objects) this.#objects.set(namespace, (objects = new Map()));
      objects.set(name, object);
    } else {
      objects?.delete(name);
      if (objects?.size === 0) this.#objects.delete(namespace);
    }
    this.#options.onChange(object, before);
  }
}

/** Versions of one resource are numbers that grow (Kubernetes, "API Concepts": resourceVersion, comparable since 1.35 by contract and in fact before). */
const isNewer = (one: KubeObject, other: KubeObject): boolean =>
  Number(one.metadata.resourceVersion ?? 0) > Number(other.metadata.resourceVersion ?? 0);

const keyOf = ({ metadata: { namespace, name } }: KubeObject): string => `${namespace ?? ''}/${name}`;
