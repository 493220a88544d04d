import type { Cluster, KubeObject } from '../cluster.ts';
import { ApiError } from '../cluster.ts';
import { backoff } from '../../runtime/backoff.ts';
import { describe } from '../../runtime/errors.ts';
import type { Part } from '../../runtime/lifecycle.ts';
import type { Log } from '../../runtime/log.ts';
import { wait } from '../../runtime/wait.ts';

export interface ReflectorOptions<T> {
  cluster: Cluster;
  /** All objects of one kind: `/api/v1/namespaces`. */
  path: string;
  /** What is kept of an object, to hold only what is read; by default all of it. */
  project?: (object: T) => T;
  /** Hears of every object that came, changed or went; `before` is what it was. */
  onChange: (now: T | undefined, before: T | undefined) => void;
  log: Log;
  random: () => number;
}

/** Keeps a copy of all objects of a kind: lists them, watches from there, and lists again when the watch has lost its place. */
export class Reflector<T extends KubeObject> implements Part {
  readonly name: string;
  readonly #options: ReflectorOptions<T>;
  readonly #objects = new Map<string, T>();
  readonly #stop = new AbortController();
  #running: Promise<void> | undefined;
  #synced = false;

  constructor(options: ReflectorOptions<T>) {
    this.#options = options;
    this.name = `watch of ${options.path}`;
  }

  /** Everything has been listed at least once. */
  get synced(): boolean {
    return this.#synced;
  }

  get(namespace: string | undefined, name: string): T | undefined {
    return this.#objects.get(keyOf({ name, ...(namespace ? { namespace } : {}) }));
  }

  all(): IterableIterator<T> {
    return this.#objects.values();
  }

  start(): void {
    this.#running = this.#run();
  }

  async stop(): Promise<void> {
    this.#stop.abort();
    await this.#running;
  }

  async #run(): Promise<void> {
    const { cluster, path, log, random } = this.#options;
    const { signal } = this.#stop;
    let failures = 0;
    let version = '';
    while (!signal.aborted) {
      try {
        if (!version) version = await this.#list();
        await cluster.watch<T>(path, version, {
          signal,
          onEvent: ({ type, object }) => {
            version = object.metadata.resourceVersion ?? version;
            if (type === 'DELETED') this.#set(keyOf(object.metadata), undefined);
            else if (type !== 'BOOKMARK') this.#set(keyOf(object.metadata), object);
            failures = 0;
          },
        });
        failures = 0;
      } catch (error) {
        if (signal.aborted) return;
        // 410: the version is older than what the server remembers. Anything else may be a passing fault: watch on from here.
        const expired = error instanceof ApiError && error.status === 410;
        if (failures === 0 && !expired)
          log.warn('the watch failed and is taken up again', { path, error: describe(error) });
        if (failures > 3 || expired) version = '';
        failures++;
      }
      // Also after a watch that ended well: a server that ends each one at once is not to be overrun.
      await wait(backoff(failures, random), signal);
    }
  }

  async #list(): Promise<string> {
    const { items, resourceVersion } = await this.#options.cluster.list<T>(this.#options.path, this.#stop.signal);
    const listed = new Set(items.map((item) => keyOf(item.metadata)));
    for (const key of this.#objects.keys()) if (!listed.has(key)) this.#set(key, undefined);
    for (const item of items) this.#set(keyOf(item.metadata), item);
    this.#synced = true;
    return resourceVersion;
  }

  #set(key: string, found: T | undefined): void {
    const { project } = this.#options;
    const object = found && project ? project(found) : found;
    const before = this.#objects.get(key);
    if (object) this.#objects.set(key, object);
    else this.#objects.delete(key);
    this.#options.onChange(object, before);
  }
}

const keyOf = ({ namespace, name }: { namespace?: string; name: string }): string => `${namespace ?? ''}/${name}`;
