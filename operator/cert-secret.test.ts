import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ApiServer } from '../test/operator/api-server.ts';
import { keepingLog } from '../test/operator/log.ts';
import { IssuedSecret, OwnSecret } from './cert-secret.ts';
import { certificateNames, faultOf, renew } from './certs.ts';
import { Cluster } from './cluster.ts';

const SECRETS = '/api/v1/namespaces/ops/secrets';
const NAMES = certificateNames('tracewell', 'ops');
const DAY_MS = 24 * 3_600_000;

let server: ApiServer;
let time: number;
const { log } = keepingLog();
const now = () => new Date(time);

beforeEach(async () => {
  server = await ApiServer.start();
  time = Date.parse('2026-01-02T00:00:00Z');
});
afterEach(() => server.stop());

const options = (secret: string) => ({
  cluster: new Cluster(server.config()),
  namespace: 'ops',
  secret,
  names: NAMES,
  now,
  log,
});

describe('our own Secret', () => {
  const PATH = `${SECRETS}/tracewell-certs`;
  const replica = () => new OwnSecret(options('tracewell-certs'));
  const object = () => server.objects.get<{ metadata: object; data: Record<string, string> }>(PATH)!;
  const text = (file: string) => Buffer.from(object().data[file]!, 'base64').toString('utf8');
  const change = (data: Record<string, string | undefined>) => {
    const { metadata, data: before } = object();
    const kept = Object.entries({ ...before, ...data }).filter(([, value]) => value !== undefined);
    server.objects.put(PATH, { metadata: metadata as never, data: Object.fromEntries(kept) });
  };
  const writes = () => server.seen('POST', SECRETS).length + server.seen('PUT', SECRETS).length;

  it('is made at the first look, with our label', async () => {
    const made = await replica().read();
    expect(Object.keys(object().data).toSorted()).toEqual(['ca.crt', 'ca.key', 'tls.crt', 'tls.key']);
    expect(object()).toMatchObject({ metadata: { labels: { 'app.kubernetes.io/managed-by': 'tracewell' } } });
    expect(text('tls.crt')).toBe(made.cert);
    expect(faultOf(made, NAMES, now())).toBeUndefined();
  });

  it('is the same after a restart, and is not written again', async () => {
    const made = await replica().read();
    expect(await replica().read()).toEqual(made);
    expect(writes()).toBe(1);
  });

  it('is made once by many that start together', async () => {
    const all = await Promise.all(Array.from({ length: 5 }, () => replica().read()));
    expect(new Set(all.map(({ cert }) => cert))).toEqual(new Set([text('tls.crt')]));
  });

  it('is renewed once by many that look together', async () => {
    const replicas = Array.from({ length: 5 }, replica);
    const [before] = await Promise.all(replicas.map((one) => one.read()));
    time += 300 * DAY_MS;
    const all = await Promise.all(replicas.map((one) => one.read()));
    expect(new Set(all.map(({ cert }) => cert))).toEqual(new Set([text('tls.crt')]));
    expect([all[0]!.ca, all[0]!.cert === before!.cert]).toEqual([before!.ca, false]);
  });

  it('keeps what others wrote beside it when it is renewed', async () => {
    await replica().read();
    const { metadata, data } = object();
    server.objects.put(PATH, { metadata: { ...metadata, annotations: { backup: 'no' } } as never, data });
    time += 300 * DAY_MS;
    await replica().read();
    expect(object()).toMatchObject({ metadata: { annotations: { backup: 'no' } } });
  });

  it('keeps the old authority beside a new one, for a week', async () => {
    const before = await replica().read();
    time += 3000 * DAY_MS;
    const after = await replica().read();
    expect([after.oldCa, text('old-ca.crt')]).toEqual([before.ca, before.ca]);
    time += 8 * DAY_MS;
    expect((await replica().read()).oldCa).toBeUndefined();
    expect(Object.keys(object().data)).not.toContain('old-ca.crt');
  });

  it('is made anew when it was deleted; who served from it goes on telling of its authority', async () => {
    const running = replica();
    const before = await running.read();
    server.objects.remove(PATH);
    const after = await running.read();
    expect([after.oldCa, text('old-ca.crt')]).toEqual([before.ca, before.ca]);
    expect(after.ca).not.toBe(before.ca);
  });

  it.each(['ca.crt', 'ca.key', 'tls.crt', 'tls.key'])(
    'is made whole when %s is missing, or cannot be read',
    async (file) => {
      const running = replica();
      const before = await running.read();
      for (const value of [undefined, 'Z2FyYmFnZQ==']) {
        change({ [file]: value });
        const after = await running.read();
        expect(faultOf(after, NAMES, now())).toBeUndefined();
        expect([text('tls.crt'), text('tls.key')]).toEqual([after.cert, after.key]);
        expect(await replica().read()).toEqual(after);
      }
      expect(text('old-ca.crt')).toBeTruthy();
      expect(before.cert).not.toBe(text('tls.crt'));
    },
  );

  it('gets another certificate of the same authority when its key does not fit', async () => {
    const before = await replica().read();
    const other = await renew('renew all', undefined, NAMES, now());
    change({ 'tls.key': Buffer.from(other.key).toString('base64') });
    const after = await replica().read();
    expect([after.ca, after.cert === before.cert]).toEqual([before.ca, false]);
  });

  it('has a certificate again after a long time without an operator', async () => {
    await replica().read();
    time += 370 * DAY_MS;
    expect(faultOf(await replica().read(), NAMES, now())).toBeUndefined();
  });

  it('is not touched when it is somebody else’s, and that is said', async () => {
    server.objects.put(PATH, { metadata: { name: 'tracewell-certs' }, data: { 'tls.crt': 'eA==' } });
    await expect(replica().read()).rejects.toThrow('ops/tracewell-certs is not Tracewell');
    expect(object().data).toEqual({ 'tls.crt': 'eA==' });
  });

  it('cannot be had without the privilege, and that is said', async () => {
    server.fail('GET', SECRETS, { status: 403, message: 'secrets is forbidden' });
    await expect(replica().read()).rejects.toThrow('secrets is forbidden (the operator lacks this privilege');
  });
});

