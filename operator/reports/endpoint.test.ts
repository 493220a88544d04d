import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { ApiServer } from '../../test/operator/api-server.ts';
import { keepingLog } from '../../test/operator/log.ts';
import { until } from '../../test/wait.ts';
import { Cluster } from '../cluster.ts';
import { ReportEndpoint, reportsUrl } from './endpoint.ts';

const PATH = '/apis/discovery.k8s.io/v1/namespaces/ops/endpointslices/tracewell-reports';
const ROLE = '/apis/rbac.authorization.k8s.io/v1/clusterroles/tracewell';
let kube: ApiServer;
const { log, lines } = keepingLog();
const parts: ReportEndpoint[] = [];

beforeEach(async () => {
  kube = await ApiServer.start();
  kube.objects.put(ROLE, { metadata: { name: 'tracewell' } });
  lines.length = 0;
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
});
afterEach(async () => {
  vi.useRealTimers();
  for (const part of parts.splice(0)) part.stop();
  await kube.stop();
});

function endpoint(ip: string): ReportEndpoint {
  const common = { namespace: 'ops', name: 'tracewell', owner: 'tracewell', port: 9444, log };
  const part = new ReportEndpoint({ cluster: new Cluster(kube.config()), ip, ...common });
  parts.push(part);
  return part;
}
const slice = () =>
  kube.objects.get<{ addressType: string; endpoints: object[]; ports: object[]; metadata: object }>(PATH);

it('points the Service at this pod, and goes with the chart', async () => {
  await endpoint('10.0.0.7').start();
  expect(slice()).toMatchObject({
    metadata: {
      labels: { 'kubernetes.io/service-name': 'tracewell-reports', 'app.kubernetes.io/managed-by': 'tracewell' },
      ownerReferences: [{ kind: 'ClusterRole', name: 'tracewell', uid: `uid-of-${ROLE}` }],
    },
    addressType: 'IPv4',
    endpoints: [{ addresses: ['10.0.0.7'], conditions: { ready: true } }],
    ports: [{ name: 'reports', port: 9444, protocol: 'TCP' }],
  });
});

it('says so in an IPv6 cluster', async () => {
  await endpoint('fd00::7').start();
  expect(slice()).toMatchObject({ addressType: 'IPv6', endpoints: [{ addresses: ['fd00::7'] }] });
});

it('takes it over from another leader, and leaves it to the next', async () => {
  const first = endpoint('10.0.0.7');
  await first.start();
  first.stop();
  expect(slice()).toMatchObject({ endpoints: [{ addresses: ['10.0.0.7'] }] });
  await endpoint('10.0.0.8').start();
  expect(slice()).toMatchObject({ endpoints: [{ addresses: ['10.0.0.8'] }] });
  vi.advanceTimersByTime(60_000);
  expect(slice()).toMatchObject({ endpoints: [{ addresses: ['10.0.0.8'] }] });
});

it('does not write any more once it has stopped, and writes again when it starts again', async () => {
  const part = endpoint('10.0.0.7');
  const starting = part.start();
  part.stop();
  await starting;
  expect(slice()).toBeUndefined();
  await part.start();
  expect(slice()).toMatchObject({ endpoints: [{ addresses: ['10.0.0.7'] }] });
  vi.advanceTimersByTime(30_000);
  await vi.waitFor(() => expect(kube.seen('PATCH')).toHaveLength(2));
});

it('puts it back when it is gone', async () => {
  await endpoint('10.0.0.7').start();
  kube.objects.remove(PATH);
  vi.advanceTimersByTime(30_000);
  vi.useRealTimers();
  await until('the slice', () => slice() !== undefined);
  expect(slice()).toMatchObject({ endpoints: [{ addresses: ['10.0.0.7'] }] });
});

it('says once that it cannot be written, and again when it can', async () => {
  const mend = kube.fail('PATCH', '/apis/discovery.k8s.io', { status: 403, message: 'forbidden' });
  await endpoint('10.0.0.7').start();
  vi.advanceTimersByTime(30_000);
  await vi.waitFor(() => expect(kube.seen('PATCH')).toHaveLength(2));
  mend();
  await vi.waitFor(() => {
    vi.advanceTimersByTime(30_000);
    expect(slice()).toBeDefined();
  });
  await vi.waitFor(() => expect(lines).toHaveLength(2));
  expect(lines[0]).toContain('see docs/rbac.md');
});

it('is where sidecars report to', () => {
  expect(reportsUrl({ name: 'tracewell', namespace: 'ops' })).toBe('https://tracewell-reports.ops.svc/report');
});
