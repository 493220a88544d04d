import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ElasticSettings } from '../../operator/elastic/client.ts';
import { ElasticTrouble } from '../../operator/elastic/trouble.ts';
import { createCertificate } from '../backends/certificate.ts';
import { providedElasticsearch } from '../backends/provided.ts';
import { elasticOf, namespaceOf } from './elastic.ts';

const { elasticsearch, missing } = providedElasticsearch();

describe.skipIf(missing)(`trouble with Elasticsearch ${missing}`, () => {
  const { url, request } = elasticsearch;
  const WEAK = { username: 'weak', password: 'weak-but-long-enough' };
  let otherCa = '';

  beforeAll(async () => {
    const folder = await mkdtemp(join(tmpdir(), 'tracewell-trouble-'));
    await createCertificate(folder);
    otherCa = await readFile(join(folder, 'ca.crt'), 'utf8');
    await rm(folder, { recursive: true });
    await request('PUT', '/_security/role/weak', {
      cluster: ['monitor'],
      indices: [{ names: ['logs-*'], privileges: ['view_index_metadata', 'create_doc'] }],
    });
    await request('PUT', '/_security/user/weak', { password: WEAK.password, roles: ['weak'] });
  });
  afterAll(() => elasticsearch.down());

  interface Case {
    readonly name: string;
    readonly with: () => Partial<ElasticSettings>;
    readonly reason: ElasticTrouble['reason'];
    /** URL, error, cure. */
    readonly says: readonly string[];
  }
  const cases: Case[] = [
    {
      name: 'nobody listens',
      with: () => ({ urls: ['https://127.0.0.1:9'] }),
      reason: 'Unreachable',
      says: ['https://127.0.0.1:9', 'ECONNREFUSED', 'Check elasticsearch.urls'],
    },
    {
      name: 'there is no such host',
      with: () => ({ urls: ['https://elasticsearch.invalid:9200'] }),
      reason: 'Unreachable',
      says: ['https://elasticsearch.invalid:9200', 'ENOTFOUND', 'Check elasticsearch.urls'],
    },
    {
      name: 'TLS is expected',
      with: () => ({ urls: [url?.replace('https', 'http')] }),
      reason: 'Unreachable',
      says: ['http://127.0.0.1', 'closed', 'http or https'],
    },
    {
      name: 'the authority is another one',
      with: () => ({ ca: otherCa }),
      reason: 'Unreachable',
      says: [url, 'unable to verify', 'ca.crt', 'elasticsearch.existingSecret'],
    },
    {
      name: 'no authority is given',
      with: () => ({ ca: undefined }),
      reason: 'Unreachable',
      says: [url, 'unable to verify', 'ca.crt', 'elasticsearch.existingSecret'],
    },
    {
      name: 'the password is wrong',
      with: () => ({ credentials: { username: 'elastic', password: 'wrong' } }),
      reason: 'Unauthorized',
      says: [url, '401', 'unable to authenticate user [elastic]', 'elasticsearch.existingSecret'],
    },
    {
      name: 'the API key is wrong',
      with: () => ({ credentials: { apiKey: Buffer.from('a:b').toString('base64') } }),
      reason: 'Unauthorized',
      says: [url, '401', 'unable to authenticate', 'elasticsearch.existingSecret'],
    },
    {
      name: 'the user lacks a privilege',
      // By which there is something to write.
      with: () => ({ credentials: WEAK, replicas: 1 }),
      reason: 'Unauthorized',
      says: [url, '403', 'is unauthorized for user [weak]', 'docs/install.md'],
    },
    {
      name: 'the URL leads elsewhere',
      with: () => ({ urls: [`${url}/elsewhere`] }),
      reason: 'Refused',
      says: [`${url}/elsewhere`, '404', 'no such index [elsewhere]', 'Check elasticsearch.urls'],
    },
  ];
  it.each(cases)('names URL, error and cure when $name', async ({ with: other, reason, says }) => {
    const elastic = elasticOf(elasticsearch, other());
    const error = await elastic.install().then(
      () => undefined,
      (thrown: unknown) => thrown,
    );
    await elastic.close();
    expect(error).toBeInstanceOf(ElasticTrouble);
    expect((error as ElasticTrouble).reason).toBe(reason);
    for (const part of says) expect((error as Error).message).toContain(part);
  });

  it('says why a stream was not created', async () => {
    const elastic = elasticOf(elasticsearch, { credentials: WEAK });
    await expect(elastic.createStreams(namespaceOf('weak'))).rejects.toMatchObject({
      reason: 'Unauthorized',
      message: expect.stringMatching(/logs-tracewell-weak_\w+ was not created: .*auto_create.* unauthorized/),
    });
    await elastic.close();
  });

  it('is over as soon as one of the addresses answers', async () => {
    const elastic = elasticOf(elasticsearch, { urls: ['https://127.0.0.1:9', url] });
    await expect(elastic.install()).resolves.toMatchObject({ server: { product: 'Elasticsearch' } });
    await elastic.close();
  });

  it('of one moment is forgotten at the next', async () => {
    const elastic = elasticOf(elasticsearch);
    await elastic.install();
    await expect(elastic.invalidateKey('')).rejects.toMatchObject({ reason: 'Refused' });
    await elastic.install();
    await elastic.close();
  });
});
