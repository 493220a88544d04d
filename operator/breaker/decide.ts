import { CLUSTER, isStopped, type Entry, type State } from './state.ts';

/** Something of a pod that was injected as pods are today. Times in milliseconds since 1970. */
export interface Sighting {
  namespace: string;
  /** The pod's, or `Kind/name` of a controller whose pods are refused. */
  name: string;
  createdAt: number;
  /** Absent where there is no pod, or none that was scheduled. */
  node?: string | undefined;
}
/** What our container keeps from starting, and did not only for a moment. */
export interface Blocked extends Sighting {
  /** The governing policy's stem. */
  policy: string;
  reason: string;
  message: string;
  image: string;
}
export interface Evidence {
  blocked: readonly Blocked[];
  /** Lately. */
  started: readonly Sighting[];
  /** Nodes on which such sidecars run, whenever they started. */
  runningOn: readonly string[];
}

export interface Around {
  now: Date;
  /** A hash of all that a sidecar is made from today; undefined: that policy is no longer there. */
  hashOf: (scope: string, policy: string) => string | undefined;
  /** Whether the namespace is there and not going. */
  isThere: (namespace: string) => boolean;
}

/** The first wait is longer than a rollout that is under way needs, so that a canary does not hold it up a second time. */
const WAIT_MS = 60_000;
/** An hour's silence is found by people; a canary that is stuck twice an hour is not. */
const WAIT_AT_MOST_MS = 30 * 60_000;
/** After so long without trouble the waits begin anew. */
const FORGET_MS = 60 * 60_000;
/** Clocks of the API server and of ours differ; while a breaker is open nothing else is injected, for longer than this. */
const SKEW_MS = 15_000;
/** Two namespaces can have a fault in common; with three it is in what they share, the sidecar. */
const NAMESPACES = 3;
/** So many open breakers are one, whatever their nodes: the ConfigMap has 1 MiB. */
const NAMESPACES_AT_MOST = 200;
const NODES_AT_MOST = 16;
const MESSAGE_AT_MOST = 600;

/**
 * What the breakers' state becomes by what is seen. A namespace opens when a single pod waits for our container: that pod is
 * somebody's application. The cluster opens when that happens in three namespaces, and not where a few nodes are to blame
 * while sidecars start on others. Half-open, the first canary decides.
 */
export function decide(state: State, evidence: Evidence, around: Around): State {
  const cluster = settle(CLUSTER, state[CLUSTER], evidence, around);
  if (isStopped(cluster)) return { [CLUSTER]: cluster };
  const next: Record<string, Entry> = cluster ? { [CLUSTER]: cluster } : {};
  const known = isStopped(state[CLUSTER]) ? [] : Object.keys(state).filter((scope) => scope !== CLUSTER);
  for (const namespace of new Set([...known, ...evidence.blocked.map((one) => one.namespace)])) {
    if (!around.isThere(namespace)) continue;
    const own = only(evidence, (one) => one.namespace === namespace && isFresh(one, cluster));
    const before = state[namespace];
    const entry = settle(namespace, before, own, around);
    const { blocked } = only(own, (one) => isFresh(one, entry));
    if (isStopped(entry)) next[namespace] = entry;
    // What closed just now is looked at again with the next evidence.
    else if (blocked.length > 0 && !isStopped(before)) next[namespace] = opened(namespace, entry, blocked, around);
    else if (entry) next[namespace] = entry;
  }
  const open = Object.entries(next).flatMap(([scope, entry]) => (scope !== CLUSTER && isStopped(entry) ? [entry] : []));
  // Only with news: that sidecars start nowhere else may mean that no pod is created.
  const isNews = Object.entries(next).some(([scope, { openings }]) => openings > (state[scope]?.openings ?? 0));
  return isNews && isEverywhere(open, evidence) ? { [CLUSTER]: spread(open, cluster, around) } : next;
}

