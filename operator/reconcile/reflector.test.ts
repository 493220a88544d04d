import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ApiServer } from '../../test/operator/api-server.ts';
import { keepingLog } from '../../test/operator/log.ts';
import { until } from '../../test/wait.ts';
import { Cluster, type KubeObject } from '../cluster.ts';
import { Reflector } from './reflector.ts';

const PATH = '/api/v1/namespaces';

let server: ApiServer;
let reflector: Reflector<KubeObject>;
/** What the listener heard: `+a` came, `~a` changed, `-a` went. */
let heard: string[];
const { log, lines } = keepingLog();

const put = (name: string, labels: object = {}) =>
  server.objects.put(`${PATH}/${name}`, { metadata: { name, labels } });
const remove = (name: string) => server.objects.remove(`${PATH}/${name}`);
const names = () => [...reflector.all()].map(({ metadata }) => metadata.name).toSorted();
const soon = (what: string, probe: () => boolean) => until(what, probe, { everyMs: 5 });
const watching = () => soon('a watch', () => server.watching === 1);

function reflect(
  patience: { watchMs?: number } = {},
  project: (object: KubeObject) => KubeObject | undefined = (object) => object,
  path = PATH,
): void {
  reflector = new Reflector<KubeObject>({
    cluster: new Cluster(server.config(), patience),
    path,
    project,
    onChange: (now, before) => {
      const sign = !now ? '-' : before ? '~' : '+';
      heard.push(`${sign}${(now ?? before)!.metadata.name}`);
    },
    log,
    random: () => 0,
  });
  reflector.start();
}

beforeEach(async () => {
  server = await ApiServer.start();
  heard = [];
  lines.length = 0;
});
afterEach(async () => {
  await reflector.stop();
  await server.stop();
});

