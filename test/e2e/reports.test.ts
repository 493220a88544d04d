import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { reportOf } from '../operator/report.ts';
import { until } from '../wait.ts';
import { standingOf, World, type PodView } from './world.ts';

const NAMESPACE = 'reports';
const COUNTED = 'reports-counted';
const world = new World();

interface Answer {
  status: number;
  body: string;
}

/** Posts what stands in its argument to the operator, and prints the answer. */
const POST = `
const { url, ca, token, body, repeat } = JSON.parse(process.argv[1]);
const headers = { 'content-type': 'application/json', ...(token ? { authorization: 'Bearer ' + token } : {}) };
const request = require('node:https').request(url, { method: 'POST', ca, headers }, (response) => {
  let text = '';
  response.on('data', (data) => (text += data));
  response.on('end', () => { console.log(JSON.stringify({ status: response.statusCode, body: text })); process.exit(); });
});
request.on('error', (error) => { console.log(JSON.stringify({ status: 0, body: error.message })); process.exit(); });
request.end(body.repeat(repeat));
`;

/** A hundred lines of JSON, and a hundred of text; and one at its end. */
const WRITES = `
for (let n = 0; n < 100; n++) console.log(JSON.stringify({ message: 'line ' + n, level: 'info' }));
for (let n = 0; n < 100; n++) console.log('just words, number ' + n);
setInterval(() => {}, 1e9);
process.on('SIGTERM', () => { console.log('good bye'); process.exit(0); });
`;

