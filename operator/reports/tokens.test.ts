import { afterEach, beforeEach, expect, it } from 'vitest';
import { ApiServer } from '../../test/operator/api-server.ts';
import { podToken } from '../../test/operator/report.ts';
import { Cluster } from '../cluster.ts';
import { Tokens } from './tokens.ts';

const TOKEN = 'head.claims.signature';
const POD = { pod: { namespace: 'shop', name: 'cart-0', uid: 'uid-of-cart-0' } };
let kube: ApiServer;
let time: number;
let reviews: string[];
let tokens: Tokens;

beforeEach(async () => {
  kube = await ApiServer.start();
  time = 0;
  reviews = [];
  tokens = new Tokens({
    cluster: new Cluster(kube.config()),
    now: () => time,
    onReview: (result) => reviews.push(result),
  });
});
afterEach(() => kube.stop());

it('asks the API server whose a token is, for our audience', async () => {
  let asked: object | undefined;
  kube.onTokenReview = (spec) => {
    asked = spec;
    return podToken('cart-0');
  };
  expect(await tokens.verdict(TOKEN)).toEqual(POD);
  expect(asked).toEqual({ token: TOKEN, audiences: ['tracewell'] });
  expect(reviews).toEqual(['ok']);
});

it('knows the answer for a minute, then asks again', async () => {
  kube.onTokenReview = () => podToken('cart-0');
  await tokens.verdict(TOKEN);
  kube.onTokenReview = () => ({ authenticated: false });
  time = 59_999;
  expect(await tokens.verdict(TOKEN)).toEqual(POD);
  expect(reviews).toHaveLength(1);
  time = 60_000;
  expect(await tokens.verdict(TOKEN)).toMatchObject({ status: 401 });
  expect(reviews).toHaveLength(2);
});

it('knows a refusal for ten seconds', async () => {
  await tokens.verdict(TOKEN);
  kube.onTokenReview = () => podToken('cart-0');
  time = 9999;
  expect(await tokens.verdict(TOKEN)).toMatchObject({ status: 401 });
  time = 10_000;
  expect(await tokens.verdict(TOKEN)).toEqual(POD);
});

it('asks once for a token that is shown many times at once, and once for each other', async () => {
  kube.onTokenReview = ({ token }) => podToken(token.split('.')[0]!);
  const shown = [TOKEN, TOKEN, 'other.claims.signature', TOKEN].map((token) => tokens.verdict(token));
  expect((await Promise.all(shown)).map((one) => 'pod' in one && one.pod.name)).toEqual([
    'head',
    'head',
    'other',
    'head',
  ]);
  expect(reviews).toHaveLength(2);
});

it('remembers no failure to ask', async () => {
  const mend = kube.fail('POST', '/apis/authentication.k8s.io', { status: 500, message: 'etcd is away' });
  await expect(tokens.verdict(TOKEN)).rejects.toThrow('etcd is away');
  mend();
  kube.onTokenReview = () => podToken('cart-0');
  expect(await tokens.verdict(TOKEN)).toEqual(POD);
  expect(reviews).toEqual(['error', 'ok']);
});

it.each(['x', 'a.b', 'a.b.c.d', 'a..c', 'a.b.ü'])('asks nobody about %j, which is no token', async (token) => {
  expect(await tokens.verdict(token)).toEqual({ status: 401, error: expect.stringContaining('no JWT') });
  expect(reviews).toEqual([]);
});

it('forgets the oldest answers when it knows too many', async () => {
  const asked: string[] = [];
  const cluster = {
    create: (_: string, review: unknown) => {
      asked.push((review as { spec: { token: string } }).spec.token);
      return Promise.resolve({ status: podToken('cart-0') });
    },
  };
  const many = new Tokens({ cluster, now: () => 0, onReview: () => undefined });
  for (let n = 0; n <= 20_000; n++) await many.verdict(`a.b.${n}`);
  asked.length = 0;
  await many.verdict('a.b.1');
  await many.verdict('a.b.0');
  expect(asked).toEqual(['a.b.0']);
});
