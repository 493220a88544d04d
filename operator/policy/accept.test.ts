import { expect, it } from 'vitest';
import { rawClusterPolicy, rawPolicy } from '../../test/operator/objects.ts';
import { accept, statusPath, stemOf, titleOf, untouched, type RawPolicy } from './accept.ts';

const PLATFORM = { ownNamespace: 'tracewell', bounds: { retention: {}, resources: {} } };
const judge = (raw: object) => accept(raw as RawPolicy, PLATFORM);

it('a policy that meets the schema is accepted, with its defaults', () => {
  const judged = judge(rawPolicy('shop', { priority: 3 }));
  expect(judged).toMatchObject({
    ok: true,
    policy: { metadata: { name: 'shop' }, spec: { priority: 3, paused: false, retention: '14d' } },
  });
});

it.each([
  ['a field of the wrong type', { paused: 'yes' }, 'spec.paused'],
  ['a wrong duration', { retention: '2 weeks' }, 'spec.retention'],
  [
    'a negative quantity, for which the API server would refuse every pod',
    { sidecar: { resources: { limits: { memory: '-1' } } } },
    'spec.sidecar.resources.limits.memory',
  ],
  ['a start pattern that is none', { logs: { multiline: '(' } }, 'spec.logs.multiline'],
  ['a start pattern that could run away', { logs: { multiline: '(a)\\1' } }, 'spec.logs.multiline'],
  ['a condition that is no KQL', { logs: { drop: [{ when: 'a: b' }, { when: 'a: (b' }] } }, 'spec.logs.drop.1.when'],
  ['a condition that nothing can meet', { logs: { drop: [{ when: '@timestamp > soon' }] } }, 'spec.logs.drop.0.when'],
  ['a rule of redaction of nothing', { logs: { redact: [{}] } }, 'spec.logs.redact.0'],
  ['a rule of redaction of two kinds', { logs: { redact: [{ builtin: 'card', pattern: 'a' }] } }, 'spec.logs.redact.0'],
  ['an unknown built-in rule', { logs: { redact: [{ builtin: 'all' }] } }, 'spec.logs.redact.0.builtin'],
  [
    'a built-in rule twice',
    { logs: { redact: [{ builtin: 'card' }, { pattern: 'a' }, { builtin: 'card' }] } },
    'spec.logs.redact.2',
  ],
  [
    'a text beside another replacement',
    { logs: { redact: [{ builtin: 'card', with: 'Hash', replacement: 'x' }] } },
    'spec.logs.redact.0',
  ],
  ['a disabled pattern', { logs: { redact: [{ pattern: 'a', disabled: true }] } }, 'spec.logs.redact.0'],
  ['a pattern that is none', { logs: { redact: [{ pattern: 'a(' }] } }, 'spec.logs.redact.0.pattern'],
  ['a pattern that could run away', { logs: { redact: [{ pattern: '(?=a)b' }] } }, 'spec.logs.redact.0.pattern'],
  ['a missing spec', undefined, 'spec'],
])('%s is refused by its path, with the cure', (_, spec, path) => {
  const judged = judge({ ...rawPolicy('shop', {}, { generation: 7 }), spec });
  expect(judged).toMatchObject({ ok: false, reason: 'Invalid' });
  const { message } = judged as { message: string };
  expect(message).toContain(`${path}: `);
  expect(message).toContain('Correct the policy and apply it again');
});

it('a condition that is no KQL is shown with a caret under the place', () => {
  const { message } = judge(rawPolicy('shop', { logs: { drop: [{ when: 'level: (debug' }] } })) as {
    message: string;
  };
  expect(message).toMatch(/\n {2}level: \(debug\n +\^/);
});

it('of many faults the first three are named', () => {
  const spec = { paused: 'yes', retention: 'long', priority: 'high', selector: 'all' };
  const { message } = judge(rawPolicy('shop', spec)) as { message: string };
  expect(message.match(/spec\.\w+: /g)).toHaveLength(3);
});

it.each([...untouched('tracewell')])('a policy in %s is refused: its pods keep the cluster going', (namespace) => {
  expect(judge(rawPolicy('all', {}, { namespace }))).toMatchObject({
    ok: false,
    reason: 'SystemNamespace',
    message: expect.stringContaining(`Pods of ${namespace} are never injected`),
  });
});

it('a namespace that only resembles ours is like any other', () => {
  expect(judge(rawPolicy('all', {}, { namespace: 'tracewell-shop' })).ok).toBe(true);
});

it('a cluster policy is accepted, with its defaults', () => {
  const selector = { matchLabels: { team: 'shop' } };
  expect(judge(rawClusterPolicy('base', { namespaceSelector: selector }))).toMatchObject({
    ok: true,
    policy: { kind: 'ClusterTracingPolicy', spec: { enforced: false, namespaceSelector: selector, retention: '14d' } },
  });
});

it('a cluster policy without a selector of namespaces is refused: it would take all of them by accident', () => {
  const judged = judge(rawClusterPolicy('base', { namespaceSelector: undefined }));
  expect(judged).toMatchObject({ ok: false, message: expect.stringContaining('spec.namespaceSelector: ') });
});

it('what a policy asks for beyond the bounds of the platform is held there, and said', () => {
  const judged = accept(rawPolicy('shop', { retention: '90d' }) as RawPolicy, {
    ...PLATFORM,
    bounds: { retention: { max: '30d' }, resources: {} },
  });
  expect(judged).toMatchObject({ ok: true, policy: { spec: { retention: '30d' } } });
  expect(judged).toMatchObject({
    notes: ['spec.retention asks for 90d; the platform allows 30d at most, and that holds.'],
  });
});

it.each([
  [rawPolicy('all'), 'TracingPolicy.all', 'TracingPolicy shop/all', '/namespaces/shop/tracingpolicies/all/status'],
  [
    rawClusterPolicy('base'),
    'ClusterTracingPolicy.base',
    'ClusterTracingPolicy base',
    '/clustertracingpolicies/base/status',
  ],
])('a policy has a stem, a title and a path: %o', (raw, stem, title, path) => {
  const policy = raw as RawPolicy;
  expect([stemOf(policy), titleOf(policy)]).toEqual([stem, title]);
  expect(statusPath(policy)).toBe(`/apis/tracewell.dev/v1alpha1${path}`);
});
