import { describe, expect, it } from 'vitest';
import { blockedBy, persistent, projectRefusal, type EventObject } from './refusal.ts';

const NOW = new Date('2026-01-02T00:10:00Z');
const IMAGE = 'registry.example.com/tracewell/sidecar:0.1.0';
const created = (message: string, more: Partial<EventObject> = {}): EventObject => ({
  metadata: { name: 'e1', namespace: 'shop', resourceVersion: '7' },
  involvedObject: { kind: 'ReplicaSet', name: 'cart-5d4', namespace: 'shop', uid: 'u1' },
  reason: 'FailedCreate',
  message,
  count: 1,
  lastTimestamp: '2026-01-02T00:09:00Z',
  ...more,
});
const mounted = (message: string) =>
  created(message, {
    reason: 'FailedMount',
    involvedObject: { kind: 'Pod', name: 'cart-0', namespace: 'shop', uid: 'u2' },
  });

describe('an Event', () => {
  it.each<[string, EventObject, boolean]>([
    [
      'of Pod Security that names our volume',
      created(
        'Error creating: pods "cart-x" is forbidden: violates PodSecurity: hostPath volumes (volume "tracewell-logs")',
      ),
      true,
    ],
    [
      'of Pod Security that names our container',
      created(
        'violates PodSecurity "restricted:latest": runAsNonRoot != true (containers "app", "tracewell" must set …)',
      ),
      true,
    ],
    [
      'of a quota that names our container',
      created('failed quota: q: must specify limits.cpu for: app,tracewell'),
      true,
    ],
    ['of an image policy that names our image', created(`image ${IMAGE} is not signed`), true],
    ['of a quota for the pod as a whole', created('exceeded quota: q, requested: pods=1, used: pods=3'), false],
    ['about a pod with our name in its own', created('pods "tracewell-demo-x" is forbidden'), false],
    ['about the namespace of the operator', created('namespaces "x" in tracewell.dev/y and ns/tracewell'), false],
    [
      'of a volume of ours that cannot be mounted',
      mounted('MountVolume.SetUp failed for volume "tracewell-logs" : hostPath type check failed'),
      true,
    ],
    [
      'of another volume, while ours waits',
      mounted('Unable to attach or mount volumes: unmounted volumes=[data], unattached volumes=[data tracewell-logs]'),
      false,
    ],
  ])('%s is ours: %#', (_, event, expected) => {
    expect(projectRefusal(event, IMAGE) !== undefined).toBe(expected);
  });

  it('is told by its series where it has one', () => {
    const series = { count: 9, lastObservedTime: '2026-01-02T00:09:59.000000Z' };
    const event = created('tracewell', { series, lastTimestamp: null, count: 0 });
    expect(projectRefusal(event, IMAGE)).toMatchObject({ count: 9, at: NOW.getTime() - 1000 });
  });
});

describe('a refusal', () => {
  const never = () => false;
  const refusal = (more: Partial<EventObject> = {}) => projectRefusal(created('tracewell', more), IMAGE)!;

  it.each<[string, Partial<EventObject>[], boolean]>([
    ['said twice', [{ count: 2 }], false],
    ['said three times', [{ count: 3 }], true],
    ['said in three Events of one controller', [{}, {}, {}], true],
    ['said ten times, an hour ago', [{ count: 10, lastTimestamp: '2026-01-01T23:10:00Z' }], false],
    [
      'said of three controllers once each',
      ['a', 'b', 'c'].map((uid) => ({ involvedObject: { kind: 'ReplicaSet', name: uid, uid } })),
      false,
    ],
  ])('%s counts: %#', (_, events, expected) => {
    expect(persistent(events.map(refusal), NOW, never).size > 0).toBe(expected);
  });

  it('of a canary counts the first time', () => {
    expect(persistent([refusal()], NOW, (namespace) => namespace === 'shop').size).toBe(1);
  });

  it('is as good as a pod that waits', () => {
    const [found] = persistent([refusal({ count: 3 })], NOW, never).values();
    expect(blockedBy(found!, IMAGE)).toEqual({
      namespace: 'shop',
      name: 'ReplicaSet/cart-5d4',
      createdAt: NOW.getTime() - 60_000,
      policy: '',
      reason: 'FailedCreate',
      message: 'tracewell',
      image: IMAGE,
    });
  });
});