describe.skipIf(world.missing)(`the operator’s reports endpoint ${world.missing}`, () => {
  let secret: { url: string; ca: string };
  const SLEEPER = `setInterval(() => {}, 1e9); process.on('SIGTERM', () => process.exit(0));`;

  const pod = (name: string, labels: object = {}) =>
    world.apply({
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name, namespace: NAMESPACE, labels },
      spec: { terminationGracePeriodSeconds: 1, containers: [world.container(SLEEPER)] },
    });

  beforeAll(async () => {
    await Promise.all([NAMESPACE, COUNTED].map((name) => world.namespace(name)));
    await Promise.all([NAMESPACE, COUNTED].map((name) => world.policy(name)));
    // Its figures come while the other tests run.
    await world.apply(world.deployment(COUNTED, 'writer', WRITES));
    await pod('injected');
    // Neither has a sidecar whose reports would be in the way.
    await pod('left-out', { 'tracewell.dev/inject': 'false' });
    await pod('gone', { 'tracewell.dev/inject': 'false' });
    await world.kubectl('wait', '-n', NAMESPACE, '--for=condition=Ready', 'pod', '--all', '--timeout=120s');
    const { data } = await world.get<{ data: Record<string, string> }>('secret', 'tracewell', '-n', NAMESPACE);
    const file = (name: string) => Buffer.from(data[name]!, 'base64').toString();
    secret = { url: file('operator-url'), ca: file('operator-ca.crt') };
  });
  afterAll(() => world.close());

  /** From the container of an application: whoever can reach the port can try. */
  async function post(token: string, body: string, repeat = 1): Promise<Answer> {
    const given = JSON.stringify({ ...secret, token, body, repeat });
    const container = ['-n', NAMESPACE, 'injected', '-c', 'app', '--', '/usr/local/bin/node'];
    return JSON.parse(await world.kubectl('exec', ...container, '-e', POST, given)) as Answer;
  }

  const tokenOf = async (name: string, audience = 'tracewell') => {
    const bound = ['--bound-object-kind=Pod', `--bound-object-name=${name}`];
    return (await token(audience, bound)).trim();
  };
  const token = (audience: string, bound: string[] = []) =>
    world.kubectl('create', 'token', 'default', '-n', NAMESPACE, `--audience=${audience}`, ...bound);
  const get = (name: string) => world.get<PodView>('pod', name, '-n', NAMESPACE);
  const report = (changes: object = {}) => JSON.stringify({ ...reportOf({ at: Date.now() }), ...changes });

  it('knows a pod by its own token, whoever shows it, and says so on that pod', async () => {
    const answer = await post(await tokenOf('left-out'), report({ state: 'Holding', reason: 'from elsewhere' }));
    expect(answer).toEqual({ status: 200, body: JSON.stringify({ nextSeconds: 5 }) });
    const standing = await until('the annotation', async () => {
      const now = standingOf(await get('left-out'));
      return now.state ? now : undefined;
    });
    expect(standing).toMatchObject({ state: 'Holding', error: 'from elsewhere', revision: 'first' });
    expect(standingOf(await get('injected')).error).toBeUndefined();
  });

  it.each<[string, () => Promise<Answer>, number, string]>([
    ['no token', () => post('', report()), 401, 'needs the token of its pod'],
    ['no JWT', () => post('x', report()), 401, 'no JWT'],
    [
      'a token that nobody signed',
      async () => post((await tokenOf('injected')).replace(/[^.]+$/, 'c2lnbmVk'), report()),
      401,
      'not valid for the audience tracewell',
    ],
    [
      'a token for the API server',
      async () => post(await tokenOf('injected', 'https://kubernetes.default.svc'), report()),
      401,
      'not valid for the audience tracewell',
    ],
    [
      'a token of a service account alone',
      async () => post((await token('tracewell')).trim(), report()),
      403,
      'not bound',
    ],
    [
      'a report that names a pod',
      async () => post(await tokenOf('left-out'), report({ pod: { name: 'injected' } })),
      403,
      'its token says alone',
    ],
    ['what is not JSON', async () => post(await tokenOf('left-out'), '{'), 400, 'not JSON'],
    ['no report', async () => post(await tokenOf('left-out'), report({ state: 'Fine' })), 400, 'state: '],
    [
      'a body of more than 256 KiB',
      async () => post(await tokenOf('left-out'), ' '.repeat(1024), 300),
      413,
      'more than 262144 bytes',
    ],
  ])('refuses %s', async (_, posted, status, words) => {
    expect(await posted()).toEqual({ status, body: expect.stringContaining(words) });
  });

  it('refuses the token of a pod that is gone', async () => {
    const kept = await tokenOf('gone');
    await world.kubectl('delete', 'pod', 'gone', '-n', NAMESPACE, '--timeout=60s');
    expect(await post(kept, report())).toMatchObject({ status: 401 });
  });

  /** What the policy's status says when it says that so many records were read. */
  const figures = (read: number) =>
    until(
      `${read} records in the status`,
      async () => {
        const status = await world.policyStatus(COUNTED);
        return status.records?.read === read ? status : undefined;
      },
      { timeoutMs: 120_000, everyMs: 500 },
    );

  it('has the policy say what its pods’ reports add up to', async () => {
    const { records, ratios, delays, lastAcknowledged } = await figures(200);
    expect(records).toMatchObject({
      stored: 200,
      duplicate: 0,
      rejected: 0,
      discarded: 0,
      pendingBytes: 0,
      lostBytes: 0,
    });
    expect(ratios).toMatchObject({ capture: 1, analysed: 0.5 });
    expect(delays!.transportSeconds).toBeGreaterThan(0);
    expect(delays!.transportSeconds).toBeLessThan(60);
    // Elasticsearch's clock ticks five times a second: of one request it may say that it took no time.
    expect(delays!.storageSeconds).toBeGreaterThanOrEqual(0);
    expect(lastAcknowledged).toBeDefined();
  }, 150_000);

  it('counts on what a pod has said that is gone, its last words too', async () => {
    await world.kubectl('scale', '-n', COUNTED, 'deployment/writer', '--replicas=0');
    const { records, ratios } = await figures(201);
    expect(records).toMatchObject({ stored: 201, duplicate: 0, pendingBytes: 0, lostBytes: 0 });
    expect(ratios!.capture).toBe(1);
  }, 150_000);
});
