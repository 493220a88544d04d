import { expect, it } from 'vitest';
import { clusterPolicyOf, policyOf } from '../../test/operator/objects.ts';
import { bound, hoursOf, longest, type Bounds } from './bounds.ts';

const NONE: Bounds = { retention: {}, resources: {} };

it.each([
  ['36h', 36],
  ['14d', 336],
  ['1h', 1],
])('%s are %i hours', (retention, hours) => {
  expect(hoursOf(retention)).toBe(hours);
});

it.each(['14', 'd', '2w', ''])('%j is no retention', (text) => {
  expect(hoursOf(text)).toBeNaN();
});

it.each([
  [['14d', '36h', '2d'], '14d'],
  [['25h', '1d'], '25h'],
  [[], undefined],
])('of %j the longest is %s', (retentions, expected) => {
  expect(longest(retentions)).toBe(expected);
});

it.each<[string, Bounds['retention'], string, string]>([
  ['is kept where there are no bounds', {}, '400d', '400d'],
  ['is kept within them', { min: '1d', max: '30d' }, '14d', '14d'],
  ['is kept at them', { min: '24h', max: '720h' }, '30d', '30d'],
  ['is shortened to the most', { max: '30d' }, '31d', '30d'],
  ['is lengthened to the least', { min: '7d' }, '36h', '7d'],
])('retention %s', (_, retention, asked, held) => {
  const { policy, notes } = bound(policyOf('a', { retention: asked }), { ...NONE, retention });
  expect(policy.spec.retention).toBe(held);
  expect(notes).toHaveLength(asked === held ? 0 : 1);
});

it.each<[string, Bounds['resources'], object, object, number]>([
  ['are kept where there are no bounds', {}, { limits: { cpu: '8' } }, { limits: { cpu: '8' } }, 0],
  ['are kept within them', { cpu: '1' }, { limits: { cpu: '500m' } }, { limits: { cpu: '500m' } }, 0],
  ['are held at the most', { cpu: '1' }, { limits: { cpu: 2 } }, { limits: { cpu: '1' } }, 1],
  [
    'are held each by itself, requests too',
    { cpu: '1', memory: '256Mi' },
    { requests: { memory: '1Gi' }, limits: { cpu: '100m', memory: '1Gi' } },
    { requests: { memory: '256Mi' }, limits: { cpu: '100m', memory: '256Mi' } },
    2,
  ],
])('resources of the sidecar %s', (_, resources, asked, ...[held, count]) => {
  const given = clusterPolicyOf('a', { sidecar: { resources: asked } });
  const { policy, notes } = bound(given, { ...NONE, resources });
  expect(policy.spec.sidecar.resources).toMatchObject(held);
  expect(notes).toHaveLength(count);
});
