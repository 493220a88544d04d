import { describe, expect, it } from 'vitest';
import { entryOf } from '../../test/operator/breaker-bench.ts';
import { podOf } from '../../test/operator/objects.ts';
import { toFree, type BlockedPod } from './blocked.ts';
import type { Entry, State } from './state.ts';

const NOW = new Date('2026-01-02T00:10:00Z');
const ago = (seconds: number) => new Date(NOW.getTime() - seconds * 1000);
const owner = (kind: string, apiVersion: string) => ({ apiVersion, kind, name: 'cart', uid: 'u', controller: true });
const REPLACED = owner('ReplicaSet', 'apps/v1');

interface Given {
  /** Null: a bare pod. */
  by?: object | null;
  createdSecondsAgo?: number;
  blockedSeconds?: number;
  isCurrent?: boolean;
}
function blocked({ by = REPLACED, createdSecondsAgo = 300, blockedSeconds = 5, isCurrent = true }: Given): BlockedPod {
  const metadata = { creationTimestamp: ago(createdSecondsAgo).toISOString(), ownerReferences: by ? [by] : [] };
  return {
    pod: podOf({}, metadata),
    reason: 'ErrImagePull',
    message: '',
    image: '',
    since: ago(blockedSeconds).getTime(),
    isCurrent,
  };
}
const scope = (name: string, phase: Entry['phase'], probedSecondsAgo?: number): State => ({
  [name]: entryOf({
    phase,
    ...(probedSecondsAgo === undefined ? {} : { probedAt: ago(probedSecondsAgo).toISOString() }),
  }),
});
const frees = (state: State, given: Given) => toFree(state, [blocked(given)], NOW).length > 0;

describe('whether a pod that waits for the sidecar is deleted', () => {
  it.each<[string, State, Given, boolean]>([
    ['where the namespace is stopped', scope('shop', 'open'), {}, true],
    ['where the cluster is', scope('', 'open'), {}, true],
    ['where another namespace is stopped', scope('bank', 'open'), {}, false],
    ['and is bare', scope('shop', 'open'), { by: null }, false],
    ['and is of a Job', scope('shop', 'open'), { by: owner('Job', 'batch/v1') }, false],
    ['and is the canary, which has time', scope('shop', 'half-open', 30), { createdSecondsAgo: 20 }, false],
    ['and is older than the canary', scope('shop', 'half-open', 30), { createdSecondsAgo: 90 }, true],
    [
      'and is not what would be injected now',
      scope('shop', 'half-open', 30),
      { createdSecondsAgo: 20, isCurrent: false },
      true,
    ],
    ['and nothing is known', {}, {}, false],
    ['and nothing is known, for long: then it opens first', {}, { blockedSeconds: 60 }, false],
    ['by old settings, while all is well', {}, { isCurrent: false, blockedSeconds: 60 }, true],
    ['by old settings, while all is well, for a moment', {}, { isCurrent: false }, false],
    ['since before the breaker closed', scope('shop', 'closed', 30), { blockedSeconds: 60 }, true],
  ])('%s', (_, state, given, expected) => {
    expect(frees(state, given)).toBe(expected);
  });
});

it('a StatefulSet’s is deleted like a Deployment’s', () => {
  expect(frees(scope('shop', 'open'), { by: owner('StatefulSet', 'apps/v1') })).toBe(true);
});
