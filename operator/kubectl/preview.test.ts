import { expect, it } from 'vitest';
import { rawClusterPolicy, rawPolicy } from '../../test/operator/objects.ts';
import { golden, injectedPod, plainPod, PluginWorld } from '../../test/operator/plugin.ts';

const SHOP = `
apiVersion: tracewell.dev/v1alpha1
kind: TracingPolicy
metadata: {name: cart}
spec:
  selector: {matchLabels: {app: cart}}
  retention: 90d
`;

function withPods(world: PluginWorld): void {
  world.pod(plainPod({ name: 'cart-0' }));
  world.pod(injectedPod({ name: 'cart-1' }));
  world.pod(plainPod({ name: 'cart-2', labels: { app: 'cart', 'tracewell.dev/inject': 'false' } }));
  world.pod(plainPod({ name: 'cart-3', labels: { app: 'cart', 'tracewell.dev/inject': 'false' } }));
  world.pod(plainPod({ name: 'till-0', labels: { app: 'till' } }));
  world.pod({ ...plainPod({ name: 'ended' }), status: { phase: 'Succeeded' } });
}

it('preview says which pods a policy would govern, and what a new one would get', async () => {
  const world = await PluginWorld.start();
  withPods(world);
  world.files['shop.yaml'] = SHOP;
  await world.succeed('preview', '-f', 'shop.yaml');
  await expect(world.out).toMatchFileSnapshot(golden('preview/pods'));
});

it('preview of several documents sees each beside the others, and those that are there', async () => {
  const world = await PluginWorld.start();
  withPods(world);
  world.namespace('bank');
  world.pod(plainPod({ name: 'teller', namespace: 'bank' }));
  world.policy(rawPolicy('cart', { selector: { matchLabels: { app: 'nothing' } } }));
  world.policy(rawClusterPolicy('audit', { enforced: true, namespaceSelector: { matchLabels: { bank: 'yes' } } }));
  const base = JSON.stringify(rawClusterPolicy('base', { paused: true }));
  world.files['-'] = `${SHOP}---\n${base}\n---\n# nothing here\n`;
  await world.succeed('preview', '-f', '-');
  const patches = /\n {2}Patch .*?(?=\n\S|$)/gs;
  expect(world.out.replaceAll(patches, '')).toMatchInlineSnapshot(`
    "TracingPolicy shop/cart (standard input, document 1)
      Bounds   spec.retention asks for 90d; the platform allows 30d at most, and that holds.
      Reaches  shop
      Pods     4 selected, 4 governed.
               1 pod has a sidecar already.
               1 pod gets one when created again.
               2 pods skipped: OptedOut, such as shop/cart-2: the pod says tracewell.dev/inject=false. Remove the label tracewell.dev/inject if it should have one.
    ClusterTracingPolicy base (standard input, document 2)
      Reaches  bank, shop
      Pods     6 selected, 2 governed.
               2 pods skipped: Paused, such as bank/teller: the policy base is paused (spec.paused). Set spec.paused of the policy to false if it should have one.
               4 pods governed by TracingPolicy shop/cart instead, such as shop/cart-0."
  `);
});

it.each([
  ['a field that is not there', SHOP.replace('retention', 'retain'), 'spec.retain: there is no such field'],
  ['a value that the schema refuses', SHOP.replace('90d', 'long'), 'spec.retention: '],
  ['a pattern that no sidecar could use', `${SHOP}  logs: {multiline: "("}`, 'spec.logs.multiline: the pattern "("'],
  ['a namespace of the system', SHOP.replace('{name: cart}', '{name: cart, namespace: kube-system}'), 'never injected'],
  ['another kind', 'apiVersion: v1\nkind: Pod\n', 'it is a Pod (v1), and no TracingPolicy or ClusterTracingPolicy'],
  ['no name', SHOP.replace('{name: cart}', '{}'), 'metadata.name: it has no name'],
  ['no YAML', 'a: [', 'it is no YAML: '],
  ['a word', 'hello', 'it is no object, and no TracingPolicy'],
  ['nothing', '', 'there is nothing in it'],
])('preview says what is wrong with %s, and ends with 3', async (_, text, fault) => {
  const world = await PluginWorld.start();
  world.namespace('kube-system');
  world.files['one.yaml'] = text;
  expect(await world.run('preview', '-f', 'one.yaml')).toBe(3);
  expect(world.err).toBe('');
  expect(world.out).toContain(fault);
});

it('a policy that is there already keeps its age: it is not behind because it was changed', async () => {
  const world = await PluginWorld.start();
  world.pod(plainPod());
  world.policy(rawPolicy('cart', {}, { creationTimestamp: '2025-01-01T00:00:00Z' }));
  world.policy(rawPolicy('other', {}, { creationTimestamp: '2025-06-01T00:00:00Z' }));
  world.files['shop.yaml'] = SHOP;
  await world.succeed('preview', '-f', 'shop.yaml', '-o', 'json');
  expect(JSON.parse(world.out)).toMatchObject({ previews: [{ selected: 1, governed: 1 }] });
});

it('without the operator there is no patch to show, and that is said', async () => {
  const world = await PluginWorld.start();
  withPods(world);
  world.server.fail('GET', '/apis/apps', { status: 403, message: 'forbidden' });
  world.files['shop.yaml'] = SHOP;
  await world.succeed('preview', '-f', 'shop.yaml');
  expect(world.out).toContain('or the operator cannot be read');
  expect(world.out).toContain("The operator's Deployment cannot be read with your rights");
});
