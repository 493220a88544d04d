import { describe, expect, it } from 'vitest';
import { podOf, policyOf, SETTINGS } from '../../test/operator/objects.ts';
import { inject } from './patch.ts';
import type { Pod } from './pod.ts';
import { projectQuota, quotaFault, type Quota } from './quota.ts';

/** 100m and 64Mi requested, 200m and 128Mi at most; the sidecar has 10m and 48Mi, 500m and 192Mi. */
const RESOURCES = { requests: { cpu: '100m', memory: '64Mi' }, limits: { cpu: '200m', memory: '128Mi' } };
const pod = (spec: object = {}) => podOf({ containers: [{ name: 'app', resources: RESOURCES }], ...spec });
const BEST_EFFORT = podOf();

const quota = (hard: Record<string, string>, used: Record<string, string> = {}, spec: Quota['spec'] = {}): Quota => ({
  metadata: { name: 'compute', namespace: 'shop' },
  spec,
  status: { hard, used },
});
const fault = (before: Pod, ...quotas: Quota[]) =>
  quotaFault(quotas, before, inject(before, { policy: policyOf(), settings: SETTINGS, now: new Date(0) }));

describe('a quota refuses a pod for its sidecar', () => {
  it.each([
    ['requests of cpu', quota({ 'requests.cpu': '1' }, { 'requests.cpu': '891m' }), '109m of requests.cpu left'],
    ['by the older name', quota({ cpu: '109m' }), '109m of cpu left, and with the sidecar the pod takes 110m'],
    ['requests of memory', quota({ 'requests.memory': '111Mi' }), 'takes 112Mi'],
    ['limits of cpu', quota({ 'limits.cpu': '699m' }), 'takes 700m'],
    ['limits of memory', quota({ 'limits.memory': '319Mi' }), 'takes 320Mi'],
    ['more than there is already', quota({ 'requests.cpu': '1' }, { 'requests.cpu': '2' }), 'has -1 of requests.cpu'],
  ])('when it has no room: %s', (_, given, words) => {
    expect(fault(pod(), given)).toContain(words);
  });

  it('whichever of several it is', () => {
    expect(fault(pod(), quota({ pods: '9' }), quota({ 'requests.cpu': '1m' }))).toContain('requests.cpu');
  });

  it('with the overhead of its runtime class', () => {
    expect(fault(pod({ overhead: { cpu: '50m' } }), quota({ 'requests.cpu': '159m' }))).toContain('takes 160m');
    expect(fault(pod({ overhead: { cpu: '50m' } }), quota({ 'limits.cpu': '749m' }))).toContain('takes 750m');
  });

  it('when it is not for BestEffort pods, and wants to know what each container takes: the pod is none any more', () => {
    const strict = quota({ 'requests.cpu': '10' }, {}, { scopes: ['NotBestEffort'] });
    expect(fault(BEST_EFFORT, strict)).toBe(
      'the quota compute wants requests.cpu of every container, and app has none',
    );
    expect(fault(BEST_EFFORT, quota({ pods: '0' }, {}, { scopes: ['NotBestEffort'] }))).toContain('0 of pods left');
  });
});

describe('a quota has nothing against it', () => {
  const priority = (operator: string, ...values: string[]) =>
    quota(
      { pods: '0' },
      {},
      { scopeSelector: { matchExpressions: [{ scopeName: 'PriorityClass', operator, values }] } },
    );
  const scoped = (...scopes: string[]) => quota({ pods: '0' }, {}, { scopes });
  it.each([
    ['that has just enough room', pod(), quota({ 'requests.cpu': '110m', 'limits.memory': '320Mi' })],
    ['that counts other things', pod(), quota({ services: '0', 'count/deployments.apps': '0', configmaps: '0' })],
    ['that counts nothing yet', pod(), { metadata: { name: 'new' } }],
    ['for BestEffort pods', BEST_EFFORT, scoped('BestEffort')],
    ['for pods with a deadline', pod(), scoped('Terminating')],
    ['for pods without one', pod({ activeDeadlineSeconds: 60 }), scoped('NotTerminating')],
    ['for affinity across namespaces', pod(), scoped('CrossNamespacePodAffinity')],
    ['of a scope that is not known', pod(), scoped('Later')],
    ['of two scopes, one of which is not its own', pod(), scoped('NotBestEffort', 'Terminating')],
    ['for pods with a priority', pod(), priority('Exists')],
    ['for pods without one', pod({ priorityClassName: 'high' }), priority('DoesNotExist')],
    ['for another priority', pod({ priorityClassName: 'low' }), priority('In', 'high')],
    ['for all priorities but its own', pod({ priorityClassName: 'low' }), priority('NotIn', 'low')],
  ])('%s', (_, given, one) => {
    expect(fault(given, one)).toBeUndefined();
  });

  it.each([
    ['with a deadline', pod({ activeDeadlineSeconds: 60 }), scoped('Terminating')],
    ['without one', pod(), scoped('NotTerminating')],
    ['of its priority', pod({ priorityClassName: 'high' }), priority('In', 'high', 'higher')],
    ['of any priority', pod({ priorityClassName: 'high' }), priority('Exists')],
    ['of no priority', pod(), priority('DoesNotExist')],
    ['of none of these priorities', pod(), priority('NotIn', 'low')],
    [
      'with affinity across namespaces',
      pod({
        affinity: {
          podAntiAffinity: {
            preferredDuringSchedulingIgnoredDuringExecution: [
              { weight: 1, podAffinityTerm: { topologyKey: 'zone', namespaces: ['bank'] } },
            ],
          },
        },
      }),
      scoped('CrossNamespacePodAffinity'),
    ],
  ])('but one for pods %s has', (_, given, one) => {
    expect(fault(given, one)).toContain('0 of pods left');
  });

  it('when the pod is there already, and only what the sidecar takes would be new', () => {
    const running: Pod = { ...pod(), status: { phase: 'Running' } };
    expect(
      fault(running, quota({ pods: '1', 'requests.cpu': '110m' }, { pods: '1', 'requests.cpu': '100m' })),
    ).toBeUndefined();
    expect(fault(running, quota({ 'requests.cpu': '109m' }, { 'requests.cpu': '100m' }))).toContain('takes 10m');
  });

  it('when the pod speaks for its containers', () => {
    const speaking = podOf({ resources: { requests: { cpu: '1' } } });
    expect(fault(speaking, quota({ 'requests.cpu': '1' }))).toBeUndefined();
    expect(fault(speaking, quota({ 'requests.cpu': '999m' }))).toContain('takes 1');
  });
});

it('of a quota only what is read is kept', () => {
  const given = quota({ pods: '1' }, { pods: '0' }, { scopes: ['BestEffort'] });
  const whole = { ...given, metadata: { ...given.metadata, managedFields: [{}], annotations: { a: 'b' } } };
  expect(projectQuota(whole)).toEqual({ ...given, spec: { scopes: ['BestEffort'], scopeSelector: {} } });
  expect(projectQuota({ metadata: { name: 'new', namespace: 'shop' } }).status).toEqual({ hard: {}, used: {} });
});
