import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import { Agent, request, type RequestOptions } from 'node:https';
import { text } from 'node:stream/consumers';
import { connect } from 'node:tls';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ApiServer } from '../../test/operator/api-server.ts';
import { keepingLog } from '../../test/operator/log.ts';
import { freePort } from '../../test/operator/port.ts';
import { podToken, reportedFile, reportOf } from '../../test/operator/report.ts';
import { until } from '../../test/wait.ts';
import { renew } from '../certs.ts';
import { Cluster } from '../cluster.ts';
import { LatestReports } from './latest.ts';
import { ReportServer } from './server.ts';
import { Tokens } from './tokens.ts';

let kube: ApiServer;
let port: number;
let ca: string;
let server: ReportServer;
let latest: LatestReports;
let results: string[];
const { log, lines } = keepingLog();

beforeEach(async () => {
  kube = await ApiServer.start();
  kube.onTokenReview = ({ token }) => podToken(token.split('.')[0]!);
  port = await freePort();
  results = [];
  lines.length = 0;
  latest = new LatestReports(() => performance.now());
  const tokens = new Tokens({
    cluster: new Cluster(kube.config()),
    now: () => performance.now(),
    onReview: () => undefined,
  });
  server = new ReportServer({ port, tokens, latest, onReport: (result) => results.push(result), log });
  const certificates = await renew('renew all', undefined, ['localhost'], new Date());
  ca = certificates.ca;
  server.use(certificates);
  await server.start();
});
afterEach(async () => {
  await server.stop();
  await kube.stop();
});

interface Sent {
  token?: string | undefined;
  body?: string | object;
  options?: RequestOptions;
}

async function post({ token = 'cart-0.b.c', body = reportOf(), options = {} }: Sent = {}) {
  const sent = typeof body === 'string' ? body : JSON.stringify(body);
  const headers = { ...(token ? { authorization: `Bearer ${token}` } : {}), 'content-length': Buffer.byteLength(sent) };
  const asked = request({
    host: 'localhost',
    port,
    path: '/report',
    method: 'POST',
    ca,
    agent: false,
    headers,
    ...options,
  });
  const answered = new Promise<{ status: number; retryAfter: string | undefined; body: unknown }>((resolve, reject) => {
    asked.once('error', reject);
    asked.once('response', (response) => {
      const { statusCode: status = 0, headers } = response;
      const answer = (said: string) => ({
        status,
        retryAfter: headers['retry-after'],
        body: JSON.parse(said) as unknown,
      });
      text(response).then(answer).then(resolve, reject);
    });
  });
  asked.end(sent);
  return answered;
}

it('takes a report in under the pod of its token, and says when the next one is wanted', async () => {
  expect(await post()).toMatchObject({ status: 200, body: { nextSeconds: 5 } });
  expect(latest.reportOf('uid-of-cart-0')).toMatchObject({
    pod: { namespace: 'shop', name: 'cart-0', uid: 'uid-of-cart-0' },
    report: reportOf(),
  });
  expect(results).toEqual(['Accepted']);
});

it('leaves out what it does not know: a sidecar may be newer', async () => {
  await post({ body: { ...reportOf(), later: 1 } });
  expect(latest.reportOf('uid-of-cart-0')!.report).toEqual(reportOf());
});

it('answers one that is late as any other', async () => {
  await post({ body: reportOf({ at: 2 }) });
  expect(await post({ body: reportOf({ at: 1 }) })).toMatchObject({ status: 200, body: { nextSeconds: 5 } });
  expect(results).toEqual(['Accepted', 'Late']);
});

