import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage } from 'node:http';
import { connect, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Duplex } from 'node:stream';
import { KubeConfig } from '@kubernetes/client-node';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { ApiServer } from '../test/operator/api-server.ts';
import { until } from '../test/wait.ts';
import { Cluster, type KubeObject, type WatchEvent } from './cluster.ts';

const NAMESPACES = '/api/v1/namespaces';
const namespace = (name: string) => ({ metadata: { name } });

let server: ApiServer;
let cluster: Cluster;
beforeEach(async () => {
  server = await ApiServer.start();
  cluster = new Cluster(server.config());
});
afterEach(() => server.stop());

describe('an object', () => {
  it('that is not there is undefined, not an error', async () => {
    expect(await cluster.get(`${NAMESPACES}/shop`)).toBeUndefined();
  });

  it('can be created, read and deleted', async () => {
    await cluster.create(NAMESPACES, namespace('shop'));
    expect(await cluster.get(`${NAMESPACES}/shop`)).toMatchObject(namespace('shop'));
    await cluster.delete(`${NAMESPACES}/shop`);
    expect(await cluster.get(`${NAMESPACES}/shop`)).toBeUndefined();
  });

  it('that is deleted twice is no error', async () => {
    await expect(cluster.delete(`${NAMESPACES}/shop`)).resolves.toBeUndefined();
  });

  it('that exists cannot be created: the status says so', async () => {
    server.objects.put(`${NAMESPACES}/shop`, namespace('shop'));
    await expect(cluster.create(NAMESPACES, namespace('shop'))).rejects.toMatchObject({ status: 409 });
  });

  it('is applied as ours, whoever else wrote its fields', async () => {
    await cluster.apply(`${NAMESPACES}/shop`, namespace('shop'));
    expect(server.seen('PATCH')).toMatchObject([{ query: { fieldManager: 'tracewell-operator', force: 'true' } }]);
  });
});

it('a list of more than a page is whole', async () => {
  for (let n = 0; n < 1203; n++) server.objects.put(`${NAMESPACES}/ns-${n}`, namespace(`ns-${n}`));
  const { items, resourceVersion } = await cluster.list<KubeObject>(NAMESPACES);
  expect(new Set(items.map(({ metadata }) => metadata.name)).size).toBe(1203);
  expect(resourceVersion).toBe(server.objects.version);
  expect(server.seen('GET')).toHaveLength(3);
});

describe('a server that is asked only until something has ended', () => {
  const end = () => {
    const controller = new AbortController();
    return { abort: () => controller.abort(), until: cluster.until(controller.signal) };
  };

  it('is asked as always before', async () => {
    await end().until.create(NAMESPACES, namespace('shop'));
    expect(await cluster.get(`${NAMESPACES}/shop`)).toBeDefined();
  });

  it('is asked nothing after it', async () => {
    const { abort, until: bound } = end();
    abort();
    await expect(bound.apply(`${NAMESPACES}/shop`, namespace('shop'))).rejects.toThrow('aborted');
    expect([server.requests, await cluster.get(`${NAMESPACES}/shop`)]).toEqual([[expect.anything()], undefined]);
  });

  it('is not waited for any longer', async () => {
    server.fail('PATCH', NAMESPACES, 'hang');
    const { abort, until: bound } = end();
    const applying = bound.apply(`${NAMESPACES}/shop`, namespace('shop'));
    await until('the request', () => server.seen('PATCH').length === 1, { everyMs: 5 });
    abort();
    await expect(applying).rejects.toThrow('aborted');
  });
});

