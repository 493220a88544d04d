import { ANNOTATION, SIDECAR } from '../../api/names.ts';
import { displayName, isOurs, type Pod } from '../inject/pod.ts';
import { createdAt, isPatient, type BlockedPod } from './blocked.ts';
import type { Blocked, Evidence, Sighting } from './decide.ts';
import { blockedBy, type Refusal } from './refusal.ts';
import { standingOf, type Standing } from './standing.ts';

/** Proof of what is so today is not older than this. */
const RECENT_MS = 10 * 60_000;

interface Running extends Sighting {
  policy: string;
  revision: string | undefined;
  /** Of the sidecar. */
  startedAt: number;
}

export interface LookOptions {
  now: Date;
  /** What Kubernetes says again and again against our part of pods, by the object's uid. */
  refusals: ReadonlyMap<string, Refusal>;
  /** What a policy's pods are injected with today; undefined: the policy is not there. */
  revisionOf: (namespace: string, policy: string) => string | undefined;
  /** The sidecar's, today. */
  image: string;
}

export interface Seen {
  evidence: Evidence;
  /** All that are, also those that are no evidence. */
  blocked: readonly BlockedPod[];
  /** Pods that were injected as pods are today, and have not started yet. */
  waiting: readonly Sighting[];
}

/** What is known of injected pods: told of every change, it needs no list. */
export class Sightings {
  /** By uid, until the application was started; since when it was seen blocked. */
  readonly #waiting = new Map<string, { pod: Pod; blockedSince?: number }>();
  readonly #running = new Map<string, Running>();

  podChanged(now: Pod | undefined, before: Pod | undefined, time: Date): void {
    const { uid = '' } = (now ?? before)!.metadata;
    const standing = now && standingOf(now, time);
    if (!standing) this.#forget(uid);
    else this.#take(uid, now, standing, time);
  }

  /** Nothing that could be evidence has been seen. */
  get isQuiet(): boolean {
    return this.#waiting.size === 0;
  }

  clear(): void {
    this.#waiting.clear();
    this.#running.clear();
  }

  look({ now, refusals, revisionOf, image }: LookOptions): Seen {
    const isCurrent = (namespace: string, policy: string, revision: string | undefined) =>
      revision === undefined || revisionOf(namespace, policy) === revision;
    const blocked: BlockedPod[] = [];
    const waiting: Sighting[] = [];
    for (const [uid, { pod }] of this.#waiting) {
      const standing = mountedOr(refusals.get(uid), standingOf(pod, now));
      if (!standing) continue;
      this.#take(uid, pod, standing, now);
      if (standing.is === 'started') continue;
      const { namespace, policy, revision } = sightingOf(pod);
      const isToday = isCurrent(namespace, policy, revision);
      const { blockedSince = now.getTime() } = this.#waiting.get(uid) ?? {};
      if (standing.is === 'blocked')
        blocked.push({ ...standing, pod, image: imageOf(pod), since: blockedSince, isCurrent: isToday });
      if (isToday) waiting.push(sightingOf(pod));
    }
    const running = [...this.#running.values()].filter((one) => isCurrent(one.namespace, one.policy, one.revision));
    const refused = [...refusals.values()].filter(({ of }) => !of.startsWith('Pod/'));
    const evidence: Evidence = {
      blocked: [
        ...blocked.filter((one) => one.isCurrent && !isPatient(one, now)).map(evidenceOf),
        ...refused.map((refusal) => blockedBy(refusal, image)),
      ],
      started: running.filter(({ startedAt }) => now.getTime() - startedAt < RECENT_MS),
      runningOn: [...new Set(running.flatMap(({ node }) => node ?? []))],
    };
    return { evidence, blocked, waiting };
  }

  #take(uid: string, pod: Pod, standing: Standing, time: Date): void {
    if (standing.is === 'started') {
      this.#waiting.delete(uid);
      const ours = pod.status?.initContainerStatuses?.find(({ name }) => name === SIDECAR);
      const startedAt = new Date(ours?.state?.running?.startedAt ?? createdAt(pod)).getTime();
      this.#running.set(uid, { ...sightingOf(pod), startedAt });
      return;
    }
    this.#running.delete(uid);
    // A crash and the next try, a pull and the pause after it: all of that is one wait.
    const { blockedSince } = this.#waiting.get(uid) ?? {};
    const since = blockedSince ?? (standing.is === 'blocked' ? time.getTime() : undefined);
    this.#waiting.set(uid, { pod, ...(since === undefined ? {} : { blockedSince: since }) });
  }

  #forget(uid: string): void {
    this.#waiting.delete(uid);
    this.#running.delete(uid);
  }
}

/** A volume of ours that cannot be mounted shows in no status. */
const mountedOr = (refusal: Refusal | undefined, standing: Standing | undefined): Standing | undefined =>
  refusal && standing?.is === 'starting'
    ? { is: 'blocked', reason: refusal.reason, message: refusal.message }
    : standing;

function sightingOf(pod: Pod): Omit<Running, 'startedAt'> {
  const { namespace = '', annotations = {} } = pod.metadata;
  return {
    namespace,
    name: displayName(pod),
    createdAt: createdAt(pod),
    node: pod.spec.nodeName,
    policy: annotations[ANNOTATION.policy] ?? '',
    revision: annotations[ANNOTATION.revision],
  };
}

const imageOf = ({ spec }: Pod): string => spec.initContainers?.find(isOurs)?.image ?? '';

function evidenceOf({ pod, reason, message, image }: BlockedPod): Blocked {
  const { namespace, name, createdAt: at, node, policy } = sightingOf(pod);
  return { namespace, name, createdAt: at, node, policy, reason, message, image };
}
