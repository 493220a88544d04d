import { once } from 'node:events';
import { request } from 'node:https';
import { connect as dial } from 'node:net';
import { text } from 'node:stream/consumers';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { keepingLog } from '../../test/operator/log.ts';
import { freePort } from '../../test/operator/port.ts';
import { podOf, policyOf, SURROUNDINGS } from '../../test/operator/objects.ts';
import { answered } from '../../test/operator/patched.ts';
import { until } from '../../test/wait.ts';
import { renew, type Certificates } from '../certs.ts';
import { inject } from './patch.ts';
import { isInjected, type Pod } from './pod.ts';
import { WebhookServer } from './server.ts';
import { webhookApp, type ReviewResult, type View, type WebhookOptions } from './webhook.ts';

const NAME = 'tracewell.ops.svc';
const { log, lines } = keepingLog();

const EMPTY: View = {
  policiesOf: () => [],
  namespaceLabels: () => ({}),
  quotasOf: () => [],
  limitRangesOf: () => [],
  nodes: () => [],
  breakerOf: () => undefined,
};
const { settings, ownNamespace } = SURROUNDINGS;
const site = { settings, ownNamespace, log };

let view: View;
let reviews: ReviewResult[];
let isCanary: WebhookOptions['isCanary'];
let port: number;
let certificates: Certificates;
let server: WebhookServer;

beforeAll(async () => {
  port = await freePort();
  certificates = await renew('renew all', undefined, [NAME], new Date());
  const app = webhookApp({
    ...site,
    view: {
      policiesOf: (namespace) => view.policiesOf(namespace),
      namespaceLabels: (namespace) => view.namespaceLabels(namespace),
      quotasOf: (namespace) => view.quotasOf(namespace),
      limitRangesOf: (namespace) => view.limitRangesOf(namespace),
      nodes: () => view.nodes(),
      breakerOf: (namespace) => view.breakerOf(namespace),
    },
    isCanary: (namespace, pod) => isCanary(namespace, pod),
    now: () => new Date('2026-01-02T03:04:05Z'),
    onReview: (result) => reviews.push(result),
  });
  server = new WebhookServer(app, port);
  server.use(certificates);
  await server.start();
});
afterAll(() => server.stop());
beforeEach(() => {
  view = { ...EMPTY, policiesOf: () => [policyOf('shop')] };
  reviews = [];
  isCanary = () => false;
  lines.length = 0;
});

interface Answer {
  status: number;
  body: {
    error?: string;
    response?: { uid: string; allowed: boolean; patchType?: string; patch?: string; warnings?: string[] };
  };
}

interface Sent {
  path?: string;
  method?: string;
  headers?: Record<string, string | undefined>;
}

function open({ path = '/inject', method = 'POST', headers }: Sent): ReturnType<typeof request> {
  const { ca } = certificates;
  const given = Object.entries({ 'content-type': 'application/json', ...headers });
  const said = Object.fromEntries(given.filter(([, value]) => value !== undefined));
  return request({ host: '127.0.0.1', port, path, method, headers: said, servername: NAME, ca, agent: false });
}

async function post(body: string | Buffer, { headers, ...how }: Sent = {}): Promise<Answer> {
  const sent = open({ ...how, headers: { 'content-length': String(Buffer.byteLength(body)), ...headers } });
  // A server that refuses a large body need not read it to its end.
  sent.on('error', () => {});
  sent.end(body);
  const [response] = (await once(sent, 'response')) as [
    NonNullable<Parameters<typeof text>[0]> & { statusCode: number },
  ];
  return { status: response.statusCode, body: JSON.parse(await text(response)) as Answer['body'] };
}

const reviewOf = (object: unknown, more: object = {}) =>
  JSON.stringify({
    apiVersion: 'admission.k8s.io/v1',
    kind: 'AdmissionReview',
    request: {
      uid: 'r1',
      kind: { group: '', version: 'v1', kind: 'Pod' },
      namespace: 'shop',
      operation: 'CREATE',
      object,
      ...more,
    },
  });

