import { isDeepStrictEqual } from 'node:util';

export interface StoredObject {
  metadata: { name: string; namespace?: string; resourceVersion?: string; generation?: number; [key: string]: unknown };
  spec?: unknown;
  status?: unknown;
  [key: string]: unknown;
}

export interface Event {
  type: 'ADDED' | 'MODIFIED' | 'DELETED';
  object: StoredObject;
}

/** What a path of the API names: `/apis/GROUP/VERSION/namespaces/NS/RESOURCE/NAME/status`, the parts after RESOURCE optional. */
export interface Place {
  /** Without `/status` or `/eviction`. */
  path: string;
  group: string;
  resource: string;
  namespace: string | undefined;
  name: string | undefined;
  status: boolean;
  eviction: boolean;
}

const PATH =
  /^(\/api\/v1|\/apis\/[^/]+\/[^/]+)(?:\/namespaces\/([^/]+))?\/([^/]+)(?:\/([^/]+))?(\/status|\/eviction)?$/;

export function parsePath(path: string): Place {
  const [, group = '', namespace, resource = path, name, sub = ''] = PATH.exec(path) ?? [];
  return {
    path: path.slice(0, path.length - sub.length),
    group,
    resource,
    namespace,
    name,
    status: sub === '/status',
    eviction: sub === '/eviction',
  };
}

/** Objects by path, each change with a version of its own, as etcd keeps them; and who wants to hear of changes. */
export class ObjectStore {
  readonly #objects = new Map<string, StoredObject>();
  #history: { version: number; path: string; event: Event }[] = [];
  readonly #followers = new Set<(path: string, event: Event) => void>();
  #version = 100;
  /** Changes up to this version are forgotten. */
  #forgotten = 0;

  get version(): string {
    return String(this.#version);
  }

  get<T = StoredObject>(path: string): T | undefined {
    return this.#objects.get(path) as T | undefined;
  }

  /** Creates or replaces an object; its generation rises when its spec changes. */
  put(path: string, given: StoredObject): StoredObject {
    const before = this.#objects.get(path);
    const metadata = { generation: 1, uid: `uid-of-${path}`, ...before?.metadata, ...given.metadata };
    if (before && !isDeepStrictEqual(before.spec, given.spec)) metadata.generation++;
    const object = { ...given, metadata: { ...metadata, resourceVersion: String(this.#version + 1) } };
    this.#objects.set(path, object);
    this.#tell(path, { type: before ? 'MODIFIED' : 'ADDED', object });
    return object;
  }

  /** Server-side apply by the only manager: what it names is replaced, lists as a whole. */
  apply(place: Place, given: StoredObject): StoredObject {
    const before = this.#objects.get(place.path);
    if (place.status) return this.put(place.path, { ...before!, status: given.status });
    return this.put(place.path, { ...before, ...given, metadata: { ...before?.metadata, ...given.metadata } });
  }

  /** A merge patch (RFC 7396), as far as objects in objects go; undefined when it names another uid. */
  merge(path: string, change: StoredObject): StoredObject | undefined {
    const before = this.#objects.get(path)!;
    const { uid } = change.metadata ?? {};
    if (uid !== undefined && uid !== before.metadata['uid']) return undefined;
    return this.put(path, merged(before, change) as StoredObject);
  }

  remove(path: string): boolean {
    const object = this.#objects.get(path);
    if (!object) return false;
    this.#objects.delete(path);
    const metadata = { ...object.metadata, resourceVersion: String(this.#version + 1) };
    this.#tell(path, { type: 'DELETED', object: { ...object, metadata } });
    return true;
  }

  /** Objects of a resource, in one namespace or in all. */
  list(place: Place): StoredObject[] {
    return [...this.#objects].filter(([path]) => isIn(place, path)).map(([, object]) => object);
  }

  /** Changes after a version; undefined when they are forgotten. */
  since(place: Place, version: string): Event[] | undefined {
    if (Number(version) < this.#forgotten) return undefined;
    return this.#history
      .filter((one) => one.version > Number(version) && isIn(place, one.path))
      .map(({ event }) => event);
  }

  /** Hears of every change of a resource until the returned function is called. */
  follow(place: Place, onEvent: (event: Event) => void): () => void {
    const follower = (path: string, event: Event) => {
      if (isIn(place, path)) onEvent(event);
    };
    this.#followers.add(follower);
    return () => void this.#followers.delete(follower);
  }

  /** Forgets what changed until now, as compaction does: a watch from an older version gets 410. */
  compact(): void {
    this.#history = [];
    this.#forgotten = ++this.#version;
  }

  #tell(path: string, event: Event): void {
    this.#history.push({ version: ++this.#version, path, event });
    for (const follower of this.#followers) follower(path, event);
  }
}

function merged(before: unknown, change: unknown): unknown {
  if (typeof change !== 'object' || change === null || Array.isArray(change)) return change;
  const after: Record<string, unknown> = { ...(before as object) };
  for (const [key, value] of Object.entries(change)) {
    if (value === null) delete after[key];
    else after[key] = merged(after[key], value);
  }
  return after;
}

function isIn(place: Place, path: string): boolean {
  const { group, resource, namespace, name } = parsePath(path);
  return (
    name !== undefined &&
    group === place.group &&
    resource === place.resource &&
    (place.namespace === undefined || namespace === place.namespace)
  );
}
