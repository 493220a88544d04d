import { expect, it } from 'vitest';
import { identityOf, type TokenStatus } from './identity.ts';

const GOOD: TokenStatus = {
  authenticated: true,
  audiences: ['tracewell'],
  user: {
    username: 'system:serviceaccount:shop:default',
    extra: {
      'authentication.kubernetes.io/pod-name': ['cart-0'],
      'authentication.kubernetes.io/pod-uid': ['5f3b1c0e'],
      'authentication.kubernetes.io/node-name': ['node-1'],
    },
  },
};

it('a token that is bound to a pod is that pod’s', () => {
  expect(identityOf(GOOD)).toEqual({ pod: { namespace: 'shop', name: 'cart-0', uid: '5f3b1c0e' } });
});

it.each<[string, TokenStatus, string]>([
  ['that is not authenticated', { ...GOOD, authenticated: false }, 'not valid for the audience tracewell'],
  ['of which nothing is said', {}, 'not valid for the audience tracewell'],
  ['of another audience', { ...GOOD, audiences: ['https://kubernetes.default.svc'] }, 'not valid for the audience'],
  ['from an API server that knows no audiences', { ...GOOD, audiences: [] }, 'not valid for the audience'],
  ['that has expired', { authenticated: false, error: 'token has expired' }, '(token has expired)'],
])('a token %s is refused with 401', (_, status, words) => {
  expect(identityOf(status)).toEqual({ status: 401, error: expect.stringContaining(words) });
});

const withExtra = (extra: Record<string, string[]>): TokenStatus => ({ ...GOOD, user: { ...GOOD.user, extra } });
const EXTRA = GOOD.user!.extra!;

it.each<[string, TokenStatus]>([
  ['of a service account without a pod', withExtra({})],
  ['without the pod’s uid', withExtra({ ...EXTRA, 'authentication.kubernetes.io/pod-uid': [] })],
  ['without the pod’s name', withExtra({ ...EXTRA, 'authentication.kubernetes.io/pod-name': [''] })],
  ['of two pods', withExtra({ ...EXTRA, 'authentication.kubernetes.io/pod-uid': ['a', 'b'] })],
  ['of a person', { ...GOOD, user: { ...GOOD.user!, username: 'system:admin' } }],
  ['of nobody', { ...GOOD, user: {} }],
])('a token %s is refused with 403', (_, status) => {
  expect(identityOf(status)).toEqual({ status: 403, error: expect.stringContaining('not bound to a pod') });
});
