import { expect, it } from 'vitest';
import type { Redaction } from '../../api/names.ts';
import { policySpec } from '../../api/policy.ts';
import { redactionOf } from './redaction.ts';

const BY_DEFAULT = ['bearer', 'jwt', 'cloud-key', 'url-password', 'card', 'iban'];
const of = (redact: object[], required: readonly Redaction[] = []) =>
  redactionOf(policySpec.parse({ logs: { redact } }).logs.redact, required);
const on = (...given: Parameters<typeof of>) => of(...given).map(({ builtin, pattern }) => builtin ?? pattern);

it.each<[string, object[], Redaction[], (string | undefined)[]]>([
  ['nothing', [], [], BY_DEFAULT],
  ['a rule on request', [{ builtin: 'email' }], [], ['email', ...BY_DEFAULT]],
  ['a pattern', [{ pattern: 'a+' }], [], ['a+', ...BY_DEFAULT]],
  ['a rule that is on anyway', [{ builtin: 'jwt' }], [], ['jwt', ...BY_DEFAULT.filter((name) => name !== 'jwt')]],
  ['one that is disabled', [{ builtin: 'card', disabled: true }], [], BY_DEFAULT.filter((name) => name !== 'card')],
  ['nothing, but the chart requires a rule', [], ['ipv4'], [...BY_DEFAULT, 'ipv4']],
  [
    'one that is disabled, which the chart requires',
    [{ builtin: 'ipv4', disabled: true }],
    ['ipv4', 'card'],
    ['ipv4', ...BY_DEFAULT],
  ],
])('a policy with %s', (_, redact, required, expected) => {
  expect(on(redact, required)).toEqual(expected);
});

it('what a rule puts in the place is the policy’s choice, also of one that the chart requires', () => {
  const rules = of(
    [
      { builtin: 'card', with: 'Hash' },
      { builtin: 'iban', with: 'SameLength' },
      { pattern: 'a', replacement: '' },
    ],
    ['card', 'jwt'],
  );
  expect(rules.slice(0, 4)).toEqual([
    { builtin: 'card', with: 'Hash', replacement: '[redacted]' },
    { builtin: 'iban', with: 'SameLength', replacement: '[redacted]' },
    { pattern: 'a', with: 'Text', replacement: '' },
    { builtin: 'bearer', with: 'Text', replacement: '[redacted]' },
  ]);
});