const patched = (pod: Pod, { response }: Answer['body']): Pod => answered(pod, response!);

describe('the webhook', () => {
  it('answers with a patch that injects the sidecar', async () => {
    const { status, body } = await post(reviewOf(podOf()));
    expect(status).toBe(200);
    expect(body).toMatchObject({
      apiVersion: 'admission.k8s.io/v1',
      kind: 'AdmissionReview',
      response: { uid: 'r1', allowed: true, patchType: 'JSONPatch' },
    });
    expect(isInjected(patched(podOf(), body))).toBe(true);
    expect(reviews).toEqual([{ namespace: 'shop', result: 'injected', reason: '' }]);
  });

  it('answers for a pod that has the sidecar without a patch', async () => {
    const once = patched(podOf(), (await post(reviewOf(podOf()))).body);
    const { body } = await post(reviewOf(once));
    expect(body.response).toEqual({ uid: 'r1', allowed: true });
    expect(reviews.at(-1)).toEqual({ namespace: 'shop', result: 'unchanged', reason: '' });
  });

  it('takes the namespace of the request: a pod need not name it', async () => {
    const asked: string[] = [];
    view = { ...view, policiesOf: (namespace) => (asked.push(namespace), []) };
    const { namespace: _, ...metadata } = podOf().metadata;
    await post(reviewOf({ ...podOf(), metadata }, { namespace: 'bank' }));
    expect(asked).toEqual(['bank']);
  });

  it.each([
    ['a policy does not select', podOf({}, { labels: { app: 'other' } }), 'NotSelected'],
    ['opted out', podOf({}, { labels: { app: 'cart', 'tracewell.dev/inject': 'false' } }), 'OptedOut'],
    ['is for Windows', podOf({ os: { name: 'windows' } }), 'Windows'],
  ])('leaves a pod as it is that %s', async (_, pod, reason) => {
    view = { ...view, policiesOf: () => [policyOf('cart', { selector: { matchLabels: { app: 'cart' } } })] };
    const { body } = await post(
      reviewOf({ ...pod, metadata: { ...pod.metadata, labels: { app: 'cart', ...pod.metadata.labels } } }),
    );
    expect(body.response).toEqual({ uid: 'r1', allowed: true });
    expect(reviews).toEqual([{ namespace: 'shop', result: 'skipped', reason }]);
  });

  it('counts a namespace that does not exist under no name: anybody who reaches it could invent a thousand', async () => {
    view = { ...view, namespaceLabels: (namespace) => (namespace === 'shop' ? {} : undefined) };
    const { body } = await post(reviewOf(podOf(), { namespace: 'invented' }));
    expect(body.response).toEqual({ uid: 'r1', allowed: true });
    expect(reviews).toEqual([{ namespace: '', result: 'skipped', reason: 'NotSelected' }]);
  });

  it('says in the log which pod it did not inject, and why', async () => {
    view = { ...view, policiesOf: () => [policyOf('night', { paused: true })] };
    await post(reviewOf(podOf({}, { name: undefined, generateName: 'cart-7d4b9c6f5-' })));
    expect(JSON.parse(lines[0]!)).toMatchObject({
      message: 'a pod is not injected',
      reason: 'Paused',
      why: 'the policy night is paused (spec.paused)',
      namespace: 'shop',
      pod: 'cart-7d4b9c6f5-*',
      policy: 'TracingPolicy shop/night',
    });
  });

  it.each([
    ['that is injected', podOf(), true],
    ['that is skipped', podOf({ os: { name: 'windows' } }), false],
  ])('answers a dry run of a pod %s like any other, and nothing comes of it', async (_, pod, injected) => {
    const { body } = await post(reviewOf(pod, { dryRun: true }));
    expect(isInjected(patched(pod, body))).toBe(injected);
    expect({ reviews, lines }).toEqual({ reviews: [], lines: [] });
    expect(body).toEqual((await post(reviewOf(pod))).body);
  });

  it('repairs on reinvocation what another webhook stripped: a sidecar without restartPolicy would hold up the pod', async () => {
    const stripped = structuredClone(patched(podOf(), (await post(reviewOf(podOf()))).body));
    for (const container of stripped.spec.initContainers!) delete container.restartPolicy;
    expect(isInjected(stripped)).toBe(false);
    expect(isInjected(patched(stripped, (await post(reviewOf(stripped))).body))).toBe(true);
  });

  it.each([
    [
      'the quota of its namespace',
      { quotasOf: () => [{ metadata: { name: 'q' }, status: { hard: { pods: '0' } } }] },
      'QuotaExceeded',
    ],
    [
      'the LimitRange of its namespace',
      {
        limitRangesOf: () => [
          { metadata: { name: 'l' }, spec: { limits: [{ type: 'Container', max: { cpu: '1m' } }] } },
        ],
      },
      'LimitRange',
    ],
    [
      'a node of the cluster',
      {
        nodes: () => [
          { metadata: { name: 'n' }, status: { nodeInfo: { kubeletVersion: 'v1.28.0', operatingSystem: 'linux' } } },
        ],
      },
      'NativeSidecarsUnsupported',
    ],
    ['its namespace, which is the operator’s', {}, 'SystemNamespace'],
  ])('asks for %s', async (_, known, reason) => {
    view = { ...view, ...known };
    const namespace = reason === 'SystemNamespace' ? ownNamespace : 'shop';
    const { body } = await post(reviewOf(podOf(), { namespace }));
    expect(body.response).toEqual({ uid: 'r1', allowed: true });
    expect(reviews).toEqual([{ namespace, result: 'skipped', reason }]);
  });

  it('tells who creates the pod of a label that is none', async () => {
    const { body } = await post(reviewOf(podOf({}, { labels: { 'tracewell.dev/inject': 'no' } })));
    expect(body.response!.warnings).toEqual([expect.stringContaining('tracewell.dev/inject="no"')]);
  });

  it('drops nothing of a huge object, and looks at none of it that does not matter', async () => {
    const managedFields = Array.from({ length: 2_000 }, (_, index) => ({
      manager: `m${index}`,
      fieldsV1: { 'f:a': {} },
    }));
    const huge = podOf({}, { managedFields });
    const { response } = (await post(reviewOf(huge))).body;
    expect(response).toEqual((await post(reviewOf(podOf()))).body.response);
    expect(patched(huge, { response: response! }).metadata).toMatchObject({ managedFields });
  });

  it('says in its answers nothing that is secret: no address, no key', async () => {
    const text = JSON.stringify(answered(podOf(), (await post(reviewOf(podOf()))).body.response!));
    expect(text).not.toMatch(/https?:|BEGIN|api[-_]?key|password/i);
  });

  it.each([
    [
      'when a fault of ours comes up',
      () => podOf(),
      () => {
        throw new Error('our fault');
      },
    ],
    [
      'when the patched pod would be refused',
      () => podOf({ containers: [{ name: 'a' }, { name: 'a' }] }),
      () => [policyOf()],
    ],
  ])('allows the pod as it is %s', async (_, pod, policiesOf) => {
    view = { ...view, policiesOf };
    const { status, body } = await post(reviewOf(pod()));
    const warnings = [expect.stringContaining('a fault of the operator, whose log says more')];
    expect([status, body.response]).toEqual([200, { uid: 'r1', allowed: true, warnings }]);
    expect(reviews).toEqual([{ namespace: 'shop', result: 'error', reason: 'InternalError' }]);
    expect(lines[0]).toContain('injection failed; the pod goes in as it is');
  });
});

