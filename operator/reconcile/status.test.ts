import { describe, expect, it } from 'vitest';
import { entryOf } from '../../test/operator/breaker-bench.ts';
import { emptyCoverage } from './coverage.ts';
import { acceptedFinding, deliveringFinding, injectedFinding, statusOf, together, type Finding } from './status.ts';

const accepted = acceptedFinding([], emptyCoverage());
const EARLY = new Date('2026-01-01T00:00:00Z');
const LATE = new Date('2026-01-02T00:00:00Z');
const ready: Finding = {
  type: 'ElasticsearchReady',
  status: 'True',
  reason: 'Ready',
  message: 'Streams are in place.',
};
const broken: Finding = { type: 'ElasticsearchReady', status: 'False', reason: 'Unreachable', message: 'No route.' };

describe('a status', () => {
  const first = statusOf(undefined, { generation: 3, conditions: [accepted, ready] }, EARLY);

  it('says which generation it is about, on the whole and by condition', () => {
    expect(first.observedGeneration).toBe(3);
    expect(first.conditions!.map(({ observedGeneration }) => observedGeneration)).toEqual([3, 3]);
  });

  it('is the same as before when nothing was found to have changed, whatever the time', () => {
    expect(statusOf(first, { generation: 3, conditions: [accepted, ready] }, LATE)).toEqual(first);
  });

  it('keeps the time of a condition whose status stays, and not of one whose status changes', () => {
    const then = statusOf(first, { generation: 4, conditions: [accepted, broken] }, LATE);
    expect(then.conditions!.map(({ type, lastTransitionTime }) => [type, lastTransitionTime])).toEqual([
      ['Accepted', EARLY.toISOString()],
      ['ElasticsearchReady', LATE.toISOString()],
    ]);
  });

  it('keeps the time when only reason and message change', () => {
    const before = statusOf(undefined, { generation: 3, conditions: [broken] }, EARLY);
    const other = { ...broken, reason: 'Unauthorized', message: '401.' };
    expect(statusOf(before, { generation: 3, conditions: [other] }, LATE).conditions).toMatchObject([
      { reason: 'Unauthorized', message: '401.', lastTransitionTime: EARLY.toISOString() },
    ]);
  });

  it('cuts a message where the schema ends', () => {
    const long = { ...broken, message: 'x'.repeat(5000) };
    expect(statusOf(undefined, { generation: 1, conditions: [long] }, EARLY).conditions![0]!.message).toHaveLength(
      4096,
    );
  });

  it('of a policy that was refused says no word about pods any more', () => {
    const pods = { ...emptyCoverage(), matched: 1, injected: 1, skipped: [] };
    const findings = { generation: 3, conditions: [accepted], pods, inForceSince: EARLY.toISOString() };
    const before = statusOf(undefined, findings, EARLY);
    const refused = { ...accepted, status: 'False' as const, reason: 'Invalid', message: 'spec.retention: no.' };
    expect(Object.keys(statusOf(before, { generation: 4, conditions: [refused] }, LATE))).toEqual([
      'observedGeneration',
      'conditions',
    ]);
  });
});

describe('Injected', () => {
  const missed = {
    ...emptyCoverage(),
    matched: 3,
    injected: 1,
    skipped: [{ reason: 'Missed', count: 2, example: 'cart-0' }],
  };
  const mixed = {
    ...emptyCoverage(),
    matched: 3,
    injected: 0,
    skipped: [
      { reason: 'OptedOut', count: 2, example: 'cart-0' },
      { reason: 'Windows', count: 1, example: 'cart-2' },
    ],
  };
  const all = { ...emptyCoverage(), matched: 3, injected: 3, skipped: [] };
  const none = { ...emptyCoverage(), matched: 0, injected: 0, skipped: [] };

  it.each([
    ['all pods have a sidecar', all, true, undefined, 'True', 'AllInjected', 'All 3 running pods have the sidecar.'],
    ['there are no pods', none, true, undefined, 'True', 'AllInjected', 'No running pod is governed by this policy.'],
    [
      'some were missed',
      missed,
      true,
      undefined,
      'False',
      'PodsWithoutSidecar',
      '2 of 3 running pods have no sidecar: Missed (2, such as cart-0). Missed pods get it when they are created again: restart their workload.',
    ],
    [
      'there are reasons',
      mixed,
      true,
      undefined,
      'False',
      'PodsWithoutSidecar',
      '3 of 3 running pods have no sidecar: OptedOut (2, such as cart-0), Windows (1, such as cart-2).',
    ],
    [
      'the webhook is not asked yet',
      missed,
      false,
      undefined,
      'False',
      'NotInForce',
      'Pods are not injected yet: the streams and the key in Elasticsearch come first.',
    ],
    [
      'the cluster is too old',
      all,
      true,
      'Kubernetes v1.28.0 has no native sidecars.',
      'False',
      'NativeSidecarsUnsupported',
      'Kubernetes v1.28.0 has no native sidecars.',
    ],
  ] as const)('when %s', (...[, pods, inForce, unsupported, status, reason, message]) => {
    const counts = { ...pods, skipped: [...pods.skipped] };
    expect(injectedFinding(counts, inForce, unsupported)).toEqual({ type: 'Injected', status, reason, message });
  });
});

