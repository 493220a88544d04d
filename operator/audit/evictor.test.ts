import { afterEach, beforeEach, expect, it } from 'vitest';
import { ApiServer } from '../../test/operator/api-server.ts';
import { keepingLog } from '../../test/operator/log.ts';
import { policyOf } from '../../test/operator/objects.ts';
import { ownedPod } from '../../test/operator/workload.ts';
import { Cluster } from '../cluster.ts';
import { Metrics } from '../health/metrics.ts';
import type { Candidate } from './candidate.ts';
import { Evictor } from './evictor.ts';
import type { Plan } from './plan.ts';
import { evicted, type Workload } from './turn.ts';

const PODS = '/api/v1/namespaces/shop/pods';

let server: ApiServer;
let time: number;
let told: string[];
let evictor: Evictor;
const { log, lines } = keepingLog();

beforeEach(async () => {
  server = await ApiServer.start();
  time = 0;
  told = [];
  lines.length = 0;
  evictor = new Evictor({
    cluster: new Cluster(server.config()),
    events: {
      tell: ({ reason }) => {
        told.push(reason);
        return Promise.resolve(true);
      },
    },
    metrics: new Metrics('1.2.3', 'v26'),
    now: () => new Date(time),
    clock: () => time,
    log,
  });
});
afterEach(() => server.stop());

const candidates: Candidate[] = Array.from({ length: 15 }, (_, index) => ({
  pod: ownedPod(`cart-${index}`, { isReady: false }),
  policy: policyOf(),
  shadowed: [],
  skip: { reason: 'Missed', message: '' },
  isOutdated: false,
  stays: undefined,
  isIdle: true,
}));
const pods = candidates.map(({ pod }) => pod);
const workload: Workload = { key: 'shop/Deployment/cart', pods, candidates, revision: '1' };
const plan = (): Plan => ({ evict: [{ workload, candidates }], attempts: new Map(), failed: [] });
const failure = (key: string): Plan => ({
  evict: [],
  attempts: new Map(),
  failed: [{ workload: { ...workload, key }, attempt: evicted(workload, undefined, [], 0), why: 'no better' }],
});

it('ten pods are evicted at once and then one a second; the rest wait', async () => {
  for (const pod of pods) server.objects.put(`${PODS}/${pod.metadata.name}`, pod as never);
  const now = plan();
  await evictor.evict(now);
  expect(server.seen('POST', PODS)).toHaveLength(10);
  expect(now.attempts.get(workload.key)).toMatchObject({ evicted: { size: 10 }, notBefore: 10_000 });
  expect(told).toEqual(['Evicted']);
});

it('what cannot be evicted is said with its cure, and tried again later', async () => {
  server.fail('POST', PODS, { status: 403, message: 'pods/eviction is forbidden' });
  const now = plan();
  await evictor.evict(now);
  expect(now.attempts.get(workload.key)).toMatchObject({ evicted: { size: 0 }, at: undefined, notBefore: 10_000 });
  expect(lines).toEqual([expect.stringMatching(/a pod cannot be evicted.*docs\/rbac.md/)]);
  expect(told).toEqual([]);
});

it('after five failures nothing is evicted for half an hour', async () => {
  for (const key of ['a', 'b', 'c', 'd']) await evictor.regret(failure(key));
  expect(evictor.isHeld).toBe(false);
  time = 1_000;
  await evictor.regret(failure('e'));
  expect(evictor.isHeld).toBe(true);
  expect(told).toHaveLength(5);
  expect(lines.at(-1)).toContain('no pod is evicted for half an hour');
  time = 30 * 60_000 - 1;
  expect(evictor.isHeld).toBe(true);
  time++;
  expect(evictor.isHeld).toBe(false);
});
