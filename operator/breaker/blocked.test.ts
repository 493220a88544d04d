import { describe, expect, it } from 'vitest';
import { entryOf } from '../../test/operator/breaker-bench.ts';
import { podOf } from '../../test/operator/objects.ts';
import { dueOf, type BlockedPod } from './blocked.ts';
import type { Entry, State } from './state.ts';

const NOW = new Date('2026-01-02T00:10:00Z');
const ago = (seconds: number) => new Date(NOW.getTime() - seconds * 1000);

interface Given {
  createdSecondsAgo?: number;
  blockedSeconds?: number;
  isCurrent?: boolean;
}
function blocked({ createdSecondsAgo = 300, blockedSeconds = 5, isCurrent = true }: Given): BlockedPod {
  return {
    pod: podOf({}, { creationTimestamp: ago(createdSecondsAgo).toISOString() }),
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
const isDue = (state: State, given: Given) => dueOf(state, [blocked(given)], NOW).length > 0;

describe('whether a pod that waits for the sidecar is deleted', () => {
  it.each<[string, State, Given, boolean]>([
    ['where the namespace is stopped', scope('shop', 'open'), {}, true],
    ['where the cluster is', scope('', 'open'), {}, true],
    ['where another namespace is stopped', scope('bank', 'open'), {}, false],
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
    expect(isDue(state, given)).toBe(expected);
  });
});