describe('an error', () => {
  it('says what was asked and what the server answers', async () => {
    server.fail('GET', NAMESPACES, { status: 500, message: 'etcd is away' });
    await expect(cluster.list(NAMESPACES)).rejects.toThrow('GET /api/v1/namespaces: etcd is away');
  });

  it('of a missing privilege says where they are listed', async () => {
    server.fail('PATCH', NAMESPACES, { status: 403, message: 'namespaces "shop" is forbidden' });
    const applying = cluster.apply(`${NAMESPACES}/shop`, namespace('shop'));
    await expect(applying).rejects.toThrow('the operator lacks this privilege: see docs/rbac.md');
  });

  it('of a server that is not there names the request', async () => {
    const config = server.config();
    await server.stop();
    await expect(new Cluster(config).get(NAMESPACES)).rejects.toThrow(/GET \/api\/v1\/namespaces: .*ECONNREFUSED/);
    server = await ApiServer.start();
  });

  describe('that is but for now (429)', () => {
    const busy = { status: 429, message: 'too many requests', retryAfterSeconds: 0.02 };

    it.each([
      ['read', 'GET', () => cluster.list(NAMESPACES)],
      ['written', 'PATCH', () => cluster.apply(`${NAMESPACES}/shop`, namespace('shop'))],
    ])('is none: what is %s is asked for again, when the server says', async (_, method, ask) => {
      server.fail(method, NAMESPACES, busy, 2);
      await ask();
      expect(server.seen(method)).toHaveLength(3);
    });

    it('is one in the end', async () => {
      server.fail('GET', NAMESPACES, busy);
      await expect(cluster.list(NAMESPACES)).rejects.toMatchObject({ status: 429 });
      expect(server.seen('GET')).toHaveLength(5);
    });

    it.each([
      ['without a time', NAMESPACES, { status: 429, message: 'no' }],
      ['of a disruption budget', `${NAMESPACES}/shop/pods/cart/eviction`, busy],
    ])('is said at once when it comes %s', async (_, path, fault) => {
      server.fail('POST', path, fault);
      await expect(cluster.create(path, {})).rejects.toMatchObject({ status: 429 });
      expect(server.seen('POST')).toHaveLength(1);
    });

    it('ends with whoever waits', async () => {
      server.fail('GET', NAMESPACES, { ...busy, retryAfterSeconds: 5 });
      const listing = cluster.list(NAMESPACES, AbortSignal.timeout(50));
      await expect(listing).rejects.toThrow(`GET ${NAMESPACES}`);
      expect(server.seen('GET')).toHaveLength(1);
    });
  });

  it('of a server that never answers comes after a while', async () => {
    server.fail('GET', NAMESPACES, 'hang');
    const impatient = new Cluster(server.config(), { answerMs: 50 });
    await expect(impatient.get(NAMESPACES)).rejects.toThrow('GET /api/v1/namespaces: silent for 0.05 s');
  });
});

describe('a watch', () => {
  let events: WatchEvent<KubeObject>[];
  let abort: AbortController;
  beforeEach(() => {
    events = [];
    abort = new AbortController();
  });
  afterEach(() => abort.abort());

  const watch = (version = server.objects.version, through = cluster) =>
    through.watch<KubeObject>(NAMESPACES, version, { onEvent: (event) => events.push(event), signal: abort.signal });
  const opened = () => until('the watch', () => server.watching === 1, { everyMs: 5 });
  const told = (count: number) => until(`${count} events`, () => events.length === count, { everyMs: 5 });

  it('hands over what happened since its version, and what happens then', async () => {
    const { version } = server.objects;
    server.objects.put(`${NAMESPACES}/a`, namespace('a'));
    const watching = watch(version);
    await told(1);
    server.objects.put(`${NAMESPACES}/a`, { ...namespace('a'), spec: {} });
    server.objects.remove(`${NAMESPACES}/a`);
    await told(3);
    expect(events.map(({ type }) => type)).toEqual(['ADDED', 'MODIFIED', 'DELETED']);
    server.endWatches();
    await expect(watching).resolves.toBeUndefined();
  });

  it('throws when its version is too old', async () => {
    const { version } = server.objects;
    server.objects.compact();
    await expect(watch(version)).rejects.toMatchObject({ status: 410 });
  });

  it('throws when the connection breaks', async () => {
    const watching = watch();
    await opened();
    server.cutWatches();
    await expect(watching).rejects.toThrow('watch /api/v1/namespaces');
  });

  it('throws when the server is silent for too long', async () => {
    const watching = watch(undefined, new Cluster(server.config(), { watchMs: 100 }));
    await opened();
    server.silenceWatches();
    await expect(watching).rejects.toThrow('watch /api/v1/namespaces: silent for 0.1 s');
  });

  it('lives as long as the server sends bookmarks', async () => {
    const watching = watch(undefined, new Cluster(server.config(), { watchMs: 1000 }));
    await opened();
    const began = Date.now();
    await until(
      'bookmarks for twice the time',
      () => {
        server.bookmark();
        return Date.now() - began > 2000;
      },
      { everyMs: 20 },
    );
    expect(server.watching).toBe(1);
    abort.abort();
    await expect(watching).rejects.toThrow('aborted');
  });

  it('throws what a listener throws, and does not go on', async () => {
    const watching = cluster.watch<KubeObject>(NAMESPACES, server.objects.version, {
      onEvent: () => {
        throw new Error('a fault of ours');
      },
      signal: abort.signal,
    });
    await opened();
    server.objects.put(`${NAMESPACES}/a`, namespace('a'));
    await expect(watching).rejects.toThrow('a fault of ours');
    await until('the end of the watch', () => server.watching === 0, { everyMs: 5 });
  });
});

