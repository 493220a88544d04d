import type { Log } from '../../runtime/log.ts';
import type { OwnKey } from './keys.ts';

const HOUR_MS = 3_600_000;
/** It may have been made a moment ago, and not be in its Secret yet. */
const YOUNG_MS = HOUR_MS;
/** The kubelet brings a renewed key to running sidecars within two minutes; one that is cut off from the API server, later. */
const RENEWED_MS = 7 * 24 * HOUR_MS;
/** No Secret of its namespace holds a key: so long after that was seen first. */
const ORPHANED_MS = 24 * HOUR_MS;

export interface Sight {
  /** Ids of the keys that Secrets hold, or are about to. */
  referenced: ReadonlySet<string>;
  /** When a key was first seen to be held by no Secret, by id, milliseconds since 1970. */
  firstSeen: ReadonlyMap<string, number>;
  now: number;
}

/**
 * The keys that nothing has needed for long enough: older than the one that its namespace's Secret holds, which was made a
 * week ago or before; or of a namespace without one, for a day. One that is newer than its Secret's is somebody's whom we do
 * not see, and left to its own end.
 */
export function unneeded(keys: readonly OwnKey[], { referenced, firstSeen, now }: Sight): OwnKey[] {
  const held = new Map<string, number>();
  for (const { id, namespace, createdAt } of keys)
    if (referenced.has(id)) held.set(namespace, Math.max(createdAt, held.get(namespace) ?? 0));
  return keys.filter(({ id, namespace, createdAt }) => {
    if (referenced.has(id) || now - createdAt < YOUNG_MS) return false;
    const renewedAt = held.get(namespace);
    if (renewedAt === undefined) return now - (firstSeen.get(id) ?? now) >= ORPHANED_MS;
    return createdAt < renewedAt && now - renewedAt >= RENEWED_MS;
  });
}

export interface ReaperOptions {
  /** The keys of this cluster that are good. */
  keys: () => Promise<OwnKey[]>;
  invalidate: (ids: readonly string[]) => Promise<void>;
  /** Undefined while it is not known. */
  referenced: () => ReadonlySet<string> | undefined;
  now: () => Date;
  log: Log;
}

/** Invalidates keys that nothing refers to any more: of a namespace that went while the operator was away, say. */
export class Reaper {
  readonly #options: ReaperOptions;
  readonly #firstSeen = new Map<string, number>();

  constructor(options: ReaperOptions) {
    this.#options = options;
  }

  /** How many went. Throws what Elasticsearch's client throws. */
  async reap(): Promise<number> {
    const { keys: list, invalidate, referenced: ask, now, log } = this.#options;
    const keys = await list();
    // Asked after the list: a key that was made and written meanwhile is known.
    const referenced = ask();
    if (!referenced) return 0;
    const time = now().getTime();
    const loose = keys.filter(({ id }) => !referenced.has(id)).map(({ id }) => id);
    for (const id of this.#firstSeen.keys()) if (!loose.includes(id)) this.#firstSeen.delete(id);
    for (const id of loose) if (!this.#firstSeen.has(id)) this.#firstSeen.set(id, time);
    const gone = unneeded(keys, { referenced, firstSeen: this.#firstSeen, now: time });
    if (gone.length === 0) return 0;
    await invalidate(gone.map(({ id }) => id));
    log.info('API keys that nothing refers to were invalidated', { keys: gone.map(({ id }) => id) });
    return gone.length;
  }
}
