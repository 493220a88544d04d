import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ApiServer } from '../../test/operator/api-server.ts';
import { keepingLog } from '../../test/operator/log.ts';
import { wait } from '../../runtime/wait.ts';
import { Cluster } from '../cluster.ts';
import { clusterPolicyOf, policyOf } from '../../test/operator/objects.ts';
import { Selection } from './selection.ts';
import { webhookPath, type webhookConfig } from './webhook-config.ts';

const PATH = webhookPath('tracewell');
const ROLE = '/apis/rbac.authorization.k8s.io/v1/clusterroles/tracewell';
type Configuration = ReturnType<typeof webhookConfig>;

let server: ApiServer;
let time: number;
let ca: string;
const { log, lines } = keepingLog();

beforeEach(async () => {
  server = await ApiServer.start();
  server.objects.put(ROLE, { metadata: { name: 'tracewell', uid: 'u1' } });
  time = Date.parse('2026-01-02T00:00:00Z');
  ca = 'first';
  lines.length = 0;
});
afterEach(() => server.stop());

const create = (restMs = 0) =>
  new Selection({
    cluster: new Cluster(server.config()),
    name: 'tracewell',
    namespace: 'ops',
    owner: 'tracewell',
    caBundle: () => ca,
    now: () => new Date(time),
    log,
    restMs,
  });
async function started(): Promise<Selection> {
  const selection = create();
  await selection.start(() => undefined);
  return selection;
}
const stands = () => server.objects.get<Configuration>(PATH);
const selected = () => stands()?.webhooks[0]?.namespaceSelector.matchExpressions?.[0]!.values;
const own = policyOf('all');
const writes = () => server.seen('PATCH', PATH).length;

describe('the selection', () => {
  it('is published without a namespace at first', async () => {
    const selection = create();
    expect(selection.published).toBe(false);
    expect(await selection.start(() => undefined)).toEqual({ namespaces: [], clusterPolicies: [] });
    expect(selection.published).toBe(true);
    expect(stands()?.webhooks).toEqual([]);
  });

  it('says since when a namespace is in it', async () => {
    const selection = await started();
    await selection.add('shop');
    time += 1000;
    await selection.add('shop');
    expect(selected()).toEqual(['shop']);
    expect(selection.since(own, 'shop')).toBe('2026-01-02T00:00:00.000Z');
    expect(selection.since(own, 'bank')).toBeUndefined();
  });

  it('is written once for what comes soon after a write, and at once after a rest', async () => {
    const selection = create(200);
    await selection.start(() => undefined);
    const before = writes();
    const adding = ['c', 'a', 'b'].map(async (namespace, i) => {
      await wait(10 * i);
      await selection.add(namespace);
    });
    await Promise.all(adding);
    expect(selected()).toEqual(['a', 'b', 'c']);
    expect(writes()).toBe(before + 1);
  });

  it('is written once for what comes together, and everything is in it', async () => {
    const selection = await started();
    await Promise.all(['c', 'a', 'b'].map((namespace) => selection.add(namespace)));
    expect(selected()).toEqual(['a', 'b', 'c']);
    expect(writes()).toBe(2);
  });

  it('loses a namespace, and its entry with the last one', async () => {
    const selection = await started();
    await selection.add('shop');
    await selection.add('bank');
    await selection.remove('shop');
    expect(selected()).toEqual(['bank']);
    await selection.remove('bank');
    expect(stands()?.webhooks).toEqual([]);
  });

  it('takes over what an earlier operator selected, and since when', async () => {
    const before = await started();
    await before.add('shop');
    await before.add('bank');
    time += 86_400_000;
    const selection = create();
    const since = (of: object) => ('namespace' in of && of.namespace === 'shop' ? '2026-01-01T00:00:00Z' : undefined);
    expect(await selection.start(since)).toEqual({ namespaces: ['bank', 'shop'], clusterPolicies: [] });
    expect(selection.since(own, 'shop')).toBe('2026-01-01T00:00:00Z');
    expect(selection.since(own, 'bank')).toBe('2026-01-03T00:00:00.000Z');
  });

  it('is written anew with a new authority, and not without', async () => {
    const selection = await started();
    await selection.add('shop');
    await selection.publish();
    expect(writes()).toBe(2);
    ca = 'second';
    await selection.publish();
    expect(stands()!.webhooks[0]!.clientConfig.caBundle).toBe('second');
  });
});

describe('when the API server refuses', () => {
  it('a namespace is not said to be selected, and is at the next try', async () => {
    const selection = await started();
    server.fail('PATCH', PATH, { status: 500, message: 'no' }, 1);
    await expect(selection.add('shop')).rejects.toThrow('no');
    expect(selection.since(own, 'shop')).toBeUndefined();
    await selection.add('shop');
    expect(selected()).toEqual(['shop']);
  });

  it('a namespace that could not be removed is removed at the next try', async () => {
    const selection = await started();
    await selection.add('shop');
    server.fail('PATCH', PATH, { status: 500, message: 'no' }, 1);
    await expect(selection.remove('shop')).rejects.toThrow('no');
    expect(selected()).toEqual(['shop']);
    await selection.remove('shop');
    expect(stands()?.webhooks).toEqual([]);
  });

  it('a later write is not held up', async () => {
    const selection = await started();
    server.fail('PATCH', PATH, { status: 500, message: 'no' }, 1);
    const results = await Promise.allSettled([selection.add('shop'), selection.add('bank')]);
    expect(results.map(({ status }) => status)).toEqual(['rejected', 'fulfilled']);
    expect(selected()).toContain('bank');
  });

  it('without the chart’s ClusterRole nothing is written: it could not be removed at uninstall', async () => {
    server.objects.remove(ROLE);
    const selection = create();
    await expect(selection.start(() => undefined)).rejects.toThrow('the ClusterRole tracewell does not exist');
    expect(selection.published).toBe(false);
    expect(stands()).toBeUndefined();
  });
});