describe('the Secret of cert-manager', () => {
  const PATH = `${SECRETS}/tracewell-tls`;
  const source = () => new IssuedSecret(options('tracewell-tls'));
  const put = (files: Record<string, string>) =>
    server.objects.put(PATH, {
      metadata: { name: 'tracewell-tls' },
      type: 'kubernetes.io/tls',
      data: Object.fromEntries(
        Object.entries(files).map(([file, value]) => [file, Buffer.from(value).toString('base64')]),
      ),
    });
  const issue = async () => {
    const { ca, cert, key } = await renew('renew all', undefined, NAMES, now());
    return { 'ca.crt': ca, 'tls.crt': cert, 'tls.key': key };
  };

  it('is read, and never written', async () => {
    const files = await issue();
    put(files);
    const [ca, cert, key] = [files['ca.crt'], files['tls.crt'], files['tls.key']];
    expect(await source().read()).toEqual({ ca, cert, key });
    expect(new Set(server.requests.map(({ method }) => method))).toEqual(new Set(['GET']));
  });

  it('that is not there yet is waited for', async () => {
    await expect(source().read()).rejects.toThrow('cert-manager has not written it yet');
  });

  it.each([
    ['tls.crt', 'has not issued the certificate yet'],
    ['tls.key', 'has not issued the certificate yet'],
    ['ca.crt', 'use an issuer that says its authority'],
  ])('without %s is of no use, and that is said', async (file, message) => {
    put({ ...(await issue()), [file]: '' });
    await expect(source().read()).rejects.toThrow(message);
  });

  it('is judged like our own', async () => {
    put(await issue());
    time += 400 * DAY_MS;
    await expect(source().read()).rejects.toThrow('ops/tracewell-tls is of no use: the certificate ended at');
  });
});
