import { assert, nat, property, tuple } from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ElasticServer } from '../../test/operator/elastic-server.ts';
import { connect } from './connection.ts';
import { compareVersions, detect, serverOf, unsupportedBy, type Answers, type Server } from './server.ts';

const elastic = (number: string, more: Partial<Answers> = {}): Server =>
  serverOf({ root: { version: { number } }, productHeader: 'Elasticsearch', nodes: [number], ilm: true, ...more });
const openSearch = (number: string): Server =>
  serverOf({
    root: { version: { number, distribution: 'opensearch' } },
    productHeader: undefined,
    nodes: [number],
    ilm: false,
  });
const serverless = elastic('8.11.0', {
  root: { version: { number: '8.11.0', build_flavor: 'serverless' } },
  nodes: [],
});

describe('what answers', () => {
  it.each<[string, Server, Partial<Server>]>([
    ['Elasticsearch 9.5', elastic('9.5.3'), { product: 'Elasticsearch', version: '9.5.3', failureStore: true }],
    [
      'Elasticsearch 9.0',
      elastic('9.0.8'),
      { dataStreamLifecycle: true, dataStreamSettings: false, failureStore: false },
    ],
    ['Elasticsearch 8.19', elastic('8.19.21'), { dataStreamSettings: true, failureStore: true }],
    ['Elasticsearch 8.18', elastic('8.18.0'), { dataStreamLifecycle: true, dataStreamSettings: false }],
    ['a version that is being built', elastic('9.6.0-SNAPSHOT'), { version: '9.6.0-SNAPSHOT', failureStore: true }],
    [
      'Elastic’s serverless, whatever number it gives',
      serverless,
      { serverless: true, ilm: false, dataStreamLifecycle: true, failureStore: true },
    ],
    [
      'OpenSearch',
      openSearch('3.8.0'),
      { product: 'OpenSearch', subobjects: false, failureStore: false, dataStreamLifecycle: false },
    ],
    ['something else', elastic('9.5.3', { productHeader: undefined }), { product: 'Unknown' }],
    ['nothing that it names', elastic('', { root: {}, productHeader: undefined, nodes: [] }), { product: 'Unknown' }],
  ])('is %s', (_, server, expected) => {
    expect(server).toMatchObject(expected);
  });

  it('can do what the oldest of its nodes can, while a rolling upgrade goes on', () => {
    const mixed = elastic('9.1.0', { nodes: ['9.1.0', '9.0.8', '9.1.0'] });
    expect(mixed).toMatchObject({ version: '9.0.8', newest: '9.1.0', failureStore: false, dataStreamSettings: false });
    expect(elastic('9.1.0').newest).toBeUndefined();
  });
});

describe('a server', () => {
  it.each<[string, Server, string | undefined]>([
    ['is supported', elastic('8.15.0'), undefined],
    ['is supported as OpenSearch', openSearch('3.8.0'), undefined],
    ['is supported as serverless', serverless, undefined],
    ['is too old', elastic('8.14.3'), 'Elasticsearch 8.14.3 is too old: Tracewell needs 8.15.0 or newer. Upgrade it'],
    ['is too old by one node', elastic('8.15.0', { nodes: ['8.15.0', '7.17.29'] }), 'Elasticsearch 7.17.29 is too old'],
    ['is too old as OpenSearch', openSearch('1.3.20'), 'OpenSearch 1.3.20 is too old'],
    [
      'is none',
      elastic('1.27.0', { productHeader: undefined }),
      'neither Elasticsearch nor OpenSearch (it says 1.27.0). Check elasticsearch.urls',
    ],
  ])('%s', (_, server, said) => {
    expect(`${unsupportedBy(server)}`).toContain(`${said}`);
  });
});

describe('versions', () => {
  const version = tuple(nat(20), nat(20), nat(20)).map((numbers) => numbers.join('.'));
  it('stand in the order of their numbers', () => {
    expect(['10.0.0', '9.10.0', '9.9.1', 'none', '9.9.0-rc1'].toSorted(compareVersions)).toEqual([
      'none',
      '9.9.0-rc1',
      '9.9.1',
      '9.10.0',
      '10.0.0',
    ]);
  });

  it('stand in one order, whoever is asked first', () => {
    assert(
      property(version, version, (a, b) => {
        expect(Math.sign(compareVersions(a, b))).toBe(0 - Math.sign(compareVersions(b, a)));
        expect(compareVersions(a, b) === 0).toBe(a === b);
      }),
    );
  });
});

describe('asking', () => {
  let server: ElasticServer;
  const ask = async () => {
    const client = connect({ urls: [server.url], credentials: { apiKey: 'k' }, ca: undefined });
    try {
      return await detect(client);
    } finally {
      await client.close();
    }
  };
  beforeEach(async () => {
    server = await ElasticServer.start();
  });
  afterEach(() => server.stop());

  it('takes three requests', async () => {
    expect(await ask()).toMatchObject({ product: 'Elasticsearch', version: '9.5.3', ilm: false });
    expect(server.requests.toSorted()).toEqual(['GET /', 'GET /_ilm/status', 'GET /_nodes/_none']);
  });

  it('finds lifecycle management', async () => {
    server.ilm = true;
    expect(await ask()).toMatchObject({ ilm: true });
  });

  it('counts lifecycle management that the operator’s user may not use as none', async () => {
    server.ilm = true;
    server.faults.push({ begins: 'GET /_ilm', status: 403 });
    expect(await ask()).toMatchObject({ ilm: false });
  });

  it('knows OpenSearch, which does not say Elastic’s header', async () => {
    server.product = undefined;
    server.root = { version: { number: '3.8.0', distribution: 'opensearch' } };
    server.nodes = ['3.8.0'];
    expect(await ask()).toMatchObject({ product: 'OpenSearch', version: '3.8.0' });
  });

  it('does without the versions of nodes where none are told', async () => {
    server.faults.push({ begins: 'GET /_nodes', status: 410 });
    expect(await ask()).toMatchObject({ version: '9.5.3', newest: undefined });
  });

  it.each(['GET /', 'GET /_nodes', 'GET /_ilm'])('fails where %s fails', async (begins) => {
    server.faults.push({ begins, status: 503 });
    await expect(ask()).rejects.toMatchObject({ statusCode: 503 });
  });
});
