import { afterEach, beforeEach, expect, it } from 'vitest';
import { ApiServer } from '../test/operator/api-server.ts';
import { keepingLog } from '../test/operator/log.ts';
import { parsePath } from '../test/operator/object-store.ts';
import { Cluster } from './cluster.ts';
import { Events, type Notice } from './events.ts';

const PATH = '/apis/events.k8s.io/v1/namespaces/shop/events';
const HOUR_MS = 3_600_000;

let server: ApiServer;
let time: number;
let events: Events;
const { log, lines } = keepingLog();

const writer = (instance = 'tracewell-0') =>
  new Events({
    cluster: new Cluster(server.config()),
    instance,
    now: () => new Date(Date.parse('2026-01-02T03:04:05.678Z') + time),
    clock: () => time,
    log,
  });
const notice = (more: Partial<Notice> = {}): Notice => ({
  regarding: { apiVersion: 'v1', kind: 'Pod', namespace: 'shop', name: 'cart-0', uid: 'uid-0' },
  type: 'Warning',
  reason: 'HostPathForbidden',
  action: 'Inject',
  note: 'no sidecar, for a reason',
  series: 'shop/Deployment/cart/HostPathForbidden',
  ...more,
});
const written = () => server.objects.list(parsePath(PATH));

beforeEach(async () => {
  server = await ApiServer.start();
  time = 0;
  lines.length = 0;
  events = writer();
});
afterEach(() => server.stop());

it('an Event says of which object, why, and who says it', async () => {
  const related = { apiVersion: 'apps/v1', kind: 'ReplicaSet', namespace: 'shop', name: 'cart-1', uid: 'uid-1' };
  expect(await events.tell(notice({ related, count: 10 }))).toBe(true);
  expect(written()).toMatchObject([
    {
      apiVersion: 'events.k8s.io/v1',
      kind: 'Event',
      metadata: { name: expect.stringMatching(/^tracewell\.[0-9a-f]{24}$/) as string, namespace: 'shop' },
      eventTime: '2026-01-02T03:04:05.678000Z',
      reportingController: 'tracewell',
      reportingInstance: 'tracewell-0',
      regarding: notice().regarding,
      related,
      type: 'Warning',
      reason: 'HostPathForbidden',
      action: 'Inject',
      note: 'no sidecar, for a reason',
      series: { count: 10, lastObservedTime: '2026-01-02T03:04:05.678000Z' },
    },
  ]);
});

it('an Event about an object of the cluster lies in the namespace default', async () => {
  await events.tell(notice({ regarding: { apiVersion: 'v1', kind: 'Namespace', name: 'shop' } }));
  expect(server.seen('POST', '/apis/events.k8s.io/v1/namespaces/default/events')).toHaveLength(1);
});

it('one series is told once an hour, however often it is true', async () => {
  expect(await events.tell(notice())).toBe(true);
  time = HOUR_MS - 1;
  expect(await events.tell(notice())).toBe(false);
  expect(server.requests).toHaveLength(1);
  time = HOUR_MS;
  expect(await events.tell(notice())).toBe(true);
  expect(written()).toMatchObject([{ series: { count: 2 } }]);
});

it('and again when it is true of twice as many', async () => {
  await events.tell(notice({ count: 3 }));
  expect(await events.tell(notice({ count: 5 }))).toBe(false);
  expect(await events.tell(notice({ count: 6, note: 'the note of an Event cannot change' }))).toBe(true);
  expect(written()).toMatchObject([{ note: 'no sidecar, for a reason', series: { count: 6 } }]);
});

it('two operators that say the same write one Event', async () => {
  await events.tell(notice());
  expect(await writer('tracewell-1').tell(notice())).toBe(true);
  expect(written()).toMatchObject([{ reportingInstance: 'tracewell-0', series: { count: 2 } }]);
});

it('another reason, and the same of another pod, are other Events', async () => {
  await events.tell(notice());
  await events.tell(notice({ series: 'other' }));
  await events.tell(notice({ series: 'third', regarding: { ...notice().regarding, uid: 'uid-2' } }));
  expect(written()).toHaveLength(3);
});

it('in the whole cluster there are fifty at once, then one a second', async () => {
  const tell = async (from: number, count: number) => {
    const told = Array.from({ length: count }, (_, index) => events.tell(notice({ series: `${from + index}` })));
    return (await Promise.all(told)).filter(Boolean).length;
  };
  expect(await tell(0, 80)).toBe(50);
  time = 3_000;
  expect(await tell(50, 30)).toBe(3);
  expect(written()).toHaveLength(53);
});

it('what the API server refuses is said once, and told again later', async () => {
  const heal = server.fail('POST', PATH, { status: 403, message: 'events is forbidden' });
  expect(await events.tell(notice())).toBe(false);
  expect(await events.tell(notice())).toBe(false);
  expect(lines).toEqual([expect.stringContaining('docs/rbac.md')]);
  heal();
  expect(await events.tell(notice())).toBe(true);
});

it('of a namespace that is going nothing is said', async () => {
  server.fail('POST', PATH, {
    status: 403,
    message: 'unable to create new content in shop because it is being terminated',
  });
  expect(await events.tell(notice())).toBe(false);
  expect(lines).toEqual([]);
});

it('a long note is cut where Kubernetes would refuse it', async () => {
  await events.tell(notice({ note: 'é'.repeat(2000) }));
  const [{ note }] = written() as unknown as [{ note: string }];
  expect(Buffer.byteLength(note)).toBeLessThanOrEqual(1024);
  expect(note).toMatch(/^é+…$/);
});