/** An entry after time, a change of what is injected, or its canary has had its say; undefined when it can be forgotten. */
function settle(scope: string, entry: Entry | undefined, evidence: Evidence, around: Around): Entry | undefined {
  if (!entry) return undefined;
  const { now, hashOf } = around;
  const since = now.toISOString();
  const lastedMs = now.getTime() - Date.parse(entry.since);
  if (entry.phase === 'closed') return lastedMs < FORGET_MS ? entry : undefined;
  const hash = hashOf(scope, entry.tried.policy) ?? '';
  const probe: Entry = { ...entry, phase: 'half-open', since, probedAt: since, tried: { ...entry.tried, hash } };
  if (hash !== entry.tried.hash) return probe;
  if (entry.phase === 'open') return lastedMs >= waitMs(entry) ? probe : entry;
  const { blocked, started } = only(evidence, (one) => isFresh(one, entry));
  if (started.length > 0) return { ...entry, phase: 'closed', since };
  return blocked.length > 0 ? opened(scope, entry, blocked, around) : entry;
}

/** How long an open breaker waits before it tries a canary. */
export const waitMs = ({ openings }: Entry): number => Math.min(WAIT_AT_MOST_MS, WAIT_MS * 2 ** (openings - 1));

/** Whether it tells of something after the last probe, and not of what was known then. */
export const isFresh = ({ createdAt }: Pick<Sighting, 'createdAt'>, entry: Entry | undefined): boolean =>
  entry?.probedAt === undefined || createdAt >= Date.parse(entry.probedAt) - SKEW_MS;

function opened(scope: string, before: Entry | undefined, blocked: readonly Blocked[], { now, hashOf }: Around): Entry {
  const [first] = blocked;
  const { namespace, name, policy, reason, message, image } = first!;
  const nodes = [...new Set(blocked.flatMap(({ node }) => node ?? []))].toSorted().slice(0, NODES_AT_MOST);
  const tried = scope === CLUSTER ? '' : policy;
  return {
    phase: 'open',
    since: now.toISOString(),
    openings: (before?.openings ?? 0) + 1,
    ...(before?.probedAt ? { probedAt: before.probedAt } : {}),
    tried: { policy: tried, hash: hashOf(scope, tried) ?? '' },
    reason,
    message: message.slice(0, MESSAGE_AT_MOST),
    image,
    example: `${namespace}/${name}`,
    nodes,
  };
}

/**
 * Whether what befell some namespaces will befall the others. Not where a single node is to blame, or a few of them while
 * sidecars start on as many others.
 */
function isEverywhere(open: readonly Entry[], { started, runningOn }: Evidence): boolean {
  if (open.length >= NAMESPACES_AT_MOST) return true;
  if (open.length < NAMESPACES) return false;
  const bad = new Set(open.flatMap(({ nodes }) => nodes));
  if (bad.size === 1) return runningOn.every((node) => bad.has(node));
  const good = new Set(started.flatMap(({ node }) => (node === undefined || bad.has(node) ? [] : [node])));
  return good.size === 0 || bad.size > good.size;
}

/** The cluster's breaker, for the reason of the namespace that opened last. */
function spread(open: readonly Entry[], before: Entry | undefined, { now, hashOf }: Around): Entry {
  const { probedAt: _, ...last } = open.toSorted((a, b) => Date.parse(a.since) - Date.parse(b.since)).at(-1)!;
  const nodes = [...new Set(open.flatMap((one) => one.nodes))].toSorted().slice(0, NODES_AT_MOST);
  return {
    ...last,
    phase: 'open',
    since: now.toISOString(),
    openings: (before?.openings ?? 0) + 1,
    ...(before?.probedAt ? { probedAt: before.probedAt } : {}),
    tried: { policy: '', hash: hashOf(CLUSTER, '') ?? '' },
    nodes,
  };
}

const only = ({ blocked, started, runningOn }: Evidence, is: (one: Sighting) => boolean): Evidence => ({
  runningOn,
  blocked: blocked.filter(is),
  started: started.filter(is),
});
