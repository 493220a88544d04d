import { MANAGED_BY } from '../api/names.ts';
import type { KubeObject } from './cluster.ts';

/** Of `coordination.k8s.io/v1`: who leads, and how long the others wait when it says nothing. Times are RFC 3339 with microseconds. */
export interface Lease extends KubeObject {
  spec?: {
    /** Absent or empty: it is free. */
    holderIdentity?: string;
    leaseDurationSeconds?: number;
    acquireTime?: string;
    renewTime?: string;
    leaseTransitions?: number;
  };
}

export interface Candidate {
  /** Of the Lease. */
  name: string;
  namespace: string;
  /** Of this process, and of no other one at any time. */
  identity: string;
  durationSeconds: number;
}

/** `take`: of one that is free, or whose holder has been silent for too long. `follow`: another one leads. */
export type Step = 'create' | 'take' | 'renew' | 'follow';

/**
 * What a candidate does next. `unchangedMs` is how long it has seen the Lease as it is, by its own clock: the times that
 * stand in it are of another machine, and are never compared with anything.
 */
export function stepOf(lease: Lease | undefined, candidate: Candidate, unchangedMs: number): Step {
  if (!lease) return 'create';
  const { holderIdentity, leaseDurationSeconds = candidate.durationSeconds } = lease.spec ?? {};
  if (!holderIdentity) return 'take';
  if (holderIdentity === candidate.identity) return 'renew';
  return unchangedMs >= leaseDurationSeconds * 1000 ? 'take' : 'follow';
}

/** The Lease as it is to be written by who takes or renews it. */
export function held(before: Lease | undefined, candidate: Candidate, now: Date): Lease {
  const { name, namespace, identity, durationSeconds } = candidate;
  const time = microTime(now);
  const spec = before?.spec ?? {};
  const renewed = spec.holderIdentity === identity;
  return {
    apiVersion: 'coordination.k8s.io/v1',
    kind: 'Lease',
    metadata: before?.metadata ?? { name, namespace, labels: { [MANAGED_BY.key]: MANAGED_BY.value } },
    spec: {
      ...spec,
      holderIdentity: identity,
      leaseDurationSeconds: durationSeconds,
      acquireTime: (renewed && spec.acquireTime) || time,
      renewTime: time,
      leaseTransitions: (spec.leaseTransitions ?? 0) + (before && !renewed ? 1 : 0),
    },
  };
}

/** The Lease as its holder leaves it: whoever looks next may take it. */
export const released = (lease: Lease): Lease => ({ ...lease, spec: { ...lease.spec, holderIdentity: '' } });

/** The API server takes a `MicroTime` with exactly six digits of a second's fraction. */
const microTime = (time: Date): string => time.toISOString().replace('Z', '000Z');
