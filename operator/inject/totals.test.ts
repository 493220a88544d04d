import { expect, it } from 'vitest';
import { podOf } from '../../test/operator/objects.ts';
import { quantityOf } from './quantity.ts';
import { containersTotal, hasPodResources, podTotal, unsaidRequests } from './totals.ts';

const container = (cpu: string, restartPolicy?: string) => ({ resources: { requests: { cpu } }, restartPolicy });
const sidecar = (cpu: string) => container(cpu, 'Always');

it.each([
  ['nothing', [{}], [], undefined],
  ['what they take together', [container('100m'), container('250m')], [], '350m'],
  ['an init container that needs more alone', [container('100m')], [container('300m'), container('200m')], '300m'],
  ['the native sidecars, too', [container('100m')], [sidecar('50m'), sidecar('20m')], '170m'],
  ['the sidecars before an init container beside it', [container('100m')], [sidecar('50m'), container('200m')], '250m'],
  ['what they are limited to where they say no more', [{ resources: { limits: { cpu: '1' } } }], [], '1'],
  ['not those after it', [container('100m')], [container('200m'), sidecar('50m')], '200m'],
])('containers take %s', (_, containers, initContainers, expected) => {
  const { cpu } = containersTotal(podOf({ containers, initContainers }), 'requests');
  expect(cpu === undefined ? cpu : quantityOf(cpu)).toBe(expected);
});

it.each([
  ['what it says itself', { requests: { cpu: '1' } }, { cpu: '1' }],
  ['of the rest what its containers take', { requests: { memory: '1Gi' } }, { cpu: '100m', memory: '1Gi' }],
  ['what its containers take where it says nothing', {}, { cpu: '100m' }],
  ['nothing else by itself than cpu, memory and huge pages', { requests: { 'x/gpu': '1' } }, { cpu: '100m' }],
  ['huge pages', { requests: { 'hugepages-2Mi': '4Mi' } }, { cpu: '100m', 'hugepages-2Mi': '4Mi' }],
])('a pod takes %s', (_, resources, expected) => {
  const total = podTotal(podOf({ resources, containers: [container('100m')] }), 'requests');
  expect(Object.fromEntries(Object.entries(total).map(([name, value]) => [name, quantityOf(value)]))).toEqual(expected);
});

it.each([
  [undefined, false],
  [{}, false],
  [{ requests: {} }, false],
  [{ limits: { memory: '1Gi' } }, true],
  [{ requests: { 'x/gpu': '1' } }, false],
])('a pod with resources %j speaks for itself: %s', (resources, expected) => {
  expect(hasPodResources(podOf({ resources }))).toBe(expected);
});

it.each([
  ['all that it is limited to', { limits: { cpu: '1', memory: '1Gi' } }, [{}], { cpu: '1', memory: '1Gi' }],
  ['no more than it says', { limits: { cpu: '1' }, requests: { cpu: '500m' } }, [{}], {}],
  [
    'what its containers say, where they do',
    { limits: { cpu: '1', memory: '1Gi' } },
    [container('1m')],
    { memory: '1Gi' },
  ],
  ['by a limit as well', { limits: { cpu: '1' } }, [{ resources: { limits: { cpu: '1m' } } }], {}],
  ['nothing without a limit', { requests: { cpu: '1' } }, [{}], {}],
])('a pod means to request %s', (_, resources, containers, expected) => {
  expect(unsaidRequests(podOf({ resources, containers }))).toEqual(expected);
});
