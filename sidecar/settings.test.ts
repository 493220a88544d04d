import { expect, it } from 'vitest';
import { sidecarConfig } from '../api/sidecar-config.ts';
import { configOf } from '../test/sidecar/process.ts';
import { parseSettings } from './settings.ts';

type Path = readonly (string | number)[];
const GOOD = configOf(['https://elasticsearch:9200']);

/** The good configuration with another value at a path; undefined takes it out. */
function changed(path: Path, value: unknown): unknown {
  const copy = structuredClone(GOOD) as unknown as Record<string | number, unknown>;
  let at = copy;
  for (const key of path.slice(0, -1)) at = at[key] as Record<string | number, unknown>;
  if (value === undefined) delete at[path.at(-1)!];
  else at[path.at(-1)!] = value;
  return copy;
}

/** What the schema and the sidecar's own parser each make of it. */
const bySchema = (value: unknown) => sidecarConfig.safeParse(value).data;
function bySidecar(value: unknown) {
  try {
    return parseSettings(JSON.stringify(value));
  } catch {
    return undefined;
  }
}

const INCLUDE: Path = ['logs', 'containers', 'include'];
const URLS: Path = ['elasticsearch', 'urls'];

it.each<[Path, unknown]>([
  [['revision'], 'x'.repeat(64)],
  [['cluster'], ''],
  [['cluster'], 'x'.repeat(253)],
  [['policy', 'name'], ''],
  [['policy', 'namespace'], 'x'.repeat(253)],
  [URLS, ['http://a', 'https://b:9200/path', 'https://[::1]:9200']],
  [URLS, Array.from({ length: 16 }, () => 'https://a')],
  [['streams', 'logs'], 'x'.repeat(255)],
  [INCLUDE, ['cart', 'x'.repeat(63)]],
  [INCLUDE, Array.from({ length: 64 }, () => 'cart')],
  [['limits', 'batchBytes'], 16_384],
  [['limits', 'batchBytes'], 67_108_864],
  [['limits', 'batchAgeMs'], 10],
  [['limits', 'batchAgeMs'], 60_000],
  [['limits', 'recordBytes'], 1024],
  [['limits', 'recordBytes'], 16_777_216],
  [['limits', 'inFlight'], 1],
  [['limits', 'inFlight'], 8],
  [['limits', 'heldBytes'], 1_048_576],
  [['limits', 'heldBytes'], 68_719_476_736],
  [['logs', 'multiline'], 'Auto'],
  [['logs', 'multiline'], 'x'.repeat(256)],
  [
    ['logs', 'drop'],
    [{ when: 'log.level: debug' }, { when: 'x'.repeat(16_384) }],
  ],
  [
    ['logs', 'redact'],
    [
      { builtin: 'card', with: 'Hash', replacement: '' },
      { pattern: 'x'.repeat(256), with: 'SameLength', replacement: 'x'.repeat(64) },
    ],
  ],
  [
    ['logs', 'redact'],
    Array.from({ length: 48 }, () => ({ builtin: 'ipv6', with: 'Text', replacement: 'x', later: 1 })),
  ],
  [['later'], { unknown: true }],
  [['limits', 'later'], 1],
])('takes %j: %j as the schema does', (path, value) => {
  const config = changed(path, value);
  expect(bySchema(config)).toBeDefined();
  expect(bySidecar(config)).toEqual(bySchema(config));
});