describe('what is no review', () => {
  it.each([
    ['garbage', 'garbage', 'the body is not JSON'],
    ['half of one', reviewOf(podOf()).slice(0, 200), 'the body is not JSON'],
    ['broken UTF-8', Buffer.from([0xff, 0xfe, 0x7b]), 'the body is not JSON'],
    ['a text', '"review"', 'the body is not JSON'],
    ['nothing', '', 'the body is no AdmissionReview'],
    [
      'another kind',
      reviewOf(podOf(), { kind: { group: '', version: 'v1', kind: 'Service' } }),
      'not about a pod (v1)',
    ],
  ])('%s is answered 400, and counted as nothing', async (_, body, error) => {
    expect(await post(body)).toEqual({ status: 400, body: { error: expect.stringContaining(error) } });
    expect(reviews).toEqual([]);
  });

  it.each([
    ['text', 'text/plain', 'application/json'],
    ['a form', 'application/x-www-form-urlencoded', 'application/json'],
    ['YAML', 'application/yaml', 'application/json'],
    ['of a kind that is not said', undefined, 'application/json'],
    ['JSON in another alphabet', 'application/json; charset=koi8-r', 'UTF-8'],
  ])('a body that is %s is answered 415', async (_, type, words) => {
    const { status, body } = await post(reviewOf(podOf()), { headers: { 'content-type': type } });
    expect([status, body.error]).toEqual([415, expect.stringContaining(words)]);
    expect(reviews).toEqual([]);
  });

  it('a compressed body is answered 415: a small one could become a large one', async () => {
    const bomb = gzipSync(Buffer.alloc(20 * 1024 * 1024, ' '));
    const { status, body } = await post(bomb, { headers: { 'content-encoding': 'gzip' } });
    expect([status, body.error]).toEqual([415, 'the body is compressed: it must be plain JSON']);
  });

  it.each([
    ['that says so', undefined],
    ['that does not say so', { 'content-length': undefined, 'transfer-encoding': 'chunked' }],
  ])('a body of more than 10 MB %s is answered 413', async (_, headers) => {
    const answer = await post(Buffer.alloc(10 * 1024 * 1024 + 1, 'x'), { headers: headers ?? {} });
    expect(answer).toEqual({ status: 413, body: { error: 'a body of more than 10 MB is refused' } });
  });

  it('a large pod below that is none', async () => {
    const annotations = { large: 'x'.repeat(9 * 1024 * 1024) };
    expect((await post(reviewOf(podOf({}, { annotations })))).status).toBe(200);
  });

  it('bodies that together would take the operator’s memory are answered 503, until others are done', async () => {
    const headers = { 'content-length': String(9 * 1024 * 1024) };
    const slow = Array.from({ length: 7 }, () => open({ headers }));
    for (const one of slow) {
      one.on('error', () => {});
      one.write('{');
    }
    const large = reviewOf(podOf({}, { annotations: { large: 'x'.repeat(2 * 1024 * 1024) } }));
    await until('a large body to be refused', async () => (await post(large)).status === 503);
    expect((await post(reviewOf(podOf()))).status).toBe(200);
    for (const one of slow) one.destroy();
    await until('it to be taken', async () => (await post(large)).status === 200);
  });

  it('a body too deep to be answered, which no pod is, harms nobody else', async () => {
    const deep = `${'['.repeat(200_000)}${']'.repeat(200_000)}`;
    const answer = await post(reviewOf(podOf({ volumes: 'DEEP' })).replace('"DEEP"', deep));
    expect(answer).toEqual({ status: 500, body: { error: 'a fault of the operator' } });
    expect((await post(reviewOf(podOf()))).status).toBe(200);
  });

  it.each([
    ['/', 'POST'],
    ['/mutate', 'POST'],
    ['/inject', 'PUT'],
    ['/inject', 'GET'],
  ])('%s by %s is answered 404', async (path, method) => {
    expect((await post(reviewOf(podOf()), { path, method })).status).toBe(404);
  });

  it.each([
    ['broken', '{"request": {"object": {"env": "s3cret", '],
    ['no review', JSON.stringify({ kind: 's3cret', apiVersion: 's3cret', request: 's3cret' })],
    ['no pod', reviewOf({ metadata: { name: 's3cret' } }, { uid: 's3cret' })],
    ['no creation', reviewOf(podOf(), { operation: 's3cret' })],
  ])('no answer repeats what was asked, which may be secret: %s', async (_, body) => {
    const answer = await post(body);
    expect(answer.status).toBe(400);
    expect(JSON.stringify(answer)).not.toContain('s3cret');
  });
});