describe('a reflector', () => {
  it('has everything that was there, and says when', async () => {
    put('a');
    put('b');
    reflect();
    expect(reflector.synced).toBe(false);
    await soon('the list', () => reflector.synced);
    expect(names()).toEqual(['a', 'b']);
    expect(heard).toEqual(['+a', '+b']);
  });

  it('hears of what comes, changes and goes', async () => {
    reflect();
    await watching();
    put('a');
    put('a', { team: 'web' });
    await soon('the change', () => heard.length === 2);
    expect(reflector.get(undefined, 'a')?.metadata.labels).toEqual({ team: 'web' });
    remove('a');
    await soon('the end', () => heard.length === 3);
    expect(heard).toEqual(['+a', '~a', '-a']);
    expect(reflector.get(undefined, 'a')).toBeUndefined();
  });

  it('goes on where it was when the server ends the watch, as it does now and then, without a word', async () => {
    put('a');
    reflect();
    await watching();
    server.endWatches();
    put('b');
    await soon('what happened in between', () => names().length === 2);
    expect(server.seen('GET')).toHaveLength(1);
    expect(lines).toEqual([]);
  });

  it('goes on where it was when the connection breaks, and says so once', async () => {
    reflect();
    await watching();
    server.cutWatches();
    put('a');
    await soon('what happened in between', () => names().length === 1);
    expect(server.seen('GET')).toHaveLength(1);
    expect(lines).toEqual([expect.stringContaining('the watch failed and is taken up again')]);
  });

  it('goes on from a bookmark, not from an object long ago', async () => {
    put('a');
    reflect();
    await watching();
    server.objects.put('/api/v1/nodes/n', { metadata: { name: 'n' } });
    server.bookmark();
    await soon('the bookmark', () => {
      if (server.watching === 1) server.endWatches();
      return server.seen('WATCH').at(-1)!.query['resourceVersion'] === server.objects.version;
    });
    expect(heard).toEqual(['+a']);
  });

  it('lists again when the server has forgotten its version, and hears of what went in between', async () => {
    put('a');
    put('b');
    reflect();
    await watching();
    const healed = server.fail('WATCH', PATH, { status: 503, message: 'too busy' });
    server.cutWatches();
    remove('a');
    put('c');
    server.objects.compact();
    healed();
    await soon('the second list', () => server.seen('GET').length === 2 && names().includes('c'));
    expect(names()).toEqual(['b', 'c']);
    expect(heard).toEqual(['+a', '+b', '~b', '+c', '-a']);
  });

  it('asks for bookmarks, and for an end of each watch before a silence would be one', async () => {
    reflect();
    await watching();
    const { allowWatchBookmarks, timeoutSeconds, resourceVersion } = server.seen('WATCH')[0]!.query;
    expect({ allowWatchBookmarks, timeoutSeconds }).toEqual({ allowWatchBookmarks: 'true', timeoutSeconds: '290' });
    expect(resourceVersion).toBe(server.objects.version);
  });

  it('begins a list anew that the server forgets in the middle, and knows all of it in the end', async () => {
    for (let n = 0; n < 1100; n++) put(`ns-${n}`);
    server.forgetList();
    reflect();
    await soon('the list', () => reflector.synced);
    expect(names()).toHaveLength(1100);
    // One page and the refusal, then three pages.
    expect(server.seen('GET')).toHaveLength(5);
    expect(heard.filter((one) => one.startsWith('-'))).toEqual([]);
  });

  it('goes on where it was when the server tells of an error of its own in the stream', async () => {
    put('a');
    reflect();
    await watching();
    server.tell('{"type":"ERROR","object":{"kind":"Status","code":500,"message":"etcdserver: leader changed"}}\n');
    put('b');
    await soon('what happened in between', () => names().length === 2);
    expect(server.seen('GET')).toHaveLength(1);
    expect(lines).toEqual([expect.stringContaining('etcdserver: leader changed')]);
  });

  it('takes nothing from half a line, nor from what is no event', async () => {
    reflect();
    await watching();
    server.tell('{"type":"ADDED","object":{"metadata":{"name":"half","resourceVersion":"1"', { cut: true });
    await soon('the second watch', () => server.seen('WATCH').length === 2 && server.watching === 1);
    server.tell('<html>a proxy’s error page</html>\n');
    put('a');
    await soon('what happened in between', () => names().length === 1);
    expect(names()).toEqual(['a']);
    expect(server.seen('GET')).toHaveLength(1);
  });

  it('lists again after a watch that cannot be taken up a few times, and misses nothing that went', async () => {
    put('a');
    put('b');
    reflect();
    await watching();
    const healed = server.fail('WATCH', PATH, { status: 500, message: 'no watch' }, 5);
    server.cutWatches();
    remove('a');
    await soon('a second list', () => server.seen('GET').length === 2);
    healed();
    await watching();
    expect(names()).toEqual(['b']);
  });

  it('lists once more when it is asked to in the middle of a list', async () => {
    put('a');
    let keeps = false;
    reflect({}, (object) => {
      if (keeps) return object;
      // What is kept changes while the list is taken in.
      keeps = true;
      reflector.refresh();
      return undefined;
    });
    await soon('the second list', () => names().length === 1);
    expect(server.seen('GET')).toHaveLength(2);
    expect(lines).toEqual([]);
  });

  it('keeps of an object what it is told to keep, and nothing of some', async () => {
    put('a', { team: 'web', more: 'x' });
    put('b');
    reflect({}, ({ metadata: { name, labels } }) =>
      name === 'b' ? undefined : { metadata: { name, labels: { team: labels!['team']! } } },
    );
    await watching();
    expect([...reflector.all()]).toEqual([{ metadata: { name: 'a', labels: { team: 'web' } } }]);
  });

  it('lists again when it is asked to, for what it keeps has changed', async () => {
    put('a');
    let keeps = false;
    reflect({}, (object) => (keeps ? object : undefined));
    await watching();
    expect(names()).toEqual([]);
    keeps = true;
    reflector.refresh();
    await soon('the second list', () => names().length === 1);
    expect(lines).toEqual([]);
  });

  it('knows what we wrote ourselves before the watch tells of it, and is not told older news', async () => {
    reflect();
    await watching();
    server.silenceWatches();
    const old = put('a', { step: '1' });
    const written = put('a', { step: '2' });
    reflector.took(written);
    reflector.took(old);
    expect(reflector.get(undefined, 'a')?.metadata.labels).toEqual({ step: '2' });
  });

  it('knows the objects of one namespace', async () => {
    server.objects.put('/api/v1/namespaces/shop/pods/a', { metadata: { name: 'a', namespace: 'shop' } });
    server.objects.put('/api/v1/namespaces/bank/pods/a', { metadata: { name: 'a', namespace: 'bank' } });
    reflect({}, undefined, '/api/v1/pods');
    await soon('the list', () => reflector.synced);
    expect(reflector.of('shop').map(({ metadata }) => metadata.namespace)).toEqual(['shop']);
    expect(reflector.of('none')).toEqual([]);
    expect([...reflector.all()]).toHaveLength(2);
  });

  it('opens a new watch when the server is silent, and misses nothing', async () => {
    reflect({ watchMs: 1000 });
    await watching();
    server.silenceWatches();
    put('a');
    await soon('the second watch', () => server.seen('WATCH').length >= 2);
    server.silenceWatches(false);
    await soon('what was not told', () => names().length === 1);
    expect(lines).toEqual([expect.stringContaining('silent for 1 s')]);
  });

  it('starts when the server comes', async () => {
    put('a');
    const healed = server.fail('GET', PATH, { status: 500, message: 'etcd is away' });
    reflect();
    await soon('two tries', () => server.seen('GET').length >= 2);
    expect(reflector.synced).toBe(false);
    healed();
    await soon('the list', () => reflector.synced);
    expect(names()).toEqual(['a']);
    expect(lines).toHaveLength(1);
  });

  it('keeps what it has while the server is away', async () => {
    put('a');
    reflect();
    await watching();
    server.fail('WATCH', PATH, { status: 500, message: 'no' });
    server.fail('GET', PATH, { status: 500, message: 'no' });
    server.cutWatches();
    await soon('some tries', () => server.seen('WATCH').length >= 3);
    expect(names()).toEqual(['a']);
  });

  it('ends at once, in the middle of a watch or of a pause', async () => {
    reflect();
    await watching();
    await reflector.stop();
    await soon('the end of the watch', () => server.watching === 0);
    expect(lines).toEqual([]);
  });

  it('does not overrun a server that ends each watch at once', async () => {
    reflect();
    await watching();
    const began = performance.now();
    await soon('five more watches', () => {
      server.endWatches();
      return server.seen('WATCH').length >= 6;
    });
    expect(performance.now() - began).toBeGreaterThan(400);
  });
});
