import type { PolicyStatus } from '../../api/policy.ts';
import type { Latest } from './latest.ts';

export type Configuration = NonNullable<PolicyStatus['configuration']>;

/** Sidecars that hold their records for one reason. */
export interface Held {
  reason: string;
  count: number;
  /** `<namespace>/<pod>` of the first by name. */
  example: string;
}

/** How a policy's sidecars stand together, by their latest reports. */
export interface Sidecars {
  configuration: Configuration;
  /** Those that wait for a configuration. */
  waiting: number;
  /** By reason, those of most sidecars first. */
  held: Held[];
}

/** A leader that is new has heard of no sidecar yet; within this time every one reports that can. */
export const HEARD_MS = 60_000;

/** `revision`: what the sidecars are told now. */
export function sidecarsOf(revision: string, reports: Iterable<Pick<Latest, 'pod' | 'head'>>): Sidecars {
  const configuration = { revision, loaded: 0, reporting: 0 };
  const held = new Map<string, Held>();
  let waiting = 0;
  for (const { pod, head } of reports) {
    configuration.reporting++;
    if (head.revision === revision) configuration.loaded++;
    if (head.state === 'WaitingForConfiguration') waiting++;
    if (head.state !== 'Holding') continue;
    const { reason = 'unknown' } = head;
    const example = `${pod.namespace}/${pod.name}`;
    const before = held.get(reason);
    if (before) before.count++;
    if (before && example < before.example) before.example = example;
    if (!before) held.set(reason, { reason, count: 1, example });
  }
  const order = (a: Held, b: Held) => b.count - a.count || (a.reason < b.reason ? -1 : 1);
  return { configuration, waiting, held: [...held.values()].sort(order) };
}

/** What stood before counts on while a new leader (`ageMs`) has heard of fewer: who leads is no news of a sidecar. */
export function afterHandover(found: Configuration, before: Configuration | undefined, ageMs: number): Configuration {
  const counts = before?.revision === found.revision && ageMs < HEARD_MS;
  return counts && before.loaded > found.loaded ? before : found;
}
