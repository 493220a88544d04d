import { describe, expect, it } from 'vitest';
import { bench, blocked, entryOf, S, started, T0 } from '../../test/operator/breaker-bench.ts';
import { waitMs, type Evidence } from './decide.ts';
import { CLUSTER, parseState, stopOf } from './state.ts';

describe("a namespace's breaker", () => {
  it('opens for a single pod that waits for the sidecar, and says which and why', () => {
    const { state } = bench().look({ blocked: [blocked('shop')] });
    expect(state).toEqual({ shop: entryOf() });
    expect(stopOf(state, 'shop')?.scope).toBe('shop');
    expect(stopOf(state, 'bank')).toBeUndefined();
  });

  it('opens also where other sidecars start: the pod that waits is an application', () => {
    expect(
      bench()
        .look({ blocked: [blocked('shop')], started: [started('shop')] })
        .phase('shop'),
    ).toBe('open');
  });

  it('stays open for a minute, then tries a canary', () => {
    const one = bench().look({ blocked: [blocked('shop')] });
    expect(
      one
        .after(59 * S)
        .look()
        .phase('shop'),
    ).toBe('open');
    expect(
      one
        .after(1 * S)
        .look()
        .phase('shop'),
    ).toBe('half-open');
    expect(stopOf(one.state, 'shop')).toBeDefined();
  });

  it('closes when the canary starts', () => {
    const one = bench().halfOpen();
    expect(one.look({ started: [started('shop', one.at)] }).phase('shop')).toBe('closed');
    expect(stopOf(one.state, 'shop')).toBeUndefined();
  });

  it('opens again when the canary is blocked, and waits twice as long', () => {
    const one = bench().halfOpen();
    one.look({ blocked: [blocked('shop', one.at)] });
    expect(one.state['shop']).toMatchObject({ phase: 'open', openings: 2 });
    expect(
      one
        .after(119 * S)
        .look()
        .phase('shop'),
    ).toBe('open');
    expect(
      one
        .after(1 * S)
        .look()
        .phase('shop'),
    ).toBe('half-open');
  });

  it('waits for half an hour at most', () => {
    const one = bench();
    for (let times = 1; times <= 40; times++) one.halfOpen();
    expect(one.look({ blocked: [blocked('shop', one.at)] }).state['shop']!.openings).toBe(41);
    expect(waitMs(one.state['shop']!)).toBe(30 * 60 * S);
  });

  it.each([['blocked'], ['started']] as const)('half-open, takes no word from pods of before: %s', (what) => {
    const one = bench().halfOpen();
    const old = { blocked: [blocked('shop', T0)], started: [started('shop', T0)] }[what];
    expect(one.look({ [what]: old }).phase('shop')).toBe('half-open');
  });

  it('half-open, takes no word from other namespaces', () => {
    const one = bench().halfOpen();
    expect(one.look({ started: [started('bank', one.at)] }).phase('shop')).toBe('half-open');
  });

  it('takes the word of a canary whose creation another clock has dated a little earlier', () => {
    const one = bench().halfOpen();
    expect(one.look({ started: [started('shop', one.at - 10 * S)] }).phase('shop')).toBe('closed');
  });

  it.each(['open', 'half-open'] as const)('%s, tries a canary at once when what is injected has changed', (phase) => {
    const one = phase === 'open' ? bench().look({ blocked: [blocked('shop')] }) : bench().halfOpen();
    one.after(60 * S).hash = 'second';
    one.after(5 * S).look();
    expect(one.state['shop']).toMatchObject({
      phase: 'half-open',
      since: new Date(one.at).toISOString(),
      tried: { hash: 'second' },
    });
  });

  it('tries once, not at every look, when its policy is gone', () => {
    const one = bench().look({ blocked: [blocked('shop')] });
    one.hash = undefined;
    const { since } = one.after(1 * S).look().state['shop']!;
    expect(one.after(1 * S).look().state['shop']).toMatchObject({ phase: 'half-open', since });
  });

  it('closed, stays so for what was known before, such as a bare pod that nobody deleted', () => {
    const one = bench().halfOpen();
    one.look({ started: [started('shop', one.at)] }).after(1 * S);
    expect(one.look({ blocked: [blocked('shop', T0)] }).phase('shop')).toBe('closed');
  });

  it('closed, opens for a new pod, and has not forgotten how often it did', () => {
    const one = bench().halfOpen();
    one.look({ started: [started('shop', one.at)] }).after(1 * S);
    expect(one.look({ blocked: [blocked('shop', one.at)] }).state['shop']).toMatchObject({
      phase: 'open',
      openings: 2,
    });
  });

  it('is forgotten after an hour of peace', () => {
    const one = bench().halfOpen();
    one.look({ started: [started('shop', one.at)] });
    expect(
      one
        .after(59 * 60 * S)
        .look()
        .phase('shop'),
    ).toBe('closed');
    expect(
      one
        .after(1 * 60 * S)
        .look()
        .phase('shop'),
    ).toBeUndefined();
  });

  it('goes with its namespace', () => {
    const one = bench().look({ blocked: [blocked('shop')] });
    one.gone = ['shop'];
    expect(one.look({ blocked: [blocked('shop')] }).state).toEqual({});
  });

  it('keeps of a long message what fits', () => {
    const { state } = bench().look({ blocked: [blocked('shop', T0, { message: 'x'.repeat(5000) })] });
    expect(state['shop']!.message).toHaveLength(600);
  });
});

