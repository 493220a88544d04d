import { ANNOTATION } from '../../api/names.ts';
import type { Policy } from '../../api/policy.ts';
import { isInjected, type Pod } from '../inject/pod.ts';
import { stemOf } from '../policy/accept.ts';
import { govern } from '../policy/govern.ts';
import { hasEnded } from '../reconcile/pods.ts';

/** A running pod whose annotation is to name another policy; null: none. */
export interface Change {
  pod: Pod;
  policy: string | null;
}

export interface FollowOptions {
  /** Those that reach the namespace. */
  policies: readonly Policy[];
  /** Stems of policies that are there and not accepted: whose pods they were go on with what they said before. */
  refused: readonly string[];
  /** Whether sidecars of the namespace can find a policy's configuration: there is no use in a name without it. */
  isConfigured: (stem: string) => boolean;
}

/**
 * The running pods that are governed by another policy than their annotation says, which the sidecar reads live: because
 * policies came, changed or went, because the pod's labels did, or because somebody wrote there.
 */
export function changesOf(pods: Iterable<Pod>, { policies, refused, isConfigured }: FollowOptions): Change[] {
  const known = new Set(policies.map(stemOf));
  const changes: Change[] = [];
  for (const pod of pods) {
    if (!isInjected(pod) || hasEnded(pod) || pod.metadata.deletionTimestamp) continue;
    const said = pod.metadata.annotations?.[ANNOTATION.policy];
    if (said !== undefined && refused.includes(said)) continue;
    const governing = govern(policies, pod.metadata.labels ?? {});
    const policy = governing ? stemOf(governing) : null;
    // One that is gone has no configuration any more, by which the sidecar knows: it may come back.
    const isRight = policy === null ? said === undefined || !known.has(said) : policy === said || !isConfigured(policy);
    if (!isRight) changes.push({ pod, policy });
  }
  return changes;
}
