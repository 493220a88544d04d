import { describe, expect, it } from 'vitest';
import { podOf, policyOf, SETTINGS } from '../../test/operator/objects.ts';
import { limitRangeFault, projectLimitRange, type LimitRange } from './limit-range.ts';
import { inject } from './patch.ts';

/** 100m and 64Mi requested, 200m and 128Mi at most; the sidecar has 10m and 48Mi, 500m and 192Mi. */
const RESOURCES = { requests: { cpu: '100m', memory: '64Mi' }, limits: { cpu: '200m', memory: '128Mi' } };
const after = (spec: object = {}) =>
  inject(podOf({ containers: [{ name: 'app', resources: RESOURCES }], ...spec }), {
    policy: policyOf(),
    settings: SETTINGS,
    now: new Date(0),
  });
const range = (...limits: object[]) => [{ metadata: { name: 'sizes' }, spec: { limits } }] as LimitRange[];

describe('a LimitRange refuses a pod for its sidecar', () => {
  it.each([
    ['a container', { min: { cpu: '11m' } }, 'at least 11m of cpu, and the sidecar requests 10m'],
    ['a container', { min: { 'ephemeral-storage': '1Gi' } }, 'and the sidecar requests none'],
    ['a container', { max: { memory: '191Mi' } }, 'at most 191Mi of memory, and the sidecar has the limit 192Mi'],
    ['a container', { max: { 'ephemeral-storage': '1Gi' } }, 'and the sidecar has no limit'],
    [
      'a container',
      { maxLimitRequestRatio: { cpu: '49.9' } },
      'at most 49.9 times the request, and the sidecar has 500m',
    ],
    ['a pod', { type: 'Pod', max: { cpu: '699m' } }, 'and the pod with the sidecar has the limit 700m'],
    ['a pod', { type: 'Pod', maxLimitRequestRatio: { cpu: '6' } }, 'has 700m and 110m'],
  ])('by what it says of %s: %j', (_, limit, words) => {
    const fault = limitRangeFault(range({ type: 'Container', ...limit }), after());
    expect(fault).toContain('the LimitRange sizes says: ');
    expect(fault).toContain(words);
  });

  it('whichever of several it is', () => {
    const several = range(
      { type: 'PersistentVolumeClaim', max: { storage: '1' } },
      { type: 'Container', max: { cpu: '1m' } },
    );
    expect(limitRangeFault([...range(), ...several], after())).toContain('at most 1m of cpu');
  });
});

it.each([
  [
    'just enough room for a container',
    { type: 'Container', min: { cpu: '10m', memory: '48Mi' }, max: { cpu: '500m' } },
  ],
  ['a ratio that is just met', { type: 'Container', maxLimitRequestRatio: { cpu: '50', memory: '4' } }],
  ['just enough room for a pod', { type: 'Pod', min: { cpu: '110m' }, max: { cpu: '700m', memory: '320Mi' } }],
  ['defaults only', { type: 'Container', default: { cpu: '1m' }, defaultRequest: { cpu: '1m' } }],
  ['something about claims', { type: 'PersistentVolumeClaim', max: { storage: '1Gi' } }],
  ['an extreme of its own', { type: 'Container', max: { cpu: '1' } }],
])('a LimitRange with %s has nothing against it', (_, limit) => {
  expect(limitRangeFault(range(limit), after())).toBeUndefined();
});

it('a pod that speaks for its containers is measured by that', () => {
  const speaking = after({ resources: { requests: { cpu: '200m' }, limits: { cpu: '300m' } } });
  expect(limitRangeFault(range({ type: 'Pod', max: { cpu: '300m' } }), speaking)).toBeUndefined();
  expect(limitRangeFault(range({ type: 'Pod', max: { cpu: '299m' } }), speaking)).toContain('the limit 300m');
});

it('of a LimitRange only what is read is kept', () => {
  const limit = { type: 'Container', min: {}, max: { cpu: '1' }, maxLimitRequestRatio: {} };
  const whole = {
    metadata: { name: 'sizes', namespace: 'shop', managedFields: [{}] },
    spec: { limits: [{ ...limit, default: { cpu: '1' } }] },
  };
  expect(projectLimitRange(whole)).toEqual({
    metadata: { name: 'sizes', namespace: 'shop' },
    spec: { limits: [limit] },
  });
});
