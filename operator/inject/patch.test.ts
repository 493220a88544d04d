import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { arbitraryPod } from '../../test/operator/arbitrary-pod.ts';
import { podOf, policyOf, SETTINGS } from '../../test/operator/objects.ts';
import { applyPatch } from '../../test/operator/patched.ts';
import { inject, patchOf } from './patch.ts';
import { isInjected, OUR_VOLUMES, type Pod } from './pod.ts';

const options = { policy: policyOf('shop'), settings: SETTINGS, now: new Date('2026-01-02T03:04:05Z') };

const patched = (pod: Pod) => applyPatch(pod, patchOf(pod, options));

/** What other webhooks do to a pod between our two calls. */
const meddling = fc.constantFrom<(pod: Pod) => void>(
  () => {},
  ({ spec }) => {
    spec.initContainers = spec.initContainers!.toReversed();
  },
  ({ spec }) => void spec.initContainers!.unshift({ name: 'istio-validation', image: 'proxyv2:1' }),
  ({ spec }) => {
    for (const container of spec.initContainers!) delete container.restartPolicy;
  },
  ({ spec }) => {
    for (const container of spec.initContainers!) container.image = `mirror/${container.image}`;
  },
  ({ spec }) => void spec.volumes!.splice(-1),
  ({ metadata }) => delete metadata.annotations,
);

describe('whatever the pod', () => {
  it('applying the patch gives the pod as it should be', () => {
    fc.assert(
      fc.property(arbitraryPod, (pod) => {
        expect(patched(pod)).toEqual(inject(pod, options));
      }),
    );
  });

  it('patching twice is patching once', () => {
    fc.assert(
      fc.property(arbitraryPod, (pod) => {
        expect(patchOf(patched(pod), options)).toEqual([]);
      }),
    );
  });

  it('the pod that comes in is not changed', () => {
    fc.assert(
      fc.property(arbitraryPod, (pod) => {
        const before = structuredClone(pod);
        patchOf(pod, options);
        expect(pod).toEqual(before);
      }),
    );
  });

  it('the application’s containers and volumes stay, in their order', () => {
    fc.assert(
      fc.property(arbitraryPod, (pod) => {
        const { spec } = patched(pod);
        expect(spec.containers).toEqual(pod.spec.containers);
        expect(spec.initContainers!.filter(({ name }) => name !== 'tracewell')).toEqual(pod.spec.initContainers ?? []);
        expect(spec.volumes!.filter(({ name }) => !OUR_VOLUMES.includes(name))).toEqual(pod.spec.volumes ?? []);
      }),
    );
  });

  it('the sidecar works after another webhook was there, and a third run changes nothing', () => {
    fc.assert(
      fc.property(arbitraryPod, meddling, (pod, meddle) => {
        const between = structuredClone(patched(pod));
        meddle(between);
        const again = patched(between);
        expect(isInjected(again)).toBe(true);
        expect(again.metadata.annotations).toHaveProperty(['tracewell.dev/policy'], 'TracingPolicy.shop');
        expect(patchOf(again, options)).toEqual([]);
      }),
    );
  });
});

it('asked again after the API server added its defaults and its token, there is nothing to patch', () => {
  const pod = structuredClone(patched(podOf({ initContainers: [{ name: 'migrate', image: 'migrate:1' }] })));
  const token = {
    name: 'kube-api-access-x2x8w',
    mountPath: '/var/run/secrets/kubernetes.io/serviceaccount',
    readOnly: true,
  };
  for (const container of [...pod.spec.containers, ...pod.spec.initContainers!]) {
    container.volumeMounts = [...(container.volumeMounts ?? []), token];
    container.terminationMessagePath = '/dev/termination-log';
    container.terminationMessagePolicy = 'File';
    container.imagePullPolicy ??= 'IfNotPresent';
  }
  pod.spec.volumes!.push({ name: token.name, projected: { sources: [], defaultMode: 420 } });
  expect(patchOf(pod, options)).toEqual([]);
});

it.each([
  ['two containers of one name', { containers: [{ name: 'app' }, { name: 'app' }] }, 'two containers have one name'],
  ['two volumes of one name', { volumes: [{ name: 'a' }, { name: 'a' }] }, 'two volumes have one name'],
])('%s are found before the API server refuses the pod', (_, spec, message) => {
  expect(() => patchOf(podOf(spec), options)).toThrow(message);
});

it.each([
  ['a request above its limit', { requests: { cpu: '2' }, limits: { cpu: '1900m' } }],
  ['a negative request', { requests: { memory: '-1' }, limits: { memory: '64Mi' } }],
  ['a request that is no quantity', { requests: { memory: 'much' } }],
])('%s of the sidecar, whoever put it there, is found before the API server refuses the pod', (_, resources) => {
  const pod = inject(podOf(), options);
  pod.spec.initContainers![0]!.resources = resources;
  expect(() => patchOf(pod, options)).toThrow('the sidecar requests');
});

it.each([
  ['would take more than 16 KiB', 'x'.repeat(16_384), {}, false],
  ['would take more than what the pod’s own leave', 'cart:1', { large: 'x'.repeat(262_000) }, false],
  ['fit', 'cart:1', { large: 'x'.repeat(261_800) }, true],
])('the images are in the annotations only where they fit: they %s', (_, image, annotations, expected) => {
  const after = patched(podOf({ containers: [{ name: 'app', image }] }, { annotations }));
  expect(Object.hasOwn(after.metadata.annotations!, 'tracewell.dev/images')).toBe(expected);
  expect(after.metadata.annotations).toHaveProperty(['tracewell.dev/policy']);
});

describe('pull secrets of the chart’s values', () => {
  const settings = { ...SETTINGS, pullSecrets: ['registry', 'mirror'] };
  const secretsOf = (given?: string[]) => {
    const pod = podOf(given ? { imagePullSecrets: given.map((name) => ({ name })) } : {});
    const once = applyPatch(pod, patchOf(pod, { ...options, settings }));
    expect(patchOf(once, { ...options, settings })).toEqual([]);
    return once.spec.imagePullSecrets?.map(({ name }) => name);
  };

  it.each([
    ['none', undefined, ['registry', 'mirror']],
    ['others', ['own'], ['own', 'registry', 'mirror']],
    ['one of them', ['mirror', 'own'], ['mirror', 'own', 'registry']],
  ])('are added to a pod that has %s, once', (_, given, expected) => {
    expect(secretsOf(given)).toEqual(expected);
  });
});