describe('refuses, with a sentence,', () => {
  it.each<[string, Sent, number, string]>([
    ['no token', { token: '' }, 401, 'needs the token of its pod'],
    ['what is no token', { token: 'x' }, 401, 'no JWT'],
    ['a token of another audience', { token: 'audience.b.c' }, 401, 'not valid for the audience tracewell'],
    ['a token without a pod', { token: 'account.b.c' }, 403, 'not bound to a pod'],
    ['a pod that names itself', { body: { ...reportOf(), pod: { name: 'other' } } }, 403, 'its token says alone'],
    ['what is not JSON', { body: '{"version":1' }, 400, 'not JSON'],
    ['no body', { body: '' }, 400, 'not JSON'],
    ['no object', { body: 'null' }, 400, 'the body is no report: it: '],
    ['another version', { body: { ...reportOf(), version: 2 } }, 400, 'version: '],
    ['a wrong file', { body: { ...reportOf(), files: [reportedFile({ size: -1 })] } }, 400, 'files.0.size: '],
    ['too many files', { body: reportOf({ files: Array.from({ length: 65 }, () => reportedFile()) }) }, 400, 'files: '],
    ['another path', { options: { path: '/other' } }, 404, 'POST /report'],
    ['another method', { options: { method: 'PUT' } }, 404, 'POST /report'],
  ])('%s', async (_, sent, status, words) => {
    kube.onTokenReview = ({ token }) => {
      if (token.startsWith('audience')) return { ...podToken('cart-0'), audiences: ['other'] };
      if (token.startsWith('account'))
        return { ...podToken('cart-0'), user: { username: 'system:serviceaccount:a:b' } };
      return podToken('cart-0');
    };
    expect(await post(sent)).toMatchObject({ status, body: { error: expect.stringContaining(words) } });
    expect([...latest.all()]).toEqual([]);
  });

  it('a body of more than 256 KiB, said or not', async () => {
    const body = ' '.repeat(262_145);
    const message = { error: expect.stringContaining('262144 bytes') };
    expect(await post({ body })).toMatchObject({ status: 413, body: message });
    const chunked = { headers: { authorization: 'Bearer cart-0.b.c', 'transfer-encoding': 'chunked' } };
    expect(await post({ body, options: chunked })).toMatchObject({ status: 413, body: message });
    expect(results).toEqual(['TooLarge', 'TooLarge']);
  });

  it.each([
    ['is said to be too large', { 'content-length': 1_000_000 }],
    ['is found to be', { 'transfer-encoding': 'chunked' }],
  ])('a body that %s, and lets it be sent to its end: else nobody may hear why', async (_, headers) => {
    const agent = new Agent({ keepAlive: true });
    const options = { host: 'localhost', port, path: '/report', method: 'POST', ca, agent };
    const asked = request({ ...options, headers: { authorization: 'Bearer cart-0.b.c', ...headers } });
    asked.write(Buffer.alloc(300_000));
    const [response] = (await once(asked, 'response')) as [IncomingMessage];
    expect(response.statusCode).toBe(413);
    response.resume();
    asked.end(Buffer.alloc(700_000));
    await Promise.all([once(asked, 'finish'), once(response, 'end')]);
    // The same connection takes the next one.
    expect(await post({ options: { agent } })).toMatchObject({ status: 200 });
    agent.destroy();
  });

  it('a body that does not end, for a second', async () => {
    const options = { host: 'localhost', port, path: '/report', method: 'POST', ca };
    const asked = request({ ...options, headers: { authorization: 'Bearer cart-0.b.c', 'content-length': 1_000_000 } });
    asked.on('error', () => undefined).write(Buffer.alloc(300_000));
    const closed = once(asked, 'close');
    const [response] = (await once(asked, 'response')) as [IncomingMessage];
    response.on('error', () => undefined).resume();
    await closed;
    expect(response.statusCode).toBe(413);
  });

  it('the sixty-fifth at once, and asks it to come back', async () => {
    kube.fail('POST', '/apis/authentication.k8s.io', 'hang');
    const open = Array.from({ length: 64 }, (_, n) => post({ token: `pod-${n}.b.c` }).catch(() => undefined));
    await until('64 questions to the API server', () => kube.seen('POST').length === 64);
    expect(await post()).toMatchObject({
      status: 503,
      retryAfter: '10',
      body: { error: expect.stringContaining('too many') },
    });
    await server.stop();
    await Promise.all(open);
  });
});

it('says when the API server cannot be asked: to the sidecar each time, to the log once', async () => {
  const mend = kube.fail('POST', '/apis/authentication.k8s.io', { status: 500, message: 'etcd is away' });
  for (let n = 0; n < 2; n++) {
    expect(await post()).toMatchObject({
      status: 503,
      retryAfter: '10',
      body: { error: expect.stringContaining('etcd is away') },
    });
  }
  mend();
  expect(await post()).toMatchObject({ status: 200 });
  expect(lines.map((line) => (JSON.parse(line) as { message: string }).message)).toEqual([
    'reports of sidecars are not taken',
    'reports of sidecars are taken again',
  ]);
});

it('goes over to a renewed certificate', async () => {
  const renewed = await renew('renew all', undefined, ['localhost'], new Date());
  server.use(renewed);
  await expect(post()).rejects.toThrow('certificate');
  expect(await post({ options: { ca: renewed.ca } })).toMatchObject({ status: 200 });
});

it('ends though somebody has a connection open, and says nothing', async () => {
  const idle = connect({ host: 'localhost', port, ca });
  idle.on('error', () => undefined);
  await new Promise<void>((resolve) => idle.once('secureConnect', resolve));
  await server.stop();
  await until('the connection to be closed', () => idle.closed);
  expect(results).toEqual([]);
});
