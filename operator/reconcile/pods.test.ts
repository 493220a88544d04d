import { expect, it } from 'vitest';
import { podOf, policyOf, SETTINGS, SURROUNDINGS } from '../../test/operator/objects.ts';
import { inject } from '../inject/patch.ts';
import { isInjected, isOurs, type Pod } from '../inject/pod.ts';
import { skipOf } from '../inject/skip.ts';
import { hasEnded, project } from './pods.ts';

const policy = policyOf();
const injected = inject(podOf(), { policy, settings: SETTINGS, now: new Date(0) });

it('what no decision reads is dropped', () => {
  const pod = podOf(
    {
      volumes: [{ name: 'data', emptyDir: {} }],
      containers: [
        {
          name: 'app',
          image: 'cart:1',
          env: [{ name: 'A' }],
          command: ['x'],
          volumeMounts: [{ name: 'data', mountPath: '/d' }],
        },
      ],
    },
    {
      annotations: { 'example.com/big': 'x'.repeat(1000), 'tracewell.dev/policy': 'TracingPolicy.all' },
      managedFields: [{}],
    },
  );
  expect(project(pod)).toEqual({
    metadata: {
      name: 'cart-0',
      namespace: 'shop',
      labels: { app: 'cart' },
      annotations: { 'tracewell.dev/policy': 'TracingPolicy.all' },
    },
    spec: { containers: [{ name: 'app', image: 'cart:1' }], initContainers: [], volumes: [] },
    status: { conditions: [], initContainerStatuses: [], containerStatuses: [] },
  });
});

it('a sidecar is still known by its container, whole', () => {
  const kept = project(injected);
  expect(isInjected(kept)).toBe(true);
  expect(kept.spec.initContainers!.find(isOurs)).toEqual(injected.spec.initContainers!.find(isOurs));
});

it.each<[string, Pod]>([
  ['that opted out', podOf({}, { labels: { 'tracewell.dev/inject': 'false' } })],
  ['of the kubelet', podOf({}, { annotations: { 'kubernetes.io/config.mirror': 'x' } })],
  ['for Windows', podOf({ nodeSelector: { 'kubernetes.io/os': 'windows' } })],
  ['with a container of our name', podOf({ containers: [{ name: 'tracewell', image: 'x' }] })],
  ['with a volume of our name', podOf({ volumes: [{ name: 'tracewell-state', emptyDir: {} }] })],
  ['without a reason', podOf()],
])('the reason why a pod %s has no sidecar is the same', (_, pod) => {
  const surroundings = { policy, ...SURROUNDINGS };
  expect(skipOf(project(pod), surroundings)).toEqual(skipOf(pod, surroundings));
});

it('whether a container runs, and what keeps it from running, is kept', () => {
  const waiting = { reason: 'ImagePullBackOff', message: 'no such image' };
  const status = {
    phase: 'Pending',
    initContainerStatuses: [
      {
        name: 'tracewell',
        ready: false,
        started: false,
        restartCount: 2,
        image: 'x',
        imageID: '',
        state: { waiting },
        lastState: {},
      },
    ],
  };
  expect(project({ ...injected, status }).status).toMatchObject({
    phase: 'Pending',
    initContainerStatuses: [{ name: 'tracewell', ready: false, started: false, restartCount: 2, state: { waiting } }],
  });
});

it.each([
  ['Succeeded', true],
  ['Failed', true],
  ['Running', false],
  ['Pending', false],
])('a pod that is %s has ended: %s', (phase, expected) => {
  expect(hasEnded(podOf({}, {}))).toBe(false);
  expect(hasEnded({ ...podOf(), status: { phase } })).toBe(expected);
});