it.each<[Path, unknown]>([
  [['version'], undefined],
  [['version'], 2],
  [['version'], '1'],
  [['revision'], ''],
  [['revision'], 'x'.repeat(65)],
  [['revision'], 7],
  [['cluster'], undefined],
  [['cluster'], 'x'.repeat(254)],
  [['cluster'], null],
  [['policy'], undefined],
  [['policy'], 'all'],
  [['policy'], []],
  [['policy', 'kind'], 'OtherPolicy'],
  [['policy', 'name'], 'x'.repeat(254)],
  [['policy', 'namespace'], undefined],
  [['elasticsearch'], null],
  [URLS, undefined],
  [URLS, []],
  [URLS, 'https://a'],
  [URLS, ['elasticsearch:9200']],
  [URLS, ['ftp://a']],
  [URLS, ['not a URL']],
  [URLS, ['']],
  [URLS, ['https://a', 7]],
  [URLS, [`https://${'x'.repeat(2048)}`]],
  [URLS, Array.from({ length: 17 }, () => 'https://a')],
  [['streams', 'logs'], ''],
  [['streams', 'deadLetters'], undefined],
  [['streams', 'files'], 'x'.repeat(256)],
  [['logs', 'containers'], undefined],
  [INCLUDE, undefined],
  [INCLUDE, ['']],
  [INCLUDE, ['x'.repeat(64)]],
  [INCLUDE, [null]],
  [INCLUDE, { 0: 'cart' }],
  [['logs', 'containers', 'exclude'], Array.from({ length: 65 }, () => 'cart')],
  [['logs', 'multiline'], undefined],
  [['logs', 'multiline'], ''],
  [['logs', 'multiline'], 'x'.repeat(257)],
  [['logs', 'multiline'], { start: '^' }],
  [['logs', 'drop'], undefined],
  [['logs', 'drop'], [{}]],
  [['logs', 'drop'], ['log.level: debug']],
  [['logs', 'drop'], [{ when: '' }]],
  [['logs', 'drop'], [{ when: 'x'.repeat(16_385) }]],
  [['logs', 'drop'], Array.from({ length: 33 }, () => ({ when: 'a' }))],
  [['logs', 'redact'], undefined],
  [['logs', 'redact'], [{ with: 'Text', replacement: '' }]],
  [['logs', 'redact'], [{ builtin: 'card', pattern: 'x', with: 'Text', replacement: '' }]],
  [['logs', 'redact'], [{ builtin: 'everything', with: 'Text', replacement: '' }]],
  [['logs', 'redact'], [{ builtin: null, with: 'Text', replacement: '' }]],
  [['logs', 'redact'], [{ pattern: '', with: 'Text', replacement: '' }]],
  [['logs', 'redact'], [{ pattern: 'x'.repeat(257), with: 'Text', replacement: '' }]],
  [['logs', 'redact'], [{ builtin: 'card', with: 'text', replacement: '' }]],
  [['logs', 'redact'], [{ builtin: 'card', replacement: '' }]],
  [['logs', 'redact'], [{ builtin: 'card', with: 'Text' }]],
  [['logs', 'redact'], [{ builtin: 'card', with: 'Text', replacement: 'x'.repeat(65) }]],
  [['logs', 'redact'], Array.from({ length: 49 }, () => ({ builtin: 'card', with: 'Text', replacement: '' }))],
  [['limits'], undefined],
  [['limits', 'inFlight'], 0],
  [['limits', 'inFlight'], 9],
  [['limits', 'heldBytes'], 1_048_575],
  [['limits', 'heldBytes'], 68_719_476_737],
  [['limits', 'batchBytes'], 16_383],
  [['limits', 'batchBytes'], 67_108_865],
  [['limits', 'batchBytes'], 20_000.5],
  [['limits', 'batchAgeMs'], 9],
  [['limits', 'batchAgeMs'], 60_001],
  [['limits', 'recordBytes'], 1023],
  [['limits', 'recordBytes'], 16_777_217],
  [['limits', 'recordBytes'], '4096'],
])('refuses %j: %j as the schema does, and names the place', (path, value) => {
  const config = changed(path, value);
  expect(bySchema(config)).toBeUndefined();
  expect(() => parseSettings(JSON.stringify(config))).toThrow(path.join('.'));
});

it.each([
  ['', 'is not JSON'],
  ['{"version":1', 'is not JSON'],
  ['null', 'must be an object'],
  ['[]', 'must be an object'],
])('refuses the text %j in a sentence', (text, sentence) => {
  expect(() => parseSettings(text)).toThrow(sentence);
});

it('takes nothing over that it does not know', () => {
  expect(parseSettings(JSON.stringify({ ...GOOD, later: 1 }))).toEqual(GOOD);
});
