import { describe, expect, it } from 'vitest';
import { held, released, stepOf, type Candidate, type Lease } from './lease.ts';

const me: Candidate = { name: 'tracewell', namespace: 'ops', identity: 'me', durationSeconds: 15 };
const NOW = new Date('2026-01-02T03:04:05.678Z');
const leaseOf = (spec: Lease['spec']): Lease => ({
  metadata: { name: 'tracewell', namespace: 'ops', resourceVersion: '7', labels: { team: 'a' } },
  ...(spec ? { spec } : {}),
});

describe('a candidate', () => {
  it.each<[string, Lease | undefined, number, string]>([
    ['creates what is not there', undefined, 0, 'create'],
    ['takes one without a spec', leaseOf(undefined), 0, 'take'],
    ['takes one that is free', leaseOf({ holderIdentity: '' }), 0, 'take'],
    ['renews its own', leaseOf({ holderIdentity: 'me', leaseDurationSeconds: 15 }), 0, 'renew'],
    ['renews its own, however old', leaseOf({ holderIdentity: 'me', leaseDurationSeconds: 15 }), 1e9, 'renew'],
    ['follows another', leaseOf({ holderIdentity: 'other', leaseDurationSeconds: 20 }), 19_999, 'follow'],
    ['takes over from a silent one', leaseOf({ holderIdentity: 'other', leaseDurationSeconds: 20 }), 20_000, 'take'],
    ['waits its own time where none is said', leaseOf({ holderIdentity: 'other' }), 14_999, 'follow'],
    ['and no longer', leaseOf({ holderIdentity: 'other' }), 15_000, 'take'],
  ])('%s', (_, lease, unchangedMs, step) => {
    expect(stepOf(lease, me, unchangedMs)).toBe(step);
  });

  it.each(['1970-01-01T00:00:00.000000Z', '2999-01-01T00:00:00.000000Z'])(
    'does not look at what other clocks say: %s',
    (renewTime) => {
      const lease = leaseOf({ holderIdentity: 'other', leaseDurationSeconds: 15, renewTime });
      expect([stepOf(lease, me, 0), stepOf(lease, me, 15_000)]).toEqual(['follow', 'take']);
    },
  );
});

describe('the Lease', () => {
  it('is created with our label, in microseconds', () => {
    expect(held(undefined, me, NOW)).toEqual({
      apiVersion: 'coordination.k8s.io/v1',
      kind: 'Lease',
      metadata: { name: 'tracewell', namespace: 'ops', labels: { 'app.kubernetes.io/managed-by': 'tracewell' } },
      spec: {
        holderIdentity: 'me',
        leaseDurationSeconds: 15,
        acquireTime: '2026-01-02T03:04:05.678000Z',
        renewTime: '2026-01-02T03:04:05.678000Z',
        leaseTransitions: 0,
      },
    });
  });

  it('keeps since when it is held, and its version, when it is renewed', () => {
    const before = held(leaseOf({ holderIdentity: 'other', leaseTransitions: 4 }), me, NOW);
    expect(before).toMatchObject({ metadata: { resourceVersion: '7', labels: { team: 'a' } } });
    const renewed = held(before, me, new Date(NOW.getTime() + 2000));
    expect(renewed.spec).toEqual({ ...before.spec, renewTime: '2026-01-02T03:04:07.678000Z' });
    expect(renewed.spec!.leaseTransitions).toBe(5);
  });

  it('is free for the next candidate once it is released', () => {
    expect(stepOf(released(held(undefined, { ...me, identity: 'other' }, NOW)), me, 0)).toBe('take');
  });
});