describe('a look at the configuration', () => {
  let selection: Selection;
  beforeEach(async () => {
    selection = await started();
    await selection.add('shop');
  });

  it('writes nothing while it stands as it was written', async () => {
    const before = writes();
    await selection.look();
    expect(writes()).toBe(before);
    expect(lines.join('')).not.toContain('put back');
  });

  it.each<[string, (found: Configuration) => void]>([
    ['deleted', () => server.objects.remove(PATH)],
    ['emptied', (found) => server.objects.put(PATH, { ...found, webhooks: [] })],
    [
      'made to fail closed',
      (found) => server.objects.put(PATH, { ...found, webhooks: [{ ...found.webhooks[0], failurePolicy: 'Fail' }] }),
    ],
    [
      'given another authority',
      (found) => server.objects.put(PATH, { ...found, webhooks: [{ ...found.webhooks[0], clientConfig: {} }] }),
    ],
  ])('puts it back when it was %s', async (_, change) => {
    const before = stands()!;
    change(structuredClone(before));
    await selection.look();
    expect(stands()!.webhooks).toEqual(before.webhooks);
    expect(selection.published).toBe(true);
    expect(lines.at(-1)).toContain('is put back');
  });

  it('tries again at the next look when it cannot be put back', async () => {
    server.objects.remove(PATH);
    server.fail('PATCH', PATH, { status: 500, message: 'no' }, 1);
    await expect(selection.look()).rejects.toThrow('no');
    await selection.look();
    expect(selected()).toEqual(['shop']);
  });

  it('does not fight with what the API server itself makes of every write', async () => {
    // Defaults, and what mutating policies of a provider add.
    server.onApply = (object) => {
      const { webhooks } = object as unknown as Configuration;
      return { ...object, webhooks: webhooks.map((webhook) => ({ ...webhook, addedByProvider: true })) };
    };
    await selection.add('bank');
    const before = writes();
    await selection.look();
    expect(writes()).toBe(before);
  });

  it('before the first publication does nothing', async () => {
    server.objects.remove(PATH);
    await create().look();
    expect(stands()).toBeUndefined();
  });
});

describe('a cluster policy', () => {
  const web = { matchLabels: { tier: 'web' } };
  const base = clusterPolicyOf('base');
  const NEVER = ['kube-node-lease', 'kube-public', 'kube-system', 'ops'];
  const entries = () => stands()!.webhooks.map(({ name, namespaceSelector }) => [name, namespaceSelector]);
  const expression = (values: string[]) => ({ key: 'kubernetes.io/metadata.name', operator: 'NotIn', values });

  it('has an entry of its own, with its selector and never the system', async () => {
    const selection = await started();
    await selection.addClusterPolicy('base', web);
    await selection.add('shop');
    expect(entries()[1]).toEqual([
      'base.clusterpolicy.tracewell.dev',
      { matchLabels: { tier: 'web' }, matchExpressions: [expression(NEVER)] },
    ]);
    expect(entries()).toHaveLength(2);
    expect(selection.since(base, 'any')).toBe('2026-01-02T00:00:00.000Z');
    await selection.removeClusterPolicy('base');
    expect(entries()).toHaveLength(1);
  });

  it('is in force anew with another selector, and not with the same', async () => {
    const selection = await started();
    await selection.addClusterPolicy('base', web);
    time += 1000;
    await selection.addClusterPolicy('base', structuredClone(web));
    expect(writes()).toBe(2);
    await selection.addClusterPolicy('base', {});
    expect(selection.since(base, 'any')).toBe('2026-01-02T00:00:01.000Z');
  });

  it('does not reach a namespace that is excluded, until it is no more', async () => {
    const selection = await started();
    await selection.addClusterPolicy('base', {});
    await selection.add('shop');
    await selection.exclude('shop', true);
    expect(entries()).toEqual([
      ['base.clusterpolicy.tracewell.dev', { matchExpressions: [expression([...NEVER, 'shop'])] }],
    ]);
    expect([selection.since(own, 'shop'), selection.since(base, 'shop')]).toEqual([undefined, undefined]);
    await selection.exclude('shop', false);
    expect(selected()).toEqual(['shop']);
  });

  it.each([true, false])(
    'is excluded or not (%s) by the next try, when the API server refused the first',
    async (is) => {
      const selection = await started();
      await selection.addClusterPolicy('base', {});
      if (!is) await selection.exclude('shop', true);
      server.fail('PATCH', PATH, { status: 500, message: 'no' }, 1);
      await expect(selection.exclude('shop', is)).rejects.toThrow('no');
      await selection.exclude('shop', is);
      const [[, { matchExpressions }]] = entries() as [[string, { matchExpressions: object[] }]];
      expect(matchExpressions).toEqual([expression(is ? [...NEVER, 'shop'] : NEVER)]);
    },
  );

  it('is taken over from an earlier operator', async () => {
    await (await started()).addClusterPolicy('base', web);
    const selection = create();
    const since = (of: object) => ('clusterPolicy' in of ? '2026-01-01T00:00:00Z' : undefined);
    expect(await selection.start(since)).toEqual({ namespaces: [], clusterPolicies: ['base'] });
    expect(selection.since(base, 'any')).toBe('2026-01-01T00:00:00Z');
  });

  it('that the API server refuses is not said to be in force', async () => {
    const selection = await started();
    server.fail('PATCH', PATH, { status: 500, message: 'no' }, 1);
    await expect(selection.addClusterPolicy('base', web)).rejects.toThrow('no');
    expect(selection.since(base, 'any')).toBeUndefined();
  });
});
