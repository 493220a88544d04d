import { isReady, type Pod } from '../inject/pod.ts';
import type { Candidate } from './candidate.ts';
import { createdAt } from './candidate.ts';

/** A controller's pods, as far as its rollout goes. */
export interface Workload {
  /** `shop/Deployment/cart`. */
  key: string;
  /** That have not ended; those that are going, too. */
  pods: readonly Pod[];
  /** Those that may be evicted. */
  candidates: readonly Candidate[];
  /** Of the policy: another one makes a new start. */
  revision: string;
}

/** What was done about a workload so far. Times in milliseconds since 1970. */
export interface Attempt {
  revision: string;
  /** uids of the pods that were there when the first of them was evicted. */
  known: ReadonlySet<string>;
  evicted: ReadonlySet<string>;
  /** When the last of them was; undefined: nothing is under way. */
  at: number | undefined;
  /** Pods that were ready were evicted. */
  isRoll: boolean;
  /** In a row. */
  failures: number;
  /** Nothing is evicted before. */
  notBefore: number;
}

/** Pods that were evicted are replaced and ready by then, or the attempt has failed. */
const STALLED_MS = 10 * 60_000;
/** A workload may have become smaller meanwhile. */
const REPLACED_MS = 60_000;
/** After the first failure; then twice as long each time. */
const PAUSE_MS = 10 * 60_000;
/** Failures in a row, after which it is left alone. */
const TRIES = 3;
/** A disruption budget is asked again after this long. */
const BLOCKED_MS = 10_000;

const fresh = (revision: string): Attempt => ({
  revision,
  known: new Set(),
  evicted: new Set(),
  at: undefined,
  isRoll: false,
  failures: 0,
  notBefore: 0,
});

/** The attempt after what became of it, and why it has failed just now; undefined: there is nothing to remember. */
export function progress(
  workload: Workload,
  before: Attempt | undefined,
  now: number,
): { attempt: Attempt | undefined; failed?: string } {
  if (!before || before.revision !== workload.revision) return { attempt: undefined };
  if (before.at === undefined) return { attempt: before };
  const again = workload.candidates.find(({ pod }) => !before.known.has(uidOf(pod)));
  if (again)
    return fail(before, now, `${again.pod.metadata.name} came in its place, and is not as it should be either`);
  if (isSettled(workload, before, now)) return { attempt: undefined };
  return now - before.at > STALLED_MS
    ? fail(before, now, 'the pods that came in their place are not ready after ten minutes')
    : { attempt: before };
}

function fail(before: Attempt, now: number, failed: string): { attempt: Attempt; failed: string } {
  const failures = before.failures + 1;
  const notBefore = failures >= TRIES ? Infinity : now + PAUSE_MS * 2 ** (failures - 1);
  return { attempt: { ...before, at: undefined, failures, notBefore }, failed };
}

/**
 * Whose turn it is. A pod that is not ready serves nobody, and waits for nothing; of the others go `spec.rollout.maxUnavailable`
 * at once, when all pods of the workload are there and ready, and none is being replaced. `mayRoll`: no other workload is
 * being rolled.
 */
export function choose(workload: Workload, attempt: Attempt | undefined, now: number, mayRoll: boolean): Candidate[] {
  if (attempt && now < attempt.notBefore) return [];
  const waiting = workload.candidates.filter(({ pod }) => !attempt?.evicted.has(uidOf(pod))).toSorted(byNeed);
  const idle = waiting.filter(({ isIdle }) => isIdle);
  if (idle.length > 0) return idle;
  const [first] = waiting;
  if (!first || !isSettled(workload, attempt, now)) return [];
  const { mode, maxUnavailable } = first.policy.spec.rollout;
  const { length } = workload.pods;
  if (mode === 'Evict') return mayRoll ? waiting.slice(0, allowed(maxUnavailable, length)) : [];
  return waiting.slice(0, Math.min(allowed(maxUnavailable, length), length - 1));
}

/** The attempt after these of its pods were evicted. */
export function evicted(workload: Workload, before: Attempt | undefined, pods: readonly Pod[], now: number): Attempt {
  const attempt = before ?? fresh(workload.revision);
  const isFirst = attempt.at === undefined;
  const uids = new Set(pods.map(uidOf));
  return {
    ...attempt,
    known: isFirst ? new Set(liveOf(workload).map(uidOf)) : attempt.known,
    evicted: new Set([...attempt.evicted, ...uids]),
    at: now,
    isRoll: pods.some(isReady) || (!isFirst && attempt.isRoll),
  };
}

/** The attempt after a disruption budget, or the API server, said: not now. */
export const blocked = (workload: Workload, before: Attempt | undefined, now: number): Attempt => ({
  ...(before ?? fresh(workload.revision)),
  notBefore: now + BLOCKED_MS,
});

export const isRolling = (attempt: Attempt | undefined): boolean => attempt?.at !== undefined && attempt.isRoll;

/** Nothing is under way: no pod is going, missing or not ready, and the workload is no longer or not yet in a rollout of its own. */
function isSettled(workload: Workload, attempt: Attempt | undefined, now: number): boolean {
  const live = liveOf(workload);
  if (live.length < workload.pods.length || !live.every(isReady)) return false;
  if (new Set(live.map(({ metadata }) => metadata.ownerReferences?.find(({ controller }) => controller)?.uid)).size > 1)
    return false;
  if (attempt?.at === undefined) return true;
  return live.length >= attempt.known.size || now - attempt.at > REPLACED_MS;
}

const liveOf = ({ pods }: Workload): Pod[] => pods.filter(({ metadata }) => !metadata.deletionTimestamp);

/** `3`, or `25%` of so many, rounded down; at least one. */
export function allowed(maxUnavailable: unknown, of: number): number {
  const text = String(maxUnavailable);
  const value = Number.parseInt(text, 10);
  return Math.max(1, text.endsWith('%') ? Math.floor((of * value) / 100) : value);
}

/** Those without a sidecar first; then the last of a StatefulSet, as it goes about it itself; then the oldest. */
function byNeed(a: Candidate, b: Candidate): number {
  return (
    Number(a.isOutdated) - Number(b.isOutdated) ||
    ordinalOf(b.pod) - ordinalOf(a.pod) ||
    createdAt(a.pod) - createdAt(b.pod) ||
    ((a.pod.metadata.name ?? '') < (b.pod.metadata.name ?? '') ? -1 : 1)
  );
}

function ordinalOf({ metadata: { name = '', ownerReferences = [] } }: Pod): number {
  const isStateful = ownerReferences.some(({ kind, controller }) => controller && kind === 'StatefulSet');
  return isStateful ? Number(/-(\d+)$/.exec(name)?.[1] ?? 0) : 0;
}

const uidOf = ({ metadata: { uid = '' } }: Pod): string => uid;
