import { describe, expect, it } from 'vitest';
import { podOf, policyOf, SETTINGS } from '../../test/operator/objects.ts';
import { inject } from '../inject/patch.ts';
import type { ContainerStatus, Pod } from '../inject/pod.ts';
import { project } from '../reconcile/pods.ts';
import { isReplaced, standingOf } from './standing.ts';

const NOW = new Date('2026-01-02T00:01:00Z');
const EARLY = new Date('2026-01-02T00:00:45Z');
const plain = podOf({ initContainers: [{ name: 'migrate' }] });
const injected = inject(plain, { policy: policyOf(), settings: SETTINGS, now: NOW });

const status = (name: string, state: object = {}, more: object = {}) =>
  ({ name, ready: false, started: false, restartCount: 0, state, ...more }) as unknown as ContainerStatus;
const waiting = (reason: string, message?: string) => ({ waiting: { reason, message } });
const IN_TURN = waiting('PodInitializing');
const ended = { terminated: { exitCode: 1, reason: 'Error', message: 'no\n' } };

/** How a pod stands whose containers have these statuses; those left out wait their turn. */
function standing({ ours = status('tracewell', IN_TURN), migrate = IN_TURN, app = IN_TURN, phase = 'Pending' } = {}) {
  const initContainerStatuses = [ours, status('migrate', migrate)];
  const pod: Pod = {
    ...injected,
    status: { phase, initContainerStatuses, containerStatuses: [status('app', app)] },
  };
  // As the operator's copy has it.
  return standingOf(project(pod), NOW);
}
const ours = (state: object, more: object = {}) => standing({ ours: status('tracewell', state, more) });

describe('a pod whose sidecar', () => {
  it.each([
    'ErrImagePull',
    'ImagePullBackOff',
    'ErrImageNeverPull',
    'InvalidImageName',
    'CreateContainerConfigError',
    'CreateContainerError',
    'RunContainerError',
    'CrashLoopBackOff',
    'AReasonOfTomorrow',
  ])('waits with %s is blocked', (reason) => {
    expect(ours(waiting(reason, 'said the kubelet'))).toEqual({ is: 'blocked', reason, message: 'said the kubelet' });
  });

  it.each(['PodInitializing', 'ContainerCreating', ''])('waits with "%s" is starting', (reason) => {
    expect(ours(waiting(reason))).toEqual({ is: 'starting' });
  });

  it('was not looked at by a kubelet yet is starting', () => {
    expect(standingOf(injected, NOW)).toEqual({ is: 'starting' });
  });

  it('has crashed is blocked, and how it ended is told', () => {
    expect(ours(ended)).toEqual({ is: 'blocked', reason: 'Error', message: 'it ended with exit code 1 (no)' });
  });

  it('is for another architecture is blocked, and told by what the runtime said', () => {
    const lastState = { terminated: { exitCode: 128, reason: 'StartError', message: 'exec format error' } };
    expect(ours(waiting('CrashLoopBackOff', 'back-off 10s'), { lastState, restartCount: 1 })).toEqual({
      is: 'blocked',
      reason: 'CrashLoopBackOff',
      message: 'back-off 10s; it ended with exit code 128 (exec format error)',
    });
  });

  it('runs between two crashes is starting, and only after ten seconds started', () => {
    expect(ours({ running: { startedAt: new Date(NOW.getTime() - 9_000) } })).toEqual({ is: 'starting' });
    expect(ours({ running: { startedAt: EARLY } })).toEqual({ is: 'started' });
  });

  it('crashes now, but let another init container run before, has started', () => {
    expect(standing({ ours: status('tracewell', ended), migrate: ended as never })).toEqual({ is: 'started' });
  });

  describe('crashes while its application runs', () => {
    const running = { running: { startedAt: EARLY } };
    const crashing = (app: ContainerStatus, { since = '2026-01-02T00:00:05Z', lastedS = 1 } = {}) => {
      const startedAt = new Date('2026-01-02T00:00:20Z');
      const finishedAt = new Date(startedAt.getTime() + lastedS * 1000);
      const lastState = { terminated: { exitCode: 1, startedAt, finishedAt } };
      const initContainerStatuses = [
        status('tracewell', waiting('CrashLoopBackOff', 'back-off'), { lastState, restartCount: 3 }),
      ];
      const conditions = [
        { type: 'Initialized', status: 'True', lastTransitionTime: since },
        { type: 'Ready', status: 'False', lastTransitionTime: '2026-01-02T00:00:21Z' },
      ];
      const phase = 'Running';
      const pod: Pod = {
        ...injected,
        status: { phase, conditions, initContainerStatuses, containerStatuses: [app] },
      };
      return standingOf(project(pod), NOW);
    };
    const ready = status('app', running, { ready: true });

    it('is blocked: the pod is not ready without it', () => {
      expect(crashing(ready)).toEqual({
        is: 'blocked',
        reason: 'CrashLoopBackOff',
        message: 'back-off; it ended with exit code 1',
      });
    });

    it.each([
      ['ran for a while before', { lastedS: 10 }],
      ['is in a pod of ten minutes ago', { since: '2026-01-01T23:51:00Z' }],
    ])('has started when it %s: that is another matter', (_, given) => {
      expect(crashing(ready, given)).toEqual({ is: 'started' });
    });

    it.each([
      ['is not ready by itself', running, {}],
      ['has ended', ended, {}],
      ['crashes, too', waiting('CrashLoopBackOff'), { restartCount: 1 }],
    ])('is not judged while the application %s', (_, app, more) => {
      expect(crashing(status('app', app, more))).toEqual({ is: 'starting' });
    });
  });

  it('belongs to a Job that is done has started, though it ran for a moment only', () => {
    expect(standing({ phase: 'Succeeded' })).toEqual({ is: 'started' });
  });

  it("waits behind a mesh's init container is starting, though that has run", () => {
    const mesh = inject(podOf({ initContainers: [{ name: 'istio-init' }] }), {
      policy: policyOf(),
      settings: SETTINGS,
      now: NOW,
    });
    const initContainerStatuses = [status('istio-init', ended), status('tracewell', IN_TURN)];
    expect(standingOf({ ...mesh, status: { phase: 'Pending', initContainerStatuses } }, NOW)).toEqual({
      is: 'starting',
    });
  });

  it.each([
    ['is not there', plain],
    ['has failed', { ...injected, status: { phase: 'Failed' } }],
    [
      'is being deleted',
      { ...injected, metadata: { ...injected.metadata, deletionTimestamp: '2026-01-02T00:00:00Z' } },
    ],
  ])('%s stands in nobody’s way', (_, pod) => {
    expect(standingOf(pod, NOW)).toBeUndefined();
  });
});

it.each([
  ['apps/v1', 'ReplicaSet', true],
  ['apps/v1', 'StatefulSet', true],
  ['apps/v1', 'DaemonSet', true],
  ['v1', 'ReplicationController', true],
  ['batch/v1', 'Job', false],
  ['apps.kruise.io/v1beta1', 'StatefulSet', false],
  ['tekton.dev/v1', 'TaskRun', false],
])('a pod of a %s %s is replaced at once: %s', (apiVersion, kind, expected) => {
  const owner = { apiVersion, kind, name: 'cart', uid: 'u', controller: true };
  expect(isReplaced(podOf({}, { ownerReferences: [owner] }))).toBe(expected);
  expect(isReplaced(podOf({}, { ownerReferences: [{ ...owner, controller: false }] }))).toBe(false);
});

it('a bare pod is not replaced', () => {
  expect(isReplaced(podOf())).toBe(false);
});
