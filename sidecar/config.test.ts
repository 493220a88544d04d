import { mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { ANNOTATION, ENV, SECRET_FILE } from '../api/names.ts';
import { configOf } from '../test/sidecar/process.ts';
import { listen } from '../test/sidecar/said.ts';
import { temporaryFolder } from '../test/sidecar/temporary.ts';
import { ConfigFiles, readEnvironment } from './config.ts';

const ALL = {
  [ENV.logs]: '/logs',
  [ENV.config]: '/config',
  [ENV.state]: '/state',
  [ENV.policy]: 'TracingPolicy.all',
  [ENV.podNamespace]: 'shop',
  [ENV.podName]: 'cart-0',
  [ENV.podUid]: 'uid',
  [ENV.nodeName]: 'node-1',
};

it('reads its environment', () => {
  expect(readEnvironment(ALL)).toEqual({
    logs: '/logs',
    config: '/config',
    state: '/state',
    podinfo: undefined,
    policy: 'TracingPolicy.all',
    token: undefined,
    pod: { namespace: 'shop', name: 'cart-0', uid: 'uid', node: 'node-1' },
    proxy: { http: undefined, https: undefined, none: undefined },
  });
});

it.each([
  ['upper case', { HTTP_PROXY: 'a', HTTPS_PROXY: 'b', NO_PROXY: 'c' }, { http: 'a', https: 'b', none: 'c' }],
  ['lower case', { http_proxy: 'a', https_proxy: 'b', no_proxy: 'c' }, { http: 'a', https: 'b', none: 'c' }],
  ['both', { http_proxy: 'a', HTTP_PROXY: 'b' }, { http: 'a', https: undefined, none: undefined }],
  ['lower case, but empty', { http_proxy: '', HTTP_PROXY: 'b' }, { http: 'b', https: undefined, none: undefined }],
])('takes proxies from variables in %s', (_, variables, proxy) => {
  expect(readEnvironment({ ...ALL, ...variables }).proxy).toEqual(proxy);
});

it.each(Object.keys(ALL))('names %s when it is missing', (name) => {
  expect(() => readEnvironment({ ...ALL, [name]: '' })).toThrow(`the environment lacks ${name}`);
});

it('needs no policy where there is the downward API', () => {
  expect(readEnvironment({ ...ALL, [ENV.policy]: undefined, [ENV.podinfo]: '/podinfo' }).podinfo).toBe('/podinfo');
});

/** Configuration and downward API as the kubelet mounts them. */
function mounted(stem: string | undefined = 'TracingPolicy.all') {
  const folder = temporaryFolder();
  const [config, podinfo] = [join(folder, 'config'), join(folder, 'podinfo')];
  for (const each of [config, podinfo]) mkdirSync(each);
  const { log, said } = listen();
  const env = { ...ALL, [ENV.config]: config, [ENV.podinfo]: podinfo, [ENV.policy]: stem };
  return {
    said,
    config,
    files: new ConfigFiles(readEnvironment(env), log),
    write: (name: string, content: unknown) =>
      writeFileSync(join(config, name), typeof content === 'string' ? content : JSON.stringify(content)),
    annotate: (annotations: Record<string, string>) =>
      writeFileSync(
        join(podinfo, 'annotations'),
        Object.entries(annotations)
          .map(([key, value]) => `${key}=${JSON.stringify(value)}`)
          .join('\n'),
      ),
    label: (text: string) => writeFileSync(join(podinfo, 'labels'), text),
  };
}
const FIRST = configOf(['https://elasticsearch:9200']);
const FILE = 'TracingPolicy.all.json';

it('takes over settings, key, authority and what the pod says of itself', () => {
  const { files, write, annotate, label } = mounted();
  write(FILE, FIRST);
  write(SECRET_FILE.apiKey, 'a2V5\n');
  write(SECRET_FILE.elasticsearchCa, 'PEM');
  annotate({ [ANNOTATION.workload]: 'Deployment/cart' });
  label('app="cart"');
  files.look();
  expect(files.current).toMatchObject({
    settings: FIRST,
    apiKey: 'a2V5',
    ca: 'PEM',
    pod: {
      namespace: 'shop',
      name: 'cart-0',
      uid: 'uid',
      node: 'node-1',
      labels: new Map([['app', 'cart']]),
      annotations: new Map([[ANNOTATION.workload, 'Deployment/cart']]),
    },
  });
});

it('does without a key and an authority', () => {
  const { files, write } = mounted();
  write(FILE, FIRST);
  files.look();
  expect(files.current).toMatchObject({ apiKey: undefined, ca: undefined });
});

it('redacts with the key of the namespace, and with another one when that changes', () => {
  const { files, write } = mounted();
  const redact = [{ builtin: 'card', with: 'Hash', replacement: '[redacted]' }];
  write(FILE, { ...FIRST, logs: { ...FIRST.logs, redact } });
  const redacted = () => {
    files.look();
    return files.current!.redactor!.text('4111111111111111');
  };
  expect(redacted()).toBe('[redacted]');
  write(SECRET_FILE.redactionKey, `${'0a'.repeat(32)}\n`);
  const first = redacted();
  expect(first).toMatch(/^\[card:[0-9a-f]{16}\]$/);
  write(SECRET_FILE.redactionKey, '0b'.repeat(32));
  expect(redacted()).not.toBe(first);
  expect(files.current!.redactor).toBeDefined();
});

it('keeps the same configuration as long as nothing changes', () => {
  const { files, write, said } = mounted();
  write(FILE, FIRST);
  files.look();
  const before = files.current;
  write(FILE, FIRST);
  files.look();
  expect(files.current).toBe(before);
  expect(said).toMatchObject([{ message: 'runs a configuration', policy: 'TracingPolicy.all', revision: 'first' }]);
});

it.each<[string, (world: ReturnType<typeof mounted>) => void, string[]]>([
  ['other settings', ({ write }) => write(FILE, { ...FIRST, revision: 'second' }), ['runs a configuration']],
  ['another key', ({ write }) => write(SECRET_FILE.apiKey, 'other'), ['uses a new API key or authority']],
  [
    'another authority',
    ({ write }) => write(SECRET_FILE.elasticsearchCa, 'other'),
    ['uses a new API key or authority'],
  ],
  ['other labels', ({ label }) => label('app="other"'), []],
])('takes over %s while it runs', (_, change, said) => {
  const world = mounted();
  world.write(FILE, FIRST);
  world.files.look();
  const before = world.files.current;
  world.said.length = 0;
  change(world);
  world.files.look();
  expect(world.files.current).not.toBe(before);
  expect(world.said.map(({ message }) => message)).toEqual(said);
});

it.each([
  ['a pattern', { multiline: '(' }, '"("'],
  ['a rule of redaction', { redact: [{ pattern: '(', with: 'Text', replacement: '' }] }, '"("'],
  ['a condition', { drop: [{ when: 'a: (b' }] }, 'logs.drop.0.when cannot be read'],
])('goes on with the last good one when %s cannot be read', (_, wrong, error) => {
  const { files, write, said } = mounted();
  write(FILE, { ...FIRST, logs: { ...FIRST.logs, multiline: 'Auto', drop: [{ when: 'log.level: debug' }] } });
  files.look();
  const before = files.current!;
  expect([before.grouping.continuation, before.drop]).not.toContain(undefined);
  write(FILE, { ...FIRST, revision: 'second', logs: { ...FIRST.logs, ...wrong } });
  files.look();
  files.look();
  expect(files.current).toBe(before);
  expect(said.slice(1)).toMatchObject([
    { message: 'the configuration is wrong', error: expect.stringContaining(error) },
  ]);
});

it('follows the annotation to another policy, which comes before the environment', () => {
  const { files, write, annotate, said } = mounted();
  write(FILE, FIRST);
  write('TracingPolicy.other.json', { ...FIRST, revision: 'other' });
  annotate({ [ANNOTATION.policy]: 'TracingPolicy.other' });
  files.look();
  expect(files.current?.settings.revision).toBe('other');
  annotate({ [ANNOTATION.policy]: 'TracingPolicy.all' });
  files.look();
  expect(said.map(({ policy }) => policy)).toEqual(['TracingPolicy.other', 'TracingPolicy.all']);
});

it.each([
  ['it is cut off', 'the configuration is wrong', JSON.stringify(FIRST).slice(0, 100)],
  ['it is empty', 'the configuration is wrong', ''],
  ['it lacks something', 'the configuration is wrong', { ...FIRST, streams: {} }],
])('says once that %s, and keeps the last good one', (_, message, content) => {
  const { files, write, said, config } = mounted();
  const breakIt = () => {
    write(FILE, content);
    files.look();
    files.look();
  };
  breakIt();
  expect(files.current).toBeUndefined();
  expect(said).toMatchObject([{ level: 'warn', message, consequence: 'captures nothing until there is one' }]);
  write(FILE, FIRST);
  files.look();
  const good = files.current;
  said.length = 0;
  breakIt();
  expect(files.current).toBe(good);
  expect(said).toMatchObject([{ level: 'warn', message, consequence: 'goes on with revision first' }]);
  expect(said[0]!.file).toBe(join(config, FILE));
  // Mended and broken again is news again.
  write(FILE, FIRST);
  files.look();
  breakIt();
  expect(said).toHaveLength(2);
});

it('says once that there is none yet', () => {
  const { files, said, config } = mounted();
  files.look();
  files.look();
  const consequence = 'captures nothing until there is one';
  expect(said).toMatchObject([{ message: 'waiting for the configuration', file: join(config, FILE), consequence }]);
  expect([files.current, files.isIdle, files.policy]).toEqual([undefined, false, 'TracingPolicy.all']);
});

describe('a policy that is gone', () => {
  /** It ran the policy `all`; the Secret has another one, too. */
  function ran() {
    // A pod's sidecar is told by the annotation alone.
    const world = mounted('');
    const { files, write, annotate, config } = world;
    write(FILE, FIRST);
    write(OTHER, { ...FIRST, revision: 'other', policy: { ...FIRST.policy, name: 'other' } });
    annotate({ [ANNOTATION.policy]: 'TracingPolicy.all' });
    files.look();
    world.said.length = 0;
    return { ...world, good: files.current, remove: (name: string) => rmSync(join(config, name)) };
  }
  const OTHER = 'TracingPolicy.other.json';
  const GONE = { level: 'warn', message: 'the policy is gone', consequence: expect.stringContaining('reads on when') };

  it.each<[string, (world: ReturnType<typeof ran>) => void]>([
    ['with its file', ({ remove }) => remove(FILE)],
    ['with all of the Secret', ({ remove }) => [FILE, OTHER].forEach(remove)],
    ['with the annotation', ({ annotate }) => annotate({ other: 'x' })],
    ['with what the annotation names', ({ annotate }) => annotate({ [ANNOTATION.policy]: '' })],
  ])('%s leaves the sidecar idle, with what it had', (_, vanish) => {
    const world = ran();
    const { files, said, good } = world;
    vanish(world);
    files.look();
    files.look();
    expect([files.isIdle, files.current, files.policy]).toEqual([true, good, 'TracingPolicy.all']);
    expect(said).toMatchObject([GONE]);
  });

  it('is run again when it comes back, with the key of then', () => {
    const { files, said, remove, write, good } = ran();
    remove(FILE);
    files.look();
    write(FILE, FIRST);
    write(SECRET_FILE.apiKey, 'new');
    files.look();
    expect([files.isIdle, files.current!.apiKey]).toEqual([false, 'new']);
    remove(FILE);
    files.look();
    write(FILE, FIRST);
    files.look();
    expect(files.current!.settings).toEqual(good!.settings);
    const runs = { message: 'runs a configuration', revision: 'first' };
    expect(said).toMatchObject([GONE, runs, GONE, runs]);
  });

  it('is not replaced by one that has not come yet: it goes on as long as it is there', () => {
    const { files, said, annotate, remove, write, good } = ran();
    remove(OTHER);
    annotate({ [ANNOTATION.policy]: 'TracingPolicy.other' });
    files.look();
    expect([files.isIdle, files.current]).toEqual([false, good]);
    expect(said).toMatchObject([
      { message: 'waiting for the configuration', consequence: 'goes on with revision first' },
    ]);
    remove(FILE);
    files.look();
    expect(files.isIdle).toBe(true);
    write(OTHER, { ...FIRST, revision: 'other' });
    files.look();
    expect([files.isIdle, files.current!.settings.revision]).toEqual([false, 'other']);
  });

  it.each([
    ['a configuration that is wrong', (world: ReturnType<typeof ran>) => world.write(FILE, '{')],
    [
      'an annotation that names none',
      ({ annotate }: ReturnType<typeof ran>) => annotate({ [ANNOTATION.policy]: '../x' }),
    ],
  ])('is something else than %s', (_, change) => {
    const world = ran();
    change(world);
    world.files.look();
    expect([world.files.isIdle, world.files.current]).toEqual([false, world.good]);
  });

  it('leaves it idle while the next one is wrong', () => {
    const { files, remove, write } = ran();
    remove(FILE);
    files.look();
    write(FILE, '{');
    files.look();
    expect(files.isIdle).toBe(true);
  });
});

it.each(['', '../TracingPolicy.all', 'TracingPolicy/all', 'all'])('reads no file for a policy named %j', (stem) => {
  const { files, annotate, said } = mounted('all');
  annotate({ [ANNOTATION.policy]: stem });
  files.look();
  expect(said).toMatchObject([{ message: 'no policy governs this pod' }]);
});

beforeEach(() => void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] }));
afterEach(() => void vi.useRealTimers());

it('looks each second until there is a configuration, then every five, and not once it is stopped', () => {
  const { files, write, config } = mounted();
  const revision = () => files.current?.settings.revision;
  files.start();
  expect(revision()).toBeUndefined();
  // As the kubelet does: written aside, then in place at once.
  write('aside', FIRST);
  renameSync(join(config, 'aside'), join(config, FILE));
  vi.advanceTimersByTime(1000);
  expect(revision()).toBe('first');
  write(FILE, { ...FIRST, revision: 'second' });
  vi.advanceTimersByTime(4999);
  expect(revision()).toBe('first');
  vi.advanceTimersByTime(1);
  expect(revision()).toBe('second');
  files.stop();
  write(FILE, { ...FIRST, revision: 'third' });
  vi.advanceTimersByTime(60_000);
  expect(revision()).toBe('second');
});
