import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { podOf } from '../../test/operator/objects.ts';
import { answerOf, parseReview } from './review.ts';

const KIND = { group: '', version: 'v1', kind: 'Pod' };
const bodyOf = (request: object = {}, body: object = {}) => ({
  apiVersion: 'admission.k8s.io/v1',
  kind: 'AdmissionReview',
  request: { uid: 'r1', kind: KIND, namespace: 'shop', operation: 'CREATE', object: podOf(), ...request },
  ...body,
});

describe('a review is read', () => {
  it.each([
    ['as it is', bodyOf(), false],
    ['of a dry run', bodyOf({ dryRun: true }), true],
    ['with null where nothing is meant', bodyOf({ subResource: null, dryRun: null }), false],
    ['with fields that nobody knows yet', bodyOf({ later: 1 }, { later: 2 }), false],
  ])('%s', (_, body, dryRun) => {
    expect(parseReview(body)).toEqual({ uid: 'r1', namespace: 'shop', dryRun, object: podOf() });
  });
});

describe('what is no review of a pod’s creation says what is wrong with it', () => {
  it.each<[string, unknown, string]>([
    ['nothing', undefined, 'the body is no AdmissionReview'],
    ['null', null, 'the body is no AdmissionReview'],
    ['a list', [], 'the body is no AdmissionReview'],
    ['an empty object', {}, 'the body is no AdmissionReview'],
    ['a pod', { apiVersion: 'v1', ...podOf(), kind: 'Pod' }, 'the body is no AdmissionReview'],
    ['an older version', bodyOf({}, { apiVersion: 'admission.k8s.io/v1beta1' }), 'a version other than'],
    ['a later version', bodyOf({}, { apiVersion: 'admission.k8s.io/v2' }), 'a version other than admission.k8s.io/v1'],
    ['another group', bodyOf({}, { apiVersion: 'v1' }), 'a version other than admission.k8s.io/v1'],
    ['no request', bodyOf({}, { request: undefined }), 'the AdmissionReview has no request'],
    ['a request that is a text', bodyOf({}, { request: 'please' }), 'the AdmissionReview has no request'],
    ['no uid', bodyOf({ uid: undefined }), 'the request has no uid'],
    ['an empty uid', bodyOf({ uid: '' }), 'the request has no uid'],
    ['no namespace', bodyOf({ namespace: undefined }), 'the request has no namespace'],
    ['a namespace that is a number', bodyOf({ namespace: 7 }), 'the request has no namespace'],
    ['no kind', bodyOf({ kind: undefined }), 'not about a pod (v1)'],
    ['another kind', bodyOf({ kind: { ...KIND, kind: 'PodTemplate' } }), 'not about a pod (v1)'],
    ['a pod of another version', bodyOf({ kind: { ...KIND, version: 'v2' } }), 'not about a pod (v1)'],
    ['a pod of another group', bodyOf({ kind: { ...KIND, group: 'example.com' } }), 'not about a pod (v1)'],
    ['a change', bodyOf({ operation: 'UPDATE' }), 'not about the creation'],
    ['a deletion', bodyOf({ operation: 'DELETE', object: null }), 'not about the creation'],
    ['no operation', bodyOf({ operation: undefined }), 'not about the creation'],
    ['no object', bodyOf({ object: undefined }), 'it has no metadata'],
    ['an object without metadata', bodyOf({ object: { spec: { containers: [] } } }), 'it has no metadata'],
    ['an object with null for metadata', bodyOf({ object: { ...podOf(), metadata: null } }), 'it has no metadata'],
    ['an object without a spec', bodyOf({ object: { metadata: {} } }), 'it has no containers'],
    ['an object whose containers are no list', bodyOf({ object: podOf({ containers: {} }) }), 'it has no containers'],
  ])('%s', (_, body, fault) => {
    expect(parseReview(body)).toEqual({ fault: expect.stringContaining(fault) });
  });

  it.each(['ephemeralcontainers', 'resize', 'binding', 'eviction', 'status', 'exec'])('the subresource %s', (name) => {
    const request = { operation: name === 'status' || name.length > 10 ? 'UPDATE' : 'CREATE', subResource: name };
    expect(parseReview(bodyOf(request))).toEqual({ fault: expect.stringContaining('a subresource') });
  });

  it('whatever it is: it never throws', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.jsonValue(), (any, other) => {
        const read = [
          parseReview(any),
          parseReview(bodyOf({ object: any, kind: other })),
          parseReview({ request: any }),
        ];
        expect(read.every((one) => 'fault' in one || Array.isArray(one.object.spec.containers))).toBe(true);
      }),
    );
  });
});

describe('the answer', () => {
  it('without a patch says that the pod is allowed, and no more', () => {
    expect(answerOf('r1', [], undefined)).toEqual({
      apiVersion: 'admission.k8s.io/v1',
      kind: 'AdmissionReview',
      response: { uid: 'r1', allowed: true },
    });
  });

  it('carries patch and warning', () => {
    const patch = Buffer.from('[{"op":"add"}]').toString('base64');
    expect(answerOf('r1', [{ op: 'add' }], 'mind')).toMatchObject({
      response: { uid: 'r1', allowed: true, patchType: 'JSONPatch', patch, warnings: ['mind'] },
    });
  });
});