describe('the token of the service account', () => {
  const folder = mkdtempSync(join(tmpdir(), 'tracewell-token-'));
  const tokenFile = join(folder, 'token');
  afterEach(() => {
    vi.useRealTimers();
    rmSync(folder, { recursive: true });
  });

  it('is read again when the kubelet has renewed it', async () => {
    writeFileSync(tokenFile, 'first');
    const signed = new Cluster(server.config({ authProvider: { name: 'tokenFile', config: { tokenFile } } }));
    await signed.get(NAMESPACES);
    writeFileSync(tokenFile, 'second');
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 61_000 });
    await signed.get(NAMESPACES);
    expect(server.requests.map(({ authorization }) => authorization)).toEqual(['Bearer first', 'Bearer second']);
  });
});

describe('a kubeconfig', () => {
  /** Of the same server, reached by its address. */
  function configWith(more: object): KubeConfig {
    const { caData, server: url } = server.config().getCurrentCluster()!;
    const config = new KubeConfig();
    const byAddress = url.replace('localhost', '127.0.0.1');
    config.loadFromClusterAndUser(
      { name: 'test', server: byAddress, ...(caData ? { caData } : {}), skipTLSVerify: false, ...more },
      { name: 'user', token: 'secret' },
    );
    return config;
  }

  it('says by which name the certificate is checked', async () => {
    await expect(new Cluster(configWith({})).get('/version')).rejects.toThrow(/altnames/);
    expect(await new Cluster(configWith({ tlsServerName: 'localhost' })).get('/version')).toBeDefined();
  });

  it('says through which proxy the server is reached', async () => {
    const asked: string[] = [];
    const proxy = createServer();
    proxy.on('connect', (request: IncomingMessage, socket: Duplex) => {
      asked.push(request.url!);
      const [host = '', port] = request.url!.split(':');
      const way = connect(Number(port), host, () => {
        socket.write('HTTP/1.1 200 OK\r\n\r\n');
        way.pipe(socket).pipe(way);
      });
      way.on('error', () => socket.destroy());
      socket.on('error', () => way.destroy());
    });
    proxy.listen(0, '127.0.0.1');
    await once(proxy, 'listening');
    const { port } = proxy.address() as AddressInfo;
    const config = configWith({ tlsServerName: 'localhost', proxyUrl: `http://127.0.0.1:${port}` });
    expect(await new Cluster(config).get('/version')).toBeDefined();
    expect(asked).toHaveLength(1);
    proxy.close();
    proxy.closeAllConnections();
  });
});
