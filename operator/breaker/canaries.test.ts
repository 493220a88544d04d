import { describe, expect, it } from 'vitest';
import { entryOf } from '../../test/operator/breaker-bench.ts';
import { keepingLog } from '../../test/operator/log.ts';
import { podOf } from '../../test/operator/objects.ts';
import { Canaries } from './canaries.ts';

const { log, lines } = keepingLog();
const AT = '2026-01-02T00:00:00.000Z';
const after = (seconds: number) => new Date(Date.parse(AT) + seconds * 1000);
const of = (kind: string, apiVersion = 'apps/v1') =>
  podOf({}, { ownerReferences: [{ apiVersion, kind, name: 'cart', uid: 'u', controller: true }] });
const probe = (probedAt = AT, scope = 'shop') => ({
  scope,
  entry: entryOf({ phase: 'half-open', since: probedAt, probedAt }),
});

describe('a canary', () => {
  it('is one pod for each probe', () => {
    const canaries = new Canaries(log);
    expect(canaries.take(probe(), of('ReplicaSet'), after(1))).toBe(true);
    expect(canaries.take(probe(), of('ReplicaSet'), after(2))).toBe(false);
    expect(canaries.take(probe('2026-01-02T00:00:10.000Z'), of('ReplicaSet'), after(11))).toBe(true);
  });

  it('is one pod for each scope', () => {
    const canaries = new Canaries(log);
    expect(canaries.take(probe(AT, 'shop'), of('DaemonSet'), after(1))).toBe(true);
    expect(canaries.take(probe(AT, 'bank'), of('StatefulSet'), after(1))).toBe(true);
  });

  it('is no pod that nothing would create again', () => {
    const canaries = new Canaries(log);
    for (const pod of [podOf(), of('TaskRun', 'tekton.dev/v1'), of('Job', 'kueue.x-k8s.io/v1')])
      expect(canaries.take(probe(), pod, after(3600))).toBe(false);
  });

  it('is tried by a replica that does not lead when the leader has found none for a minute', () => {
    const canaries = new Canaries(log);
    expect(canaries.takeLate(probe(), of('ReplicaSet'), after(59))).toBe(false);
    expect(canaries.takeLate(probe(), of('ReplicaSet'), after(60))).toBe(true);
    expect(canaries.takeLate(probe(), of('ReplicaSet'), after(61))).toBe(false);
    expect(canaries.takeLate({ scope: 'shop', entry: entryOf() }, of('ReplicaSet'), after(60))).toBe(false);
    expect(canaries.takeLate(undefined, of('ReplicaSet'), after(60))).toBe(false);
  });

  it('is named in the log', () => {
    new Canaries(log).take(probe(), of('ReplicaSet'), after(1));
    expect(lines.at(-1)).toContain('"pod":"cart-0"');
  });
});
