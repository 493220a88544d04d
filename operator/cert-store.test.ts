import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ApiServer } from '../test/operator/api-server.ts';
import { keepingLog } from '../test/operator/log.ts';
import { CertStore } from './cert-store.ts';
import type { Certificates } from './certs.ts';
import { Cluster } from './cluster.ts';

const SECRETS = '/api/v1/namespaces/ops/secrets';
const PATH = `${SECRETS}/tracewell-certs`;
const DAY_MS = 24 * 3_600_000;

let server: ApiServer;
let time: number;
let stores: CertStore[];
const { log } = keepingLog();

beforeEach(async () => {
  server = await ApiServer.start();
  time = Date.parse('2026-01-02T00:00:00Z');
  stores = [];
});
afterEach(async () => {
  for (const store of stores) store.stop();
  await server.stop();
});

function create(heard: Certificates[] = []): CertStore {
  const store = new CertStore({
    cluster: new Cluster(server.config()),
    namespace: 'ops',
    name: 'tracewell',
    onChange: (certificates) => heard.push(certificates),
    now: () => new Date(time),
    log,
  });
  stores.push(store);
  return store;
}
const data = () => server.objects.get<{ data: Record<string, string> }>(PATH)!.data;
const text = (file: string) => Buffer.from(data()[file]!, 'base64').toString('utf8');

describe('the certificates of the webhook', () => {
  it('are made at the first start, kept in the Secret of the release, and told', async () => {
    const heard: Certificates[] = [];
    const store = create(heard);
    await store.start();
    expect(Object.keys(data()).toSorted()).toEqual(['ca.crt', 'ca.key', 'tls.crt', 'tls.key']);
    expect(heard).toEqual([store.current]);
    expect(text('tls.crt')).toBe(store.current!.cert);
  });

  it('are the same after a restart', async () => {
    const first = create();
    await first.start();
    const second = create();
    await second.start();
    expect(second.current).toEqual(first.current);
  });

  it('are the same for two operators that start together', async () => {
    const [first, second] = [create(), create()];
    await Promise.all([first.start(), second.start()]);
    expect(second.current).toEqual(first.current);
    expect(text('tls.crt')).toBe(first.current!.cert);
  });

  it('get a new leaf in time, of the same authority', async () => {
    const first = create();
    await first.start();
    time += 300 * DAY_MS;
    const second = create();
    await second.start();
    expect(second.current!.ca).toBe(first.current!.ca);
    expect(second.current!.cert).not.toBe(first.current!.cert);
    expect(text('tls.crt')).toBe(second.current!.cert);
  });

  it('keep the old authority beside a new one', async () => {
    const first = create();
    await first.start();
    time += 3000 * DAY_MS;
    const second = create();
    await second.start();
    expect(second.current!.oldCa).toBe(first.current!.ca);
    expect(text('old-ca.crt')).toBe(first.current!.ca);
  });

  it('are made anew where the Secret lost a part', async () => {
    const first = create();
    await first.start();
    const { 'tls.key': _, ...rest } = data();
    server.objects.put(PATH, { metadata: { name: 'tracewell-certs' }, data: rest });
    const second = create();
    await second.start();
    expect(Object.keys(data())).toContain('tls.key');
    expect(text('tls.crt')).toBe(second.current!.cert);
  });

  it('do not overwrite a Secret of somebody else: the start fails and says why', async () => {
    server.objects.put(PATH, { metadata: { name: 'tracewell-certs' }, data: { 'tls.crt': 'eA==' } });
    await expect(create().start()).rejects.toThrow('ops/tracewell-certs is not Tracewell');
    expect(data()).toEqual({ 'tls.crt': 'eA==' });
  });

  it('cannot be had without the API server: the start fails and says why', async () => {
    server.fail('GET', SECRETS, { status: 403, message: 'secrets is forbidden' });
    await expect(create().start()).rejects.toThrow('secrets is forbidden (the operator lacks this privilege');
  });
});
