import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { ANNOTATION } from '../api/names.ts';
import { temporaryFolder } from '../test/sidecar/temporary.ts';
import { constantPart, parseDownward, readDownward, withoutService, workloadOf, type Pod } from './pod.ts';

const podOf = (annotations: Record<string, string> = {}, labels: Record<string, string> = {}): Pod => ({
  namespace: 'shop',
  name: 'cart-0',
  uid: 'uid',
  node: 'node-1',
  labels: new Map(Object.entries(labels)),
  annotations: new Map(Object.entries(annotations)),
});
const parse = (bytes: Buffer) => JSON.parse(`{${bytes.toString()}}`) as Record<string, unknown>;

it.each([
  ['nothing', '', []],
  ['a label', 'app="cart"', [['app', 'cart']]],
  [
    'several',
    'a="1"\nb="2"\n',
    [
      ['a', '1'],
      ['b', '2'],
    ],
  ],
  ['an empty value', 'a=""', [['a', '']]],
  ['a value with an equals sign', 'a="b=c"', [['a', 'b=c']]],
  ['quotes, newlines and letters', String.raw`a="\"x\"\ny\té"`, [['a', '"x"\ny\té']]],
  ['escapes of Go that JSON has not', String.raw`a="\x1b[0m"`, [['a', String.raw`\x1b[0m`]]],
  ['a line that is none', 'a=b\nc="d"', [['c', 'd']]],
])('reads %s of the downward API', (_, text, expected) => {
  expect([...parseDownward(text)]).toEqual(expected);
});

it('reads the files of the downward API folder, and nothing where there are none', () => {
  const folder = temporaryFolder();
  writeFileSync(join(folder, 'labels'), 'app="cart"\n');
  expect([...readDownward(folder, 'labels')]).toEqual([['app', 'cart']]);
  expect([...readDownward(folder, 'annotations')]).toEqual([]);
  expect([...readDownward(undefined, 'labels')]).toEqual([]);
});

it.each([
  ['Deployment/cart', { kind: 'deployment', name: 'cart' }],
  ['CronJob/report', { kind: 'cronjob', name: 'report' }],
  ['cart', undefined],
  ['/cart', undefined],
  ['Deployment/', undefined],
  ['a.b/cart', undefined],
  ['', undefined],
])('the annotation %j says which workload it is', (annotation, expected) => {
  expect(workloadOf(podOf({ [ANNOTATION.workload]: annotation }))).toEqual(expected);
});

it('puts pod, container, workload, service, node and cluster into every record', () => {
  const pod = podOf({ [ANNOTATION.workload]: 'Deployment/cart' }, { 'app.kubernetes.io/name': 'the "cart"' });
  expect(parse(constantPart(pod, 'app', 'test'))).toEqual({
    kubernetes: {
      namespace: 'shop',
      pod: { name: 'cart-0' },
      container: { name: 'app' },
      deployment: { name: 'cart' },
    },
    'service.name': 'the "cart"',
    'host.name': 'node-1',
    'orchestrator.cluster.name': 'test',
  });
});

it.each([
  ['its label', { 'app.kubernetes.io/name': 'label' }, 'Deployment/owner', 'label'],
  ['its owner', {}, 'Deployment/owner', 'owner'],
  ['its pod', {}, '', 'cart-0'],
])('names a service by %s', (_, labels, workload, expected) => {
  const pod = podOf({ [ANNOTATION.workload]: workload }, labels);
  expect(parse(constantPart(pod, 'app', ''))['service.name']).toBe(expected);
});

it.each(['Namespace', 'Pod', 'Container'])('a workload of the kind %s takes no place of ours', (kind) => {
  const pod = podOf({ [ANNOTATION.workload]: `${kind}/mine` });
  expect(parse(constantPart(pod, 'app', '')).kubernetes).toEqual({
    namespace: 'shop',
    pod: { name: 'cart-0' },
    container: { name: 'app' },
  });
});

it('leaves out a cluster without a name', () => {
  expect(parse(constantPart(podOf(), 'app', ''))).not.toHaveProperty('orchestrator.cluster.name');
});

it('leaves out the service for a record that has one of its own', () => {
  const constant = constantPart(podOf({}, { 'app.kubernetes.io/name': 'the "cart", x' }), 'app', 'test');
  const { 'service.name': service, ...rest } = parse(constant);
  expect(service).toBe('the "cart", x');
  expect(parse(withoutService(constant))).toEqual(rest);
});
