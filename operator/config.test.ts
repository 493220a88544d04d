import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Permanent } from '../runtime/errors.ts';
import { readConfig } from './config.ts';

let folder: string;
let env: Record<string, string>;
const put = (file: string, text: string) => writeFileSync(join(folder, file), text);

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'tracewell-config-'));
  put('username', 'operator\n');
  put('password', 'secret\n');
  env = {
    TRACEWELL_NAMESPACE: 'ops',
    TRACEWELL_NAME: 'tracewell',
    TRACEWELL_OWNER: 'tracewell',
    TRACEWELL_SIDECAR_IMAGE: 'sidecar:1',
    TRACEWELL_SIDECAR_RESOURCES: '{"requests":{"cpu":"1m","memory":"1Mi"},"limits":{"cpu":"1","memory":"1Gi"}}',
    TRACEWELL_ELASTICSEARCH_URLS: 'https://a:9200, https://b:9200',
    TRACEWELL_ELASTICSEARCH_AUTH: folder,
  };
});
afterEach(() => rmSync(folder, { recursive: true }));

describe('the configuration', () => {
  it('has what the chart sets, and defaults for the rest', () => {
    expect(readConfig(env)).toEqual({
      namespace: 'ops',
      name: 'tracewell',
      owner: 'tracewell',
      sidecar: {
        image: 'sidecar:1',
        pullPolicy: 'IfNotPresent',
        pullSecrets: [],
        resources: { requests: { cpu: '1m', memory: '1Mi' }, limits: { cpu: '1', memory: '1Gi' } },
        proxy: { http: '', https: '', none: '' },
      },
      elastic: {
        urls: ['https://a:9200', 'https://b:9200'],
        credentials: { username: 'operator', password: 'secret' },
        ca: undefined,
        replicas: undefined,
        cluster: '',
      },
      kibana: undefined,
      redactRequired: [],
      bounds: { retention: {}, resources: {} },
      webhookPort: 9443,
      reportsPort: 9444,
      httpPort: 8080,
      podIp: undefined,
      podName: '',
      certManagerSecret: '',
      drainMs: 15_000,
      logLevel: 'info',
    });
  });

  it('takes an empty variable as one that is not set', () => {
    expect(readConfig({ ...env, TRACEWELL_LOG_LEVEL: '', TRACEWELL_ELASTICSEARCH_REPLICAS: '' })).toMatchObject({
      logLevel: 'info',
      elastic: { replicas: undefined },
    });
  });

  it('takes no replicas for what it says', () => {
    expect(readConfig({ ...env, TRACEWELL_ELASTICSEARCH_REPLICAS: '0' }).elastic.replicas).toBe(0);
  });

  it('takes the pull secrets of sidecars by name', () => {
    expect(readConfig({ ...env, TRACEWELL_SIDECAR_PULL_SECRETS: 'registry,mirror' }).sidecar.pullSecrets).toEqual([
      'registry',
      'mirror',
    ]);
  });

  it('takes the rules of redaction that the chart requires', () => {
    expect(readConfig({ ...env, TRACEWELL_REDACT_REQUIRED: 'card, cloud-key' }).redactRequired).toEqual([
      'card',
      'cloud-key',
    ]);
  });

  describe('of Kibana', () => {
    beforeEach(() => {
      env['TRACEWELL_KIBANA_URL'] = 'https://kibana:5601/base';
      env['TRACEWELL_ELASTICSEARCH_CA'] = join(folder, 'ca.crt');
      put('ca.crt', 'authority');
    });

    it('is that of Elasticsearch, where the Secret says nothing else', () => {
      expect(readConfig(env).kibana).toEqual({
        url: 'https://kibana:5601/base',
        space: '',
        credentials: { username: 'operator', password: 'secret' },
        ca: 'authority',
      });
    });

    it('has a space, credentials and an authority of its own', () => {
      put('kibana-api-key', 'aWQ6a2V5\n');
      put('kibana-ca.crt', 'another\n');
      expect(readConfig({ ...env, TRACEWELL_KIBANA_SPACE: 'platform-2' }).kibana).toMatchObject({
        space: 'platform-2',
        credentials: { apiKey: 'aWQ6a2V5' },
        ca: 'another',
      });
      expect(readConfig(env).elastic.credentials).toEqual({ username: 'operator', password: 'secret' });
    });

    it.each([
      ['TRACEWELL_KIBANA_URL', 'https://a:b@kibana'],
      ['TRACEWELL_KIBANA_SPACE', '../other'],
    ])('is refused with a wrong %s', (name, value) => {
      expect(() => readConfig({ ...env, [name]: value })).toThrow(name);
    });
  });

  it('takes an authority where its file is, and the public ones where it is not', () => {
    const path = join(folder, 'ca.crt');
    expect(readConfig({ ...env, TRACEWELL_ELASTICSEARCH_CA: path }).elastic.ca).toBeUndefined();
    put('ca.crt', 'PEM');
    expect(readConfig({ ...env, TRACEWELL_ELASTICSEARCH_CA: path }).elastic.ca).toBe('PEM');
  });

  it('prefers a user, who can mint keys, to a key', () => {
    put('api-key', 'azE6c2VjcmV0');
    expect(readConfig(env).elastic.credentials).toEqual({ username: 'operator', password: 'secret' });
    put('password', '');
    expect(readConfig(env).elastic.credentials).toEqual({ apiKey: 'azE6c2VjcmV0' });
  });

  it('without credentials cannot be: the Secret and its keys are named', () => {
    put('password', '');
    expect(() => readConfig(env)).toThrow(`mounted at ${folder}) needs the keys username and password, or api-key`);
  });
});

describe('a wrong environment', () => {
  it.each([
    ['TRACEWELL_NAMESPACE', undefined],
    ['TRACEWELL_SIDECAR_RESOURCES', '{"requests":{}}'],
    ['TRACEWELL_SIDECAR_RESOURCES', 'much'],
    ['TRACEWELL_SIDECAR_PROXY', 'proxy:3128'],
    ['TRACEWELL_SIDECAR_PROXY', '{"https":"socks5://proxy"}'],
    ['TRACEWELL_SIDECAR_PROXY', '{"https":"http://user:secret@proxy:3128"}'],
    ['TRACEWELL_SIDECAR_PULL_POLICY', 'Sometimes'],
    ['TRACEWELL_ELASTICSEARCH_URLS', 'es:9200'],
    ['TRACEWELL_ELASTICSEARCH_URLS', 'https://a:9200,ftp://b'],
    ['TRACEWELL_ELASTICSEARCH_URLS', 'https://operator:secret@a:9200'],
    ['TRACEWELL_ELASTICSEARCH_REPLICAS', 'two'],
    ['TRACEWELL_REDACT_REQUIRED', 'card,everything'],
    ['TRACEWELL_WEBHOOK_PORT', '70000'],
    ['TRACEWELL_DRAIN_SECONDS', 'long'],
    ['TRACEWELL_DRAIN_SECONDS', '-1'],
    ['TRACEWELL_LOG_LEVEL', 'loud'],
  ])('%s=%s is named', (name, value) => {
    const wrong = () => readConfig({ ...env, [name]: value });
    expect(wrong).toThrow(Permanent);
    expect(wrong).toThrow(new RegExp(`the operator's environment is wrong .*: ${name}`));
  });

  it('is told at once, not fault by fault', () => {
    expect(() => readConfig({})).toThrow(/TRACEWELL_NAMESPACE: .*TRACEWELL_NAME: .*TRACEWELL_ELASTICSEARCH_AUTH: /s);
  });
});
