import { SIDECAR } from '../../api/names.ts';
import type { KubeObject } from '../cluster.ts';
import { OUR_VOLUMES } from '../inject/pod.ts';
import type { Blocked } from './decide.ts';

/** An Event (core/v1), as far as it is read. */
export interface EventObject extends KubeObject {
  involvedObject: { kind?: string; namespace?: string; name?: string; uid?: string };
  reason?: string;
  message?: string;
  count?: number;
  lastTimestamp?: string | null;
  eventTime?: string | null;
  series?: { count?: number; lastObservedTime?: string } | null;
}

/** What Kubernetes says against our part of a pod: of a controller whose pods are refused, of a pod whose volume cannot be mounted. */
export interface Refusal extends KubeObject {
  /** The object's uid and `Kind/name`. */
  uid: string;
  of: string;
  reason: string;
  message: string;
  count: number;
  /** When it was said last, milliseconds since 1970. */
  at: number;
}

/** The reasons that are watched: of pods that cannot be created, and of pods whose volumes cannot be mounted. */
export const REFUSED = 'FailedCreate';
export const UNMOUNTED = 'FailedMount';

/** A controller tries a dozen times within the first 20 s. A quota that was full by chance is seen at the second pod already. */
const TIMES = 3;
/** What was said longer ago may have been mended. */
const RECENT_MS = 5 * 60_000;

const CONTAINER = new RegExp(`(?<![\\w./-])${SIDECAR}(?![\\w./-])`);

/** What is kept of an Event: undefined unless it names something that is ours. `image`: the sidecar's. */
export function projectRefusal(event: EventObject, image: string): Refusal | undefined {
  const { metadata, involvedObject, reason = '', message = '', series } = event;
  const quoted = OUR_VOLUMES.some((name) => message.includes(`"${name}"`));
  // Of volumes that could not be mounted in time all are listed, also those that wait for another one.
  const isOurs = quoted || (reason === REFUSED && (CONTAINER.test(message) || message.includes(image)));
  if (!isOurs) return undefined;
  const time = series?.lastObservedTime ?? event.lastTimestamp ?? event.eventTime ?? '';
  return {
    metadata: pick(metadata),
    uid: involvedObject.uid ?? '',
    of: `${involvedObject.kind ?? ''}/${involvedObject.name ?? ''}`,
    reason,
    message,
    count: Math.max(1, event.count ?? 0, series?.count ?? 0),
    at: Date.parse(time) || 0,
  };
}

const pick = ({ name, namespace = '', resourceVersion = '' }: KubeObject['metadata']) => ({
  name,
  namespace,
  resourceVersion,
});

/**
 * Those of whom it was said more than once or twice, lately: by the object's uid, the last word of each. Where only a canary
 * is injected (`isProbed`), once is enough: what its controller makes next has no sidecar, and is not refused.
 */
export function persistent(
  refusals: Iterable<Refusal>,
  now: Date,
  isProbed: (namespace: string) => boolean,
): Map<string, Refusal> {
  const found = new Map<string, Refusal>();
  for (const one of refusals) {
    if (now.getTime() - one.at >= RECENT_MS) continue;
    const before = found.get(one.uid);
    const last = before && before.at > one.at ? before : one;
    found.set(one.uid, { ...last, count: one.count + (before?.count ?? 0) });
  }
  const isEnough = ({ count, metadata }: Refusal) => count >= TIMES || isProbed(metadata.namespace ?? '');
  return new Map([...found].filter(([, refusal]) => isEnough(refusal)));
}

/** A controller's pods that are refused for our sake. */
export const blockedBy = ({ metadata, of, reason, message, at }: Refusal, image: string): Blocked => ({
  namespace: metadata.namespace ?? '',
  name: of,
  createdAt: at,
  policy: '',
  reason,
  message,
  image,
});
