import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { sidecarConfig } from '../../api/sidecar-config.ts';
import { clusterPolicyOf, policyOf } from '../../test/operator/objects.ts';
import {
  configOf,
  filesOf,
  isManaged,
  secretOf,
  stands,
  storedKey,
  storedRedactionKey,
  type SecretContents,
} from './secret.ts';

const key = { id: 'k1', expires: '2026-04-01T00:00:00.000Z', encoded: 'azE6c2VjcmV0' };
const contents: SecretContents = {
  namespace: 'shop',
  policies: [policyOf('cart'), policyOf('rest')],
  lastGood: {},
  key,
  cluster: 'production',
  urls: ['https://es-1:9200', 'https://es-2:9200'],
  ca: '-----BEGIN CERTIFICATE-----\n',
  redactionKey: '0a'.repeat(32),
  redactRequired: ['ipv4'],
  reports: undefined,
};
const decoded = (one: SecretContents) =>
  Object.fromEntries(
    Object.entries(secretOf(one).data).map(([file, text]) => [file, Buffer.from(text, 'base64').toString('utf8')]),
  );

describe('the Secret of a namespace', () => {
  it('holds the key, the authority, and a configuration per policy', () => {
    const files = decoded(contents);
    expect(Object.keys(files).toSorted()).toEqual([
      'TracingPolicy.cart.json',
      'TracingPolicy.rest.json',
      'api-key',
      'es-ca.crt',
      'redaction-key',
    ]);
    expect(files['api-key']).toBe(key.encoded);
    expect(files['es-ca.crt']).toBe(contents.ca);
    expect(sidecarConfig.parse(JSON.parse(files['TracingPolicy.cart.json']!))).toMatchObject({
      cluster: 'production',
      policy: { kind: 'TracingPolicy', namespace: 'shop', name: 'cart' },
      elasticsearch: { urls: contents.urls },
      streams: { logs: 'logs-tracewell-shop' },
    });
  });

  it('tells sidecars every rule of redaction: the policy’s, the defaults, what the chart requires', () => {
    const policy = policyOf('cart', { logs: { redact: [{ builtin: 'card', disabled: true }, { pattern: 'a+' }] } });
    const { redact } = configOf(policy, 'shop', contents).logs;
    const named = redact.map(({ builtin, pattern }) => builtin ?? pattern);
    expect(named).toEqual(['a+', 'bearer', 'jwt', 'cloud-key', 'url-password', 'iban', 'ipv4']);
  });

  it('holds no authority where the public ones do', () => {
    expect(Object.keys(decoded({ ...contents, ca: undefined }))).not.toContain('es-ca.crt');
  });

  it('says where to report, and whom to trust there', () => {
    const reports = { url: 'https://tracewell-reports.ops.svc/report', ca: 'new\nold\n' };
    const { 'operator-url': url, 'operator-ca.crt': authority } = decoded({ ...contents, reports });
    expect({ url, ca: authority }).toEqual(reports);
  });

  it('gives the key back that was put into it', () => {
    const secret = secretOf(contents);
    expect(storedKey(secret)).toEqual(key);
    expect(storedRedactionKey(secret)).toBe(contents.redactionKey);
    expect(isManaged(secret)).toBe(true);
  });

  it.each([
    ['that is not there', undefined],
    ['without data', { metadata: { name: 'tracewell' } }],
    ['without a key', { metadata: { name: 'tracewell' }, data: { other: 'eA==' } }],
    ['with an empty key', { metadata: { name: 'tracewell' }, data: { 'api-key': '' } }],
  ])('%s gives none', (_, secret) => {
    expect(storedKey(secret)).toBeUndefined();
    expect(storedRedactionKey(secret)).toBeUndefined();
  });

  it('whose key of redaction is none gives none', () => {
    const metadata = { name: 'tracewell' };
    const data = { 'redaction-key': Buffer.from('0a').toString('base64') };
    expect(storedRedactionKey({ metadata, data })).toBeUndefined();
  });

  it.each([
    ['without our label', {}],
    ['with the label of another', { labels: { 'app.kubernetes.io/managed-by': 'Helm' } }],
  ])('%s is somebody’s', (_, metadata) => {
    expect(isManaged({ metadata: { name: 'tracewell', ...metadata } })).toBe(false);
  });
});

describe('the revision of a configuration', () => {
  const settings = fc.record({
    name: fc.constantFrom('cart', 'rest'),
    cluster: fc.constantFrom('', 'production'),
    urls: fc.constantFrom(['https://a:9200'], ['https://a:9200', 'https://b:9200']),
    exclude: fc.constantFrom([], ['istio-proxy']),
    // What sidecars do not read.
    priority: fc.constantFrom(0, 1),
    retention: fc.constantFrom('7d', '14d'),
  });
  const build = ({
    name,
    cluster,
    urls,
    exclude,
    priority,
    retention,
  }: typeof settings extends fc.Arbitrary<infer T> ? T : never) =>
    configOf(policyOf(name, { priority, retention, logs: { containers: { exclude } } }), 'shop', {
      cluster,
      urls,
      redactRequired: [],
    });

  it('changes when anything else in it does, and only then', () => {
    fc.assert(
      fc.property(settings, settings, (one, other) => {
        const [{ revision: a, ...restA }, { revision: b, ...restB }] = [build(one), build(other)];
        expect(a === b).toBe(JSON.stringify(restA) === JSON.stringify(restB));
      }),
    );
  });
});

it('a cluster policy is told to the sidecars of each namespace with that namespace’s streams', () => {
  const config = configOf(clusterPolicyOf('base'), 'shop', contents);
  expect(config.policy).toEqual({ kind: 'ClusterTracingPolicy', namespace: 'shop', name: 'base' });
  expect(config.streams.logs).toBe('logs-tracewell-shop');
  expect(config.revision).toBe(configOf(clusterPolicyOf('base'), 'bank', contents).revision);
});

it('what a policy said last stays while it is refused', () => {
  const before = { metadata: { name: 'tracewell' }, data: secretOf(contents).data };
  const lastGood = filesOf(before, ['TracingPolicy.cart', 'TracingPolicy.gone']);
  const files = decoded({ ...contents, policies: [], lastGood });
  expect(files['TracingPolicy.cart.json']).toBe(decoded(contents)['TracingPolicy.cart.json']);
  expect(Object.keys(files)).not.toContain('TracingPolicy.rest.json');
});

describe('a Secret stands as it is wanted', () => {
  const wanted = secretOf(contents);
  it.each<[string, boolean, (secret: typeof wanted) => object]>([
    ['as it was written', true, (secret) => secret],
    ['with what somebody added', true, (secret) => ({ ...secret, data: { ...secret.data, theirs: 'eA==' } })],
    ['with another key', false, (secret) => ({ ...secret, data: { ...secret.data, 'api-key': 'eA==' } })],
    [
      'with a policy that is none',
      false,
      (secret) => ({ ...secret, data: { ...secret.data, 'TracingPolicy.old.json': 'eA==' } }),
    ],
    ['without a file', false, (secret) => ({ ...secret, data: {} })],
    ['without its label', false, (secret) => ({ ...secret, metadata: { ...secret.metadata, labels: {} } })],
    ['without its notes', false, (secret) => ({ ...secret, metadata: { ...secret.metadata, annotations: {} } })],
  ])('%s: %s', (_, expected, change) => {
    expect(stands(change(structuredClone(wanted)) as never, wanted)).toBe(expected);
  });

  it('not where there is none', () => {
    expect(stands(undefined, wanted)).toBe(false);
  });
});
