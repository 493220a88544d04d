import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ApiServer } from '../test/operator/api-server.ts';
import { keepingLog } from '../test/operator/log.ts';
import { until } from '../test/wait.ts';
import { OwnSecret } from './cert-secret.ts';
import { CertStore } from './cert-store.ts';
import { caPem, certificateNames, renew, type Certificates } from './certs.ts';
import { Cluster } from './cluster.ts';
import { webhookPath } from './reconcile/webhook-config.ts';

const PATH = '/api/v1/namespaces/ops/secrets/tracewell-certs';
const CONFIGURATION = webhookPath('tracewell');
const NAMES = certificateNames('tracewell', 'ops');
const DAY_MS = 24 * 3_600_000;
const SPREAD_MS = 60_000;
const quick = { everyMs: 5 };

let server: ApiServer;
let time: number;
let stores: CertStore[];
let keeping: ReturnType<typeof keepingLog>;

beforeEach(async () => {
  server = await ApiServer.start();
  time = Date.parse('2026-01-02T00:00:00Z');
  stores = [];
  keeping = keepingLog();
});
afterEach(async () => {
  await Promise.all(stores.map((store) => store.stop()));
  await server.stop();
});

interface Replica {
  store: CertStore;
  served: Certificates[];
}

const write = (bundle: string) => {
  const clientConfig = { caBundle: Buffer.from(bundle).toString('base64') };
  server.objects.put(CONFIGURATION, { metadata: { name: 'tracewell' }, webhooks: [{ clientConfig }] });
};

/** One that looks all the time; the leader writes the webhook configuration. */
async function start({ leads = false } = {}): Promise<Replica> {
  const cluster = new Cluster(server.config());
  const [now, log] = [() => new Date(time), keeping.log];
  const served: Certificates[] = [];
  const store = new CertStore({
    cluster,
    source: new OwnSecret({ cluster, namespace: 'ops', secret: 'tracewell-certs', names: NAMES, now, log }),
    configuration: CONFIGURATION,
    names: NAMES,
    onServe: (certificates) => served.push(certificates),
    publish: async (bundle) => {
      if (leads) write(bundle);
    },
    now,
    log,
    times: { lookMs: 10, hasteMs: 10, spreadMs: SPREAD_MS },
  });
  stores.push(store);
  await store.start();
  return { store, served };
}
const looks = () => server.seen('GET', CONFIGURATION).length;
const looked = async () => {
  const before = looks();
  await until('a few looks', () => looks() > before + 2 * stores.length + 1, quick);
};
const ready = ({ store }: Replica) => until('it to be ready', () => store.unready.length === 0, quick);

describe('a replica', () => {
  it('serves what is in the Secret, which it makes where there is none', async () => {
    const { store, served } = await start();
    expect(served).toEqual([store.current]);
    expect(server.objects.get(PATH)).toBeDefined();
  });

  it('is ready once the webhook configuration carries its authority, whoever wrote it', async () => {
    const follower = await start();
    expect(follower.store.unready).toEqual(['the webhook configuration to carry its authority']);
    await ready(await start({ leads: true }));
    await ready(follower);
  });

  it('is ready while the webhook configuration has no entry', async () => {
    const follower = await start();
    server.objects.put(CONFIGURATION, { metadata: { name: 'tracewell' }, webhooks: [] });
    await ready(follower);
    expect(follower.store.unready).toEqual([]);
  });

  it('is not ready when somebody takes its authority out, and the leader puts it back', async () => {
    const leader = await start({ leads: true });
    const follower = await start();
    await ready(follower);
    write(caPem(await renew('renew all', undefined, NAMES, new Date(time))));
    await ready(leader);
    await ready(follower);
    expect(Buffer.from(leader.store.caBundle, 'base64').toString()).toBe(leader.store.caPem);
  });

  it('stays ready while the API server is away', async () => {
    const leader = await start({ leads: true });
    await ready(leader);
    server.fail('GET', '/', { status: 503, message: 'starting' });
    await looked();
    expect(leader.store.unready).toEqual([]);
    expect(keeping.lines.filter((line) => line.includes('trouble with the certificates'))).toHaveLength(1);
  });

  it('waits for a Secret that is somebody else’s to go, says why, and recovers by itself', async () => {
    server.objects.put(PATH, { metadata: { name: 'tracewell-certs' }, data: {} });
    const replica = await start({ leads: true });
    expect(replica.store.unready).toEqual([
      expect.stringContaining("certificates: the Secret ops/tracewell-certs is not Tracewell's"),
    ]);
    expect(() => replica.store.caBundle).toThrow('there are no certificates yet');
    await looked();
    expect(keeping.lines.filter((line) => line.includes('is not Tracewell'))).toHaveLength(1);
    server.objects.remove(PATH);
    await ready(replica);
  });
});

describe('a new certificate', () => {
  let leader: Replica;
  let follower: Replica;
  beforeEach(async () => {
    leader = await start({ leads: true });
    follower = await start();
    await ready(follower);
    await looked();
  });
  const both = () => [leader, follower];
  const servedCa = () => both().map(({ store }) => store.current!.ca);

  it('of the same authority is served by all replicas at once', async () => {
    const before = leader.store.current!;
    time += 300 * DAY_MS;
    await until('both to serve it', () => both().every(({ served }) => served.length === 2), quick);
    expect(follower.store.current).toEqual(leader.store.current);
    expect(follower.store.current!.ca).toBe(before.ca);
  });

  it('of a new authority is served only after that has been published for a while', async () => {
    const before = leader.store.current!.ca;
    server.objects.remove(PATH);
    await until('the new authority to be published', () => leader.store.caPem.length > 1.5 * before.length, quick);
    const { caPem: bundle } = leader.store;
    await until(
      'it to stand there',
      () => JSON.stringify(server.objects.get(CONFIGURATION)).includes(Buffer.from(bundle).toString('base64')),
      quick,
    );
    await looked();
    expect(servedCa()).toEqual([before, before]);
    expect(bundle).toContain(before.trim());
    time += SPREAD_MS;
    await until('both to serve it', () => servedCa().every((ca) => ca !== before), quick);
    expect(follower.store.current).toEqual(leader.store.current);
    expect(leader.store.caPem).toContain(before.trim());
    expect(leader.store.unready).toEqual([]);
  });

  it('is not served before it is published: without a leader all goes on as it was', async () => {
    const before = follower.store.current!.ca;
    await leader.store.stop();
    server.objects.remove(PATH);
    await until('the Secret', () => server.objects.get(PATH), quick);
    time += SPREAD_MS;
    await looked();
    expect(follower.store.current!.ca).toBe(before);
    expect(follower.store.unready).toEqual([]);
  });

  it('is served at once when the one before has ended', async () => {
    await leader.store.stop();
    const before = follower.store.current!.ca;
    time += 4000 * DAY_MS;
    await until('another one', () => follower.store.current!.ca !== before, quick);
    expect(follower.store.unready).toEqual(['the webhook configuration to carry its authority']);
  });
});
