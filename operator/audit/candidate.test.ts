import { expect, it } from 'vitest';
import { SETTINGS, SURROUNDINGS, podOf, policyOf } from '../../test/operator/objects.ts';
import { ownedPod, type Of } from '../../test/operator/workload.ts';
import { inject } from '../inject/patch.ts';
import type { Pod } from '../inject/pod.ts';
import { isOutdated } from '../inject/revision.ts';
import { candidateOf, type Around } from './candidate.ts';
import { standingOf } from './standing.ts';

const SINCE = '2026-01-02T00:00:00.500Z';
const NOW = new Date('2026-01-02T00:05:00Z');
const other = ownedPod('cart-1');

const around = (more: Partial<Around> = {}): Around => ({
  surroundings: SURROUNDINGS,
  siblings: [other],
  since: SINCE,
  now: NOW,
  ...more,
});

function judge(
  pod: Pod,
  { mode = 'Missed', spec = {}, ...more }: Partial<Around> & { mode?: string; spec?: object } = {},
) {
  const surroundings = more.surroundings ?? SURROUNDINGS;
  const settings = { ...SETTINGS, image: 'registry.example.com/tracewell/sidecar:0.2.0' };
  const standing = standingOf(pod, {
    policies: [policyOf('all', { ...spec, rollout: { mode } })],
    surroundings,
    isOutdated: (one) => isOutdated(one, settings),
  });
  return standing && candidateOf(standing, around(more));
}

const owned = (of: Of = {}) => ownedPod('cart-0', of);
const old = inject(owned(), { policy: policyOf(), settings: SETTINGS, now: NOW });
const today = inject(owned(), {
  policy: policyOf(),
  settings: { ...SETTINGS, image: 'registry.example.com/tracewell/sidecar:0.2.0' },
  now: NOW,
});

it.each<[string, Pod, Parameters<typeof judge>[1]]>([
  ['went in without us', owned(), {}],
  ['went in without us, of a StatefulSet', owned({ kind: 'StatefulSet', name: 'cart' }), {}],
  ['went in without us, of a DaemonSet', owned({ kind: 'DaemonSet', name: 'cart' }), {}],
  ['is alone, but not ready yet', owned({ isReady: false }), { siblings: [] }],
  ['was created in the second in which the policy came into force', owned({ created: '2026-01-02T00:00:00Z' }), {}],
  ['is ten minutes old', owned(), { now: new Date('2026-01-02T00:10:00Z') }],
  ['is older, where the mode is Evict', owned({ created: '2025-01-01T00:00:00Z' }), { mode: 'Evict' }],
  ['is alone, where the mode is Evict', owned(), { mode: 'Evict', siblings: [] }],
  ['has an outdated sidecar, where the mode is Evict', old, { mode: 'Evict' }],
])('a pod is evicted that %s', (_, pod, given) => {
  expect(judge(pod, given)).toMatchObject({ stays: undefined });
});

const says = (key: string, value: string) => owned({ metadata: { annotations: { [key]: value } } });

it.each<[string, Pod, Parameters<typeof judge>[1], RegExp]>([
  ['the mode is Never', owned(), { mode: 'Never' }, /rollout.mode of TracingPolicy shop\/all is Never/],
  [
    'it is a bare pod',
    { ...owned(), metadata: { ...owned().metadata, ownerReferences: [] } },
    {},
    /nothing would create/,
  ],
  ['it is a Job’s', owned({ kind: 'Job', apiVersion: 'batch/v1', name: 'report' }), {}, /Job\/report are never/],
  ['it is of another project’s controller', owned({ apiVersion: 'apps.kruise.io/v1' }), {}, /never evicted/],
  ['it is a ReplicationController’s', owned({ kind: 'ReplicationController', apiVersion: 'v1' }), {}, /never evicted/],
  [
    'the autoscaler must not',
    says('cluster-autoscaler.kubernetes.io/safe-to-evict', 'false'),
    {},
    /safe-to-evict=false/,
  ],
  ['Karpenter must not', says('karpenter.sh/do-not-disrupt', 'true'), {}, /do-not-disrupt=true/],
  ['its annotation says so', says('tracewell.dev/evict', 'false'), {}, /tracewell.dev\/evict=false/],
  ['its label says so', owned({ metadata: { labels: { 'tracewell.dev/evict': 'false' } } }), {}, /evict=false/],
  [
    'its namespace says so',
    owned(),
    { surroundings: { ...SURROUNDINGS, namespaceLabels: { 'tracewell.dev/evict': 'false' } } },
    /the namespace says/,
  ],
  ['it is older than the policy', owned({ created: '2026-01-01T23:59:59Z' }), {}, /before the policy was in force/],
  ['the policy is not in force', owned(), { since: undefined }, /before the policy was in force/],
  ['it is more than ten minutes old', owned(), { now: new Date('2026-01-02T00:10:01Z') }, /older than ten minutes/],
  [
    'no other one is ready',
    owned(),
    { siblings: [owned(), ownedPod('cart-1', { isReady: false })] },
    /the only ready pod/,
  ],
])('a pod stays, and is named, where %s', (_, pod, given, why) => {
  expect(judge(pod, given)!.stays).toMatch(why);
});

it('a pod that would come back without a sidecar stays', () => {
  expect(judge(old, { mode: 'Evict', spec: { paused: true } })!.stays).toMatch(/Paused/);
  const namespaceLabels = { 'pod-security.kubernetes.io/enforce': 'baseline' };
  const given = { mode: 'Evict', surroundings: { ...SURROUNDINGS, namespaceLabels } };
  expect(judge(old, given)!.stays).toMatch(/HostPathForbidden/);
});

it.each<[string, Pod, Parameters<typeof judge>[1]]>([
  ['has the sidecar of today', today, { mode: 'Evict' }],
  ['has an outdated one, where the mode is Missed', old, {}],
  ['is skipped for a reason', owned({ metadata: { labels: { 'tracewell.dev/inject': 'false' } } }), { mode: 'Evict' }],
])('no candidate is a pod that %s', (_, pod, given) => {
  expect(judge(pod, given)).toBeUndefined();
});

it('a pod that has ended, or is going, is no longer looked at', () => {
  expect(judge({ ...podOf(), status: { phase: 'Succeeded' } })).toBeUndefined();
  expect(judge(owned({ metadata: { deletionTimestamp: '2026-01-02T00:00:01Z' } }))).toBeUndefined();
});
