import * as z from 'zod';

/** The scope of the whole cluster; every other scope is a namespace's name. */
export const CLUSTER = '';

const time = z.iso.datetime();
const entry = z.object({
  /** Open: nothing is injected. Half-open: one pod, to see what becomes of it. Closed: all is well again, and remembered. */
  phase: z.enum(['open', 'half-open', 'closed']),
  /** When it came to this phase. */
  since: time,
  /** How often it opened, with no hour of peace between: each wait is longer than the one before. */
  openings: z.number().int().min(1),
  /** When it was half-open last: what is older was known then, and says nothing new. */
  probedAt: time.optional(),
  /** What was injected: the governing policy's stem, and a hash of all that the sidecar was made from. */
  tried: z.object({ policy: z.string(), hash: z.string() }),
  /** What went wrong, as the kubelet or the API server says it. */
  reason: z.string(),
  message: z.string(),
  image: z.string(),
  /** One pod, or one controller whose pods are refused: `cart-0`, `ReplicaSet/cart-5d4`, with its namespace. */
  example: z.string(),
  /** On which nodes it went wrong; some of them. */
  nodes: z.array(z.string()),
});

/** How the breaker of one scope stands. */
export type Entry = z.output<typeof entry>;
/** All breakers that are not closed, or were not within the hour, by scope. */
export type State = Readonly<Record<string, Entry>>;

const state = z.record(z.string(), entry);

/** Of the ConfigMap that all replicas watch. Throws with what is wrong: it is written by the operator alone. */
export const parseState = (text: string): State => state.parse(JSON.parse(text));

/** Nothing but canaries is injected. */
export const isStopped = (one: Entry | undefined): one is Entry => one !== undefined && one.phase !== 'closed';

/** Those that came, went, or came to another phase. */
export function changedScopes(now: State, before: State): string[] {
  const scopes = new Set([...Object.keys(now), ...Object.keys(before)]);
  return [...scopes].filter((scope) => {
    const [is, was] = [now[scope], before[scope]];
    return is?.phase !== was?.phase || is?.since !== was?.since;
  });
}

/** What stops injection in a namespace; undefined: nothing. */
export function stopOf(all: State, namespace: string): { scope: string; entry: Entry } | undefined {
  for (const scope of [CLUSTER, namespace]) {
    const found = all[scope];
    if (isStopped(found)) return { scope, entry: found };
  }
  return undefined;
}
