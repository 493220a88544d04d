import type { Log } from '../../runtime/log.ts';
import { displayName, type Pod } from '../inject/pod.ts';
import { controllerOf, isReplaced } from './standing.ts';
import type { Entry } from './state.ts';

/** A pod that was injected and is not seen by then was refused by somebody else, and another one is tried. */
const LOST_MS = 60_000;
/** A Job counts a canary that is stuck as a failure of its own: its pods are tried only where nothing else comes. */
const JOB_MS = 5 * 60_000;

/** The API server keeps its connections, and may ask one replica only: after so long it may be another one than the leader. */
const LATE_MS = 60_000;

/** Hands out the one pod that is injected while a breaker is half-open. */
export class Canaries {
  readonly #log: Log;
  /** By scope: for which probe, and when. */
  readonly #taken = new Map<string, { probedAt: string | undefined; at: number }>();

  constructor(log: Log) {
    this.#log = log;
  }

  /** On a replica that does not lead, which does not know what the leader has tried: when that has found none for a while. */
  takeLate(stop: { scope: string; entry: Entry } | undefined, pod: Pod, now: Date): boolean {
    if (stop?.entry.phase !== 'half-open') return false;
    return now.getTime() - Date.parse(stop.entry.since) >= LATE_MS && this.take(stop, pod, now);
  }

  /** Whether it is this one. A pod that nothing would create again is never one. */
  take({ scope, entry }: { scope: string; entry: Entry }, pod: Pod, now: Date): boolean {
    const waitedMs = now.getTime() - Date.parse(entry.since);
    const owner = controllerOf(pod);
    const isJob = owner?.kind === 'Job' && owner.apiVersion.startsWith('batch/');
    if (!isReplaced(pod) && !(isJob && waitedMs >= JOB_MS)) return false;
    const before = this.#taken.get(scope);
    if (before && before.probedAt === entry.probedAt && now.getTime() - before.at < LOST_MS) return false;
    this.#taken.set(scope, { probedAt: entry.probedAt, at: now.getTime() });
    const { namespace = '' } = pod.metadata;
    this.#log.info('a pod is injected to see whether its sidecar starts', { namespace, pod: displayName(pod) });
    return true;
  }
}