describe("the cluster's breaker", () => {
  const three = ['shop', 'bank', 'blog'];
  const allBlocked = (...nodes: string[]) =>
    three.map((namespace, index) => blocked(namespace, T0, { node: nodes[index % nodes.length] }));
  const starting = (...nodes: string[]) => nodes.map((node) => started('other', T0, node));

  it.each<[string, string, Partial<Evidence>]>([
    ['opens', 'in three namespaces, and sidecars start nowhere', { blocked: allBlocked('n1') }],
    ['stays closed', 'in two namespaces: the fault may be theirs', { blocked: allBlocked('n1').slice(0, 2) }],
    ['stays closed', 'on one node, while they run on another', { blocked: allBlocked('n1'), runningOn: ['n1', 'n2'] }],
    [
      'stays closed',
      'on two nodes, while they start on as many others',
      { blocked: allBlocked('n1', 'n2'), started: starting('n3', 'n4') },
    ],
    [
      'opens',
      'on three nodes, while they start on two others',
      { blocked: allBlocked('n1', 'n2', 'n3'), started: starting('n4', 'n5') },
    ],
    [
      'opens',
      'on one node, where others run, too: there is no other',
      { blocked: allBlocked('n1'), started: starting('n1'), runningOn: ['n1'] },
    ],
    [
      'stays closed',
      'because creations are refused, while sidecars start elsewhere',
      { blocked: three.map((namespace) => blocked(namespace, T0, { node: undefined })), started: starting('n1') },
    ],
  ])('%s when pods wait %s', (what, _, evidence) => {
    const { state } = bench().look(evidence);
    expect(Object.keys(state).includes(CLUSTER)).toBe(what === 'opens');
    expect(stopOf(state, 'shop')).toBeDefined();
    expect(stopOf(state, 'another') !== undefined).toBe(what === 'opens');
  });

  it('opens for namespaces that open one after the other, though their pods are deleted meanwhile', () => {
    const one = bench();
    for (const namespace of three) one.look({ blocked: [blocked(namespace, one.at)] }).after(5 * S);
    expect(Object.keys(one.state)).toEqual([CLUSTER]);
  });

  it('does not open later, only because no pod is created any more', () => {
    const one = bench().look({ blocked: allBlocked('n1', 'n2'), started: starting('n3', 'n4') });
    expect(
      one
        .after(30 * S)
        .look()
        .phase(CLUSTER),
    ).toBeUndefined();
  });

  it('is closed by one canary, in whatever namespace, for all of them', () => {
    const one = bench().look({ blocked: allBlocked('n1', 'n2', 'n3') });
    expect(
      one
        .after(60 * S)
        .look()
        .phase(CLUSTER),
    ).toBe('half-open');
    one.look({ started: [started('blog', one.at)] });
    expect(three.map((namespace) => stopOf(one.state, namespace))).toEqual([undefined, undefined, undefined]);
  });

  it('then leaves a namespace that has a fault of its own to the breaker of that one', () => {
    const one = bench().look({ blocked: allBlocked('n1') });
    one.after(60 * S).look();
    one.look({ started: [started('blog', one.at)] });
    one.after(1 * S).look({ blocked: [blocked('shop', one.at)], started: [started('blog', one.at)] });
    expect([one.phase(CLUSTER), one.phase('shop')]).toEqual(['closed', 'open']);
  });
});

it('what was decided is the same when it comes out of the ConfigMap', () => {
  const one = bench().halfOpen();
  one.look({ blocked: [blocked('bank', one.at)] });
  expect(parseState(JSON.stringify(one.state))).toEqual(one.state);
});
