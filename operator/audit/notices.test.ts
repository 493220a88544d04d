import { expect, it } from 'vitest';
import { SKIP_REASON, type SkipReason } from '../../api/names.ts';
import { podOf, policyOf } from '../../test/operator/objects.ts';
import { ownedPod } from '../../test/operator/workload.ts';
import type { Pod } from '../inject/pod.ts';
import type { Candidate } from './candidate.ts';
import { CURE } from './cure.ts';
import { evictedNotice, failedNotice, skipNotices } from './notices.ts';
import type { Attempt } from './turn.ts';

const policy = policyOf();
const standing = (pod: Pod, reason: SkipReason = 'Missed') => ({
  pod,
  policy,
  shadowed: [],
  skip: { reason, message: 'for a reason' },
  isOutdated: false,
});
const candidate = (pod: Pod, more: Partial<Candidate> = {}): Candidate => ({
  ...standing(pod),
  stays: undefined,
  isRecent: true,
  isIdle: false,
  ...more,
});

it.each(Object.values(SKIP_REASON).filter((reason) => reason !== 'Missed'))(
  '%s is said with cause and cure',
  (reason) => {
    expect(skipNotices([standing(podOf(), reason)], [])).toMatchObject([
      {
        reason,
        action: 'Inject',
        note: `TracingPolicy shop/all selects it, and it has no sidecar: for a reason. ${CURE[reason]}`,
        type: reason === 'OptedOut' || reason === 'Paused' ? 'Normal' : 'Warning',
      },
    ]);
  },
);

it('one notice is for one workload and reason, on the first of its pods', () => {
  const pods = ['cart-2', 'cart-1', 'cart-3'].map((name) => standing(ownedPod(name), 'QuotaExceeded'));
  const others = [standing(podOf(), 'QuotaExceeded'), standing(ownedPod('cart-4'), 'LimitRange')];
  const notices = skipNotices([...pods, ...others], []);
  expect(notices.map(({ regarding, count, reason }) => [regarding.name, count, reason])).toEqual([
    ['cart-1', 3, 'QuotaExceeded'],
    ['cart-0', 1, 'QuotaExceeded'],
    ['cart-4', 1, 'LimitRange'],
  ]);
  expect(new Set(notices.map(({ series }) => series)).size).toBe(3);
  expect(notices[0]!.related).toEqual({
    apiVersion: 'apps/v1',
    kind: 'ReplicaSet',
    namespace: 'shop',
    name: 'cart-5d4',
    uid: 'uid-of-cart-5d4',
  });
});

it.each<[string, Partial<Candidate>, RegExp[]]>([
  ['that came just now and is evicted for it nothing is said', {}, []],
  ['that waits for its turn that is said', { isRecent: false }, [/It is evicted for it when its turn comes.$/]],
  [
    'that stays it is said why, and what to do',
    { stays: 'nobody may' },
    [/not evicted for it: nobody may. Restart its workload/],
  ],
])('of a missed pod %s', (_, more, notes) => {
  const one = candidate(ownedPod('cart-0'), more);
  const notices = skipNotices([one], [one]);
  expect(notices.map(({ note }) => note)).toEqual(notes.map((note) => expect.stringMatching(note) as string));
});

it.each([
  [false, /^it went in without a sidecar, and spec.rollout.mode of TracingPolicy shop\/all is Missed/],
  [true, /^its sidecar is outdated/],
])('an eviction says why (outdated: %s)', (isOutdated, note) => {
  const notice = evictedNotice([
    candidate(ownedPod('cart-1'), { isOutdated }),
    candidate(ownedPod('cart-0'), { isOutdated }),
  ]);
  expect(notice).toMatchObject({ type: 'Normal', reason: 'Evicted', regarding: { name: 'cart-0' }, count: 2 });
  expect(notice.note).toMatch(note);
});

it.each([
  [Date.parse('2026-01-02T00:10:00Z'), /It is tried again after 2026-01-02T00:10:00.000Z/],
  [Infinity, /None of its pods is evicted any more, until the policy changes/],
])('a failure says what comes next (%d)', (notBefore, note) => {
  const attempt: Attempt = {
    revision: '1',
    known: new Set(),
    evicted: new Set(),
    at: undefined,
    isRoll: false,
    failures: 2,
    notBefore,
  };
  const notice = failedNotice(ownedPod('cart-0'), 'it came back', attempt);
  expect(notice).toMatchObject({ type: 'Warning', reason: 'RepairFailed', count: 2 });
  expect(notice.note).toMatch(/pods of Deployment\/cart .* it came back \(failure 2\)/);
  expect(notice.note).toMatch(note);
});
