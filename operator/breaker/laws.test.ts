import { array, assert, constantFrom, integer, property, record, type Arbitrary } from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bench, blocked, S, started, type Bench } from '../../test/operator/breaker-bench.ts';
import type { Evidence } from './decide.ts';
import { CLUSTER, isStopped, stopOf } from './state.ts';

/** What happens in a cluster, in steps: time goes by, pods are seen. */
const name = constantFrom('shop', 'bank', 'blog', 'desk');
const step = record({
  pauseS: integer({ min: 0, max: 4000 }),
  hash: constantFrom('first', 'second'),
  blocked: array(record({ namespace: name, agoS: integer({ min: 0, max: 100 }) }), { maxLength: 3 }),
  started: array(record({ namespace: name, agoS: integer({ min: 0, max: 100 }) }), { maxLength: 3 }),
});

type Step = typeof step extends Arbitrary<infer T> ? T : never;

function run(one: Bench, { pauseS, hash, ...seen }: Step): Evidence {
  one.after(pauseS * S).hash = hash;
  const evidence = {
    blocked: seen.blocked.map(({ namespace, agoS }) => blocked(namespace, one.at - agoS * S)),
    started: seen.started.map(({ namespace, agoS }) => started(namespace, one.at - agoS * S)),
    runningOn: seen.started.map(() => 'node-2'),
  };
  one.look(evidence);
  return evidence;
}

describe('whatever happens', () => {
  it('nothing opens while all sidecars start', () => {
    assert(
      property(array(step, { maxLength: 20 }), (steps) => {
        const one = bench();
        for (const each of steps) run(one, { ...each, blocked: [] });
        expect(one.state).toEqual({});
      }),
    );
  });

  it('a namespace with a blocked pod is stopped afterwards, or has just been closed by a canary', () => {
    assert(
      property(array(step, { maxLength: 20 }), (steps) => {
        const one = bench();
        for (const each of steps) {
          const before = one.state;
          const { blocked: seen } = run(one, each);
          for (const { namespace, createdAt } of seen) {
            const probes = [before[CLUSTER], before[namespace]].map((entry) => Date.parse(entry?.probedAt ?? '') || 0);
            const isNews = probes.every((probedAt) => createdAt > probedAt);
            const wasStopped = stopOf(before, namespace) !== undefined;
            expect(isNews && !wasStopped && !stopOf(one.state, namespace)).toBe(false);
          }
        }
      }),
    );
  });

  it('everything is closed by the success of one canary each', () => {
    assert(
      property(array(step, { maxLength: 20 }), (steps) => {
        const one = bench();
        for (const each of steps) run(one, each);
        one.after(30 * 60 * S).look();
        const stopped = Object.entries(one.state).filter(([, entry]) => isStopped(entry));
        expect(stopped.every(([, { phase }]) => phase === 'half-open')).toBe(true);
        one.after(1 * S).look({ started: stopped.map(([scope]) => started(scope || 'shop', one.at)) });
        expect(Object.values(one.state).filter(isStopped)).toEqual([]);
      }),
    );
  });

  it("under the cluster's breaker there is no other", () => {
    assert(
      property(array(step, { maxLength: 20 }), (steps) => {
        const one = bench();
        for (const each of steps) {
          run(one, each);
          expect(isStopped(one.state[CLUSTER]) && Object.keys(one.state).length > 1).toBe(false);
        }
      }),
    );
  });
});
