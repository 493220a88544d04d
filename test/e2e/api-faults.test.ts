import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { MANAGED_BY } from '../../api/names.ts';
import { OwnSecret } from '../../operator/cert-secret.ts';
import { certificateNames, faultOf } from '../../operator/certs.ts';
import { Cluster, type KubeObject } from '../../operator/cluster.ts';
import { Leader, type LeaderOptions, type Timing } from '../../operator/leader.ts';
import { Reflector } from '../../operator/reconcile/reflector.ts';
import { ApiFaultProxy, type Fault } from '../operator/fault-proxy.ts';
import { keepingLog } from '../operator/log.ts';
import { until } from '../wait.ts';
import { World } from './world.ts';

const NAMESPACE = 'faults';
const CONFIG_MAPS = `/api/v1/namespaces/${NAMESPACE}/configmaps`;
const TIMING: Timing = { durationSeconds: 4, renewMs: 2_500, retryMs: 250 };
const quick = { everyMs: 20, timeoutMs: 30_000 };
const now = () => new Date();
const world = new World();

describe.skipIf(world.missing)(`a real API server with faults before it ${world.missing}`, () => {
  let proxy: ApiFaultProxy;
  let lines: string[];
  let log: ReturnType<typeof keepingLog>['log'];
  const ends: (() => Promise<void>)[] = [];

  beforeAll(async () => {
    // One that began with an empty store remembers all versions, until it is started again.
    if (world.cluster.provider !== 'context') await world.cluster.withoutApiServer(async () => {});
    await world.namespace(NAMESPACE);
  });
  beforeEach(async () => {
    proxy = await ApiFaultProxy.start(world.cluster.kubeconfig);
    ({ lines, log } = keepingLog());
  });
  afterEach(async () => {
    proxy.fault = () => undefined;
    for (const end of ends.splice(0)) await end();
    await proxy.close();
  });
  afterAll(async () => {
    await world.kubectl('delete', 'namespace', NAMESPACE, '--ignore-not-found', '--wait=false');
    await world.close();
  });

  describe('a leader', () => {
    let events: string[];
    beforeEach(() => {
      events = [];
    });

    function candidate(identity: string, through: ApiFaultProxy, name: string): Leader {
      const options: LeaderOptions = {
        cluster: new Cluster(through.config()),
        namespace: NAMESPACE,
        name,
        identity,
        onGained: () => void events.push(`${identity} leads`),
        onLost: () => void events.push(`${identity} leads no longer`),
        clock: () => performance.now(),
        now,
        random: Math.random,
        log,
        timing: TIMING,
      };
      const leader = new Leader(options);
      leader.start();
      ends.push(() => leader.stop());
      return leader;
    }
    const leads = (leader: Leader) => until('it to lead', () => leader.isLeader, quick);

    it.each<[string, string, Fault]>([
      ['ends its connections', 'cut', 'cut'],
      ['takes requests and never answers', 'hang', 'hang'],
      ['fails', 'fails', { status: 500 }],
    ])('gives up before another one leads, while its API server %s; and can lead again', async (_, name, fault) => {
      const other = await ApiFaultProxy.start(world.cluster.kubeconfig);
      ends.push(() => other.close());
      const first = candidate('first', proxy, name);
      await leads(first);
      const second = candidate('second', other, name);
      proxy.fault = () => fault;
      proxy.cut();
      await leads(second);
      expect(events).toEqual(['first leads', 'first leads no longer', 'second leads']);
      proxy.fault = () => undefined;
      await second.stop();
      await leads(first);
      expect(events.slice(3)).toEqual(['second leads no longer', 'first leads']);
    });

    it('outlives throttling: it comes back when it is told to, and goes on leading', async () => {
      const leader = candidate('only', proxy, 'throttled');
      await leads(leader);
      let left = 3;
      proxy.fault = ({ method }) => (method === 'PUT' && left-- > 0 ? { status: 429, retryAfter: 0.1 } : undefined);
      await until('the throttling to be over', () => left < 0, quick);
      const before = proxy.asked.length;
      await until('more renewals', () => proxy.asked.length > before + 2, quick);
      expect([events, lines.filter((line) => line.includes('cannot reach'))]).toEqual([['only leads'], []]);
    });

    it('knows the Lease as its own when it is told of nothing that it wrote', async () => {
      const leader = candidate('only', proxy, 'unheard');
      await leads(leader);
      let left = 2;
      proxy.fault = ({ method }) => (method === 'PUT' && left-- > 0 ? 'lost' : undefined);
      await until('the answers to come again', () => left < 0, quick);
      const before = proxy.asked.length;
      await until('more renewals', () => proxy.asked.length > before + 4, quick);
      expect([events, leader.isLeader]).toEqual([['only leads'], true]);
    });
  });

  describe('a watch', () => {
    let heard: string[];
    let reflector: Reflector<KubeObject>;
    const create = (name: string) => world.kubectl('create', 'configmap', name, '-n', NAMESPACE);
    const remove = (name: string) => world.kubectl('delete', 'configmap', name, '-n', NAMESPACE);
    const names = () => [...reflector.all()].map(({ metadata }) => metadata.name).filter((name) => name.length === 1);
    const counting = (method: string) => proxy.asked.filter((one) => one.method === method).length;

    beforeEach(async () => {
      heard = [];
      await world.kubectl('delete', 'configmaps', 'a', 'b', '-n', NAMESPACE, '--ignore-not-found');
      await create('a');
      reflector = new Reflector<KubeObject>({
        cluster: new Cluster(proxy.config()),
        path: CONFIG_MAPS,
        onChange: (is, was) => heard.push(`${is ? '+' : '-'}${(is ?? was)!.metadata.name}`),
        log,
        random: Math.random,
      });
      ends.push(() => reflector.stop());
      reflector.start();
      await until('a watch', () => counting('WATCH') === 1, quick);
    });

    /** What happens while nobody listens. */
    async function whileAway(then: Fault | undefined): Promise<void> {
      proxy.fault = () => 'cut';
      proxy.cut();
      await remove('a');
      await create('b');
      let told = false;
      proxy.fault = ({ method }) => {
        if (method !== 'WATCH' || told) return undefined;
        told = true;
        return then;
      };
      await until('news of b', () => names().includes('b'), quick);
    }

    it('that was cut goes on where it was, and lists nothing again', async () => {
      await whileAway(undefined);
      expect([names(), heard.slice(-2)]).toEqual([['b'], ['-a', '+b']]);
      expect(counting('GET')).toBe(1);
    });

    it('that has expired is begun anew, and misses neither what came nor what went', async () => {
      await whileAway('expired');
      expect([names(), heard.includes('-a')]).toEqual([['b'], true]);
      expect(counting('GET')).toBe(2);
    });

    it('of a throttling server comes back when it is told to', async () => {
      await whileAway({ status: 429, retryAfter: 1 });
      expect(names()).toEqual(['b']);
      expect(counting('GET')).toBe(1);
    });
  });

  describe('the Secret of the certificates', () => {
    const certNames = certificateNames('tracewell', NAMESPACE);
    const secretOf = (secret: string, at = now) =>
      new OwnSecret({
        cluster: new Cluster(proxy.config()),
        namespace: NAMESPACE,
        secret,
        names: certNames,
        now: at,
        log,
      });
    const patch = (secret: string, type: string, change: object) =>
      world.kubectl('patch', 'secret', secret, '-n', NAMESPACE, `--type=${type}`, '-p', JSON.stringify(change));

    it('is made once by replicas that start together', async () => {
      const made = await Promise.all(Array.from({ length: 5 }, () => secretOf('together').read()));
      expect(new Set(made.map(({ cert }) => cert)).size).toBe(1);
    });

    it('is there, once, though the answer to its creation was lost', async () => {
      let left = 1;
      proxy.fault = ({ method }) => (method === 'POST' && left-- > 0 ? 'lost' : undefined);
      await expect(secretOf('unheard').read()).rejects.toThrow('POST');
      const first = await secretOf('unheard').read();
      expect(await secretOf('unheard').read()).toEqual(first);
      expect(proxy.asked.filter(({ method }) => method === 'POST')).toHaveLength(1);
    });

    it('that was written half is whole again', async () => {
      await secretOf('half').read();
      await patch('half', 'json', [{ op: 'remove', path: '/data/tls.key' }]);
      const whole = await secretOf('half').read();
      expect(faultOf(whole, certNames, now())).toBeUndefined();
      expect(await secretOf('half').read()).toEqual(whole);
    });

    it('has a good certificate again when the one in it has ended', async () => {
      await secretOf('ended').read();
      const later = () => new Date(Date.now() + 400 * 86_400_000);
      expect(faultOf(await secretOf('ended', later).read(), certNames, later())).toBeUndefined();
    });

    it('is not touched when it is not ours, and that is said', async () => {
      await world.kubectl('create', 'secret', 'generic', 'theirs', '-n', NAMESPACE, '--from-literal=tls.key=x');
      await expect(secretOf('theirs').read()).rejects.toThrow(`the Secret ${NAMESPACE}/theirs is not Tracewell's`);
      await patch('theirs', 'merge', { metadata: { labels: { [MANAGED_BY.key]: 'Helm' } } });
      await expect(secretOf('theirs').read()).rejects.toThrow('rename or delete it');
      const { data } = await world.get<{ data: object }>('secret', 'theirs', '-n', NAMESPACE);
      expect(Object.keys(data)).toEqual(['tls.key']);
    });
  });
});