describe('the condition Accepted', () => {
  it.each([
    ['of a policy that nothing stands against', [], [], 'Valid', 'The policy is valid and in use.'],
    ['of one that asks for too much', ['spec.retention asks for 90d.'], [], 'Bounded', 'spec.retention asks for 90d.'],
    [
      'of one behind another',
      [],
      [{ by: 'TracingPolicy shop/first', count: 2, example: 'cart-0' }],
      'Shadowed',
      '2 pods that it selects are governed by TracingPolicy shop/first (such as cart-0).',
    ],
  ])('%s', (_, notes, shadowed, ...[reason, text]) => {
    const finding = acceptedFinding(notes, { ...emptyCoverage(), shadowed });
    expect(finding).toMatchObject({ status: 'True', reason });
    expect(finding.message).toContain(text);
  });
});

describe('the condition ElasticsearchReady of a cluster policy', () => {
  it.each([
    ['without a namespace', [], 'True', 'Ready', 'No namespace is selected'],
    ['of namespaces that are ready', [ready, ready], 'True', 'Ready', 'Streams and keys of 2 namespaces'],
    ['of which one was not looked at', [ready, undefined], 'Unknown', 'Preparing', '1 of 2 namespaces'],
    [
      'of which one is not ready',
      [ready, broken, undefined],
      'False',
      'Unreachable',
      '1 of 3 namespaces are not ready, such as ns-1: No route.',
    ],
  ] as const)('%s', (_, findings, status, ...[reason, text]) => {
    const finding = together(new Map(findings.map((one, i) => [`ns-${i}`, one])));
    expect(finding).toMatchObject({ status, reason });
    expect(finding.message).toContain(text);
  });
});

it('a breaker that is open goes before what is so far: the next pod gets no sidecar', () => {
  const pods = { ...emptyCoverage(), matched: 2, injected: 2 };
  const { status, reason, message } = injectedFinding(pods, true, undefined, { scope: 'shop', entry: entryOf() });
  expect([status, reason]).toEqual(['False', 'BreakerOpen']);
  expect(message).toBe(
    'Since 2026-01-02T00:00:00.000Z nothing is injected in the namespace shop: the sidecar kept shop/cart-0 from starting on the node node-1 (ImagePullBackOff; image sidecar:1): not found. ' +
      "New pods go in without a sidecar. Mend the cause: a change of the chart's sidecar values or of the policy is tried at once. One pod is tried with a sidecar from 2026-01-02T00:01:00.000Z on.",
  );
});

it('a breaker that is half-open says that it waits for a pod', () => {
  const stop = { scope: '', entry: entryOf({ phase: 'half-open' }) };
  const { message } = injectedFinding(emptyCoverage(), true, undefined, stop);
  expect(message).toContain('nothing is injected in the whole cluster');
  expect(message).toContain('The next pod of a controller gets a sidecar, to see whether it starts.');
});

describe('the condition Delivering', () => {
  const configuration = { revision: '0f3a', loaded: 11, reporting: 12 };
  const held = [
    { reason: '401', count: 2, example: 'shop/cart-0' },
    { reason: 'ECONNREFUSED', count: 1, example: 'shop/cart-1' },
  ];
  it.each<[string, Parameters<typeof deliveringFinding>[0], `${Finding['status']} ${string}`, RegExp]>([
    [
      'all is well',
      { configuration: { ...configuration, loaded: 12 }, waiting: 0, held: [] },
      'True Delivering',
      /^Elasticsearch takes .*\. All 12 that report run revision 0f3a\.$/,
    ],
    [
      'one has not loaded the newest revision yet',
      { configuration, waiting: 1, held: [] },
      'True Delivering',
      /11 of 12 that report run revision 0f3a\.$/,
    ],
    [
      'some hold their records',
      { configuration, waiting: 0, held },
      'False Holding',
      /^3 of 12 sidecars hold .*: 401 \(2, such as shop\/cart-0\), ECONNREFUSED \(1, such as shop\/cart-1\)\./,
    ],
    [
      'all wait for their configuration',
      { configuration: { ...configuration, loaded: 0 }, waiting: 12, held: [] },
      'Unknown WaitingForConfiguration',
      /^All 12 .* within a minute or two/,
    ],
    [
      'nobody has reported',
      { configuration: { revision: '0f3a', loaded: 0, reporting: 0 }, waiting: 0, held: [] },
      'Unknown NoReports',
      /^No sidecar/,
    ],
  ])('when %s', (_, sidecars, expected, words) => {
    const { type, status, reason, message } = deliveringFinding(sidecars);
    expect([type, `${status} ${reason}`, message]).toEqual(['Delivering', expected, expect.stringMatching(words)]);
  });
});