describe('a pod with odd parts', () => {
  it.each([
    [
      'null for lists',
      { spec: { containers: [{ name: 'app', env: null, volumeMounts: null }], initContainers: null, volumes: null } },
    ],
    ['null for maps', { metadata: { name: 'a', labels: null, annotations: null } }],
    ['an empty container', { spec: { containers: [{}] } }],
  ])('is allowed: %s', async (_, parts) => {
    const { status, body } = await post(reviewOf({ ...podOf(), ...parts }));
    expect([status, body.response!.allowed]).toEqual([200, true]);
  });
});

describe('while the breaker is open', () => {
  beforeEach(() => {
    view = { ...view, breakerOf: (namespace) => (namespace === 'shop' ? 'sidecars do not start' : undefined) };
  });

  it('a pod goes in as it is, and it is said why', async () => {
    const { body } = await post(reviewOf(podOf()));
    expect(body.response!.patch).toBeUndefined();
    expect(reviews).toEqual([{ namespace: 'shop', result: 'skipped', reason: 'BreakerOpen' }]);
    expect(lines.join()).toContain('sidecars do not start');
  });

  it('a canary is injected', async () => {
    isCanary = (namespace, { metadata }) => namespace === 'shop' && metadata.name === 'cart-0';
    const { body } = await post(reviewOf(podOf()));
    expect(isInjected(patched(podOf(), body))).toBe(true);
    expect(reviews).toEqual([{ namespace: 'shop', result: 'injected', reason: '' }]);
  });

  it('no dry run is a canary', async () => {
    isCanary = () => true;
    const { body } = await post(reviewOf(podOf(), { dryRun: true }));
    expect(body.response!.patch).toBeUndefined();
  });

  it('nor is a pod that is left out for another reason', async () => {
    isCanary = () => true;
    const { body } = await post(reviewOf(podOf({}, { annotations: { 'tracewell.dev/inject': 'false' } })));
    expect(body.response!.patch).toBeUndefined();
    expect(reviews).toMatchObject([{ reason: 'OptedOut' }]);
  });

  it('a pod that another replica has just injected stays so when it is asked about again', async () => {
    const canary = inject(podOf(), { policy: policyOf('shop'), settings, now: new Date(0) });
    await post(reviewOf(canary));
    expect(reviews).toMatchObject([{ result: 'unchanged' }]);
  });
});

describe('the server', () => {
  it('takes over a renewed certificate without a restart', async () => {
    const before = certificates;
    certificates = await renew('renew all', undefined, [NAME], new Date());
    await expect(post(reviewOf(podOf()))).rejects.toThrow(/certificate/);
    server.use(certificates);
    expect((await post(reviewOf(podOf()))).status).toBe(200);
    expect(certificates.ca).not.toBe(before.ca);
  });

  it('speaks TLS only', async () => {
    const socket = dial(port, '127.0.0.1');
    socket.write('POST /inject HTTP/1.1\r\nhost: a\r\n\r\n');
    socket.resume();
    await once(socket, 'close');
    expect(reviews).toEqual([]);
  });

  const another = (at: number) =>
    new WebhookServer(webhookApp({ ...site, view, isCanary, now: () => new Date(), onReview: () => {} }), at);

  it('says which port it cannot have', async () => {
    await expect(another(port).start()).rejects.toThrow(`EADDRINUSE: address already in use :::${port}`);
  });

  it('ends within moments, though somebody opened a connection and says nothing', async () => {
    const own = await freePort();
    const ending = another(own);
    await ending.start();
    const socket = dial(own, '127.0.0.1');
    await once(socket, 'connect');
    const began = performance.now();
    await ending.stop();
    expect(performance.now() - began).toBeLessThan(10_000);
    socket.destroy();
  });
});
