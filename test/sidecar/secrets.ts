import * as fc from 'fast-check';
import { REDACTIONS, type Redaction } from '../../api/names.ts';
import type { RedactionRule } from '../../api/sidecar-config.ts';

/** A rule that writes its own name, so that one sees what was found. */
export const naming = (builtin: Redaction): RedactionRule => ({ builtin, with: 'Text', replacement: `<${builtin}>` });
export const ALL_RULES = REDACTIONS.map(naming);

/** Public examples of what must not leave: of standards, of documentation, of test cards. */
export const SECRETS = [
  '4111111111111111',
  '4012 8888 8888 1881',
  '3782-822463-10005',
  '5555555555554444',
  'DE89370400440532013000',
  'GB82 WEST 1234 5698 7654 32',
  'Bearer mF_9.B5f-4.1JqM',
  'bearer\tmF_9.B5f-4.1JqM',
  'eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.c2lnbmF0dXJl',
  'AKIAIOSFODNN7EXAMPLE',
  'aws_secret_access_key=wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY',
  '"SecretAccessKey":"wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"',
  `ghp_${'0a'.repeat(18)}`,
  'xoxb-123456789012-abcdefghij',
  `AIza${'x'.repeat(35)}`,
  `AccountKey=${'aB'.repeat(43)}==;`,
  'https://ada:s3cret@example.com/',
  '?password=hunter2&',
  'token="a b"',
  'ada@example.com',
  '10.0.0.1',
  '2001:db8::1',
];

/** What stands between them: signs that end things, letters that spoil them, pieces of them, escapes. */
const BETWEEN = [
  ...Array.from(' -_.:;,/\\"\'&?=@#<>{}[]()|+%~\n\tabfnrtuxJAK01234569é日🚀'),
  'eyJ',
  'AKIA',
  'Bearer ',
  '://',
  'password=',
  'authorization: ',
  '4111',
  '1111 ',
  '::',
  'u003d',
  '\\u0034',
  '\\/',
  '\\n',
  '\\"',
  '&sig=',
  'DE89',
];

/** Text with secrets, broken ones and traps, in any order. */
export const HOSTILE_TEXT = fc
  .array(
    fc.oneof(
      { weight: 2, arbitrary: fc.constantFrom(...SECRETS) },
      { weight: 5, arbitrary: fc.constantFrom(...BETWEEN) },
      {
        weight: 1,
        arbitrary: fc
          .tuple(fc.constantFrom(...SECRETS), fc.nat(60), fc.nat(60))
          .map(([secret, from, to]) => secret.slice(from, to)),
      },
    ),
    { maxLength: 10 },
  )
  .map((parts) => parts.join(''));

/** JSON of a text, in which `choices` says of each character how it is written: as it is, as `\uXXXX`, or shorter if it can be. */
export function jsonOf(text: string, choices: readonly number[]): string {
  const written = Array.from({ length: text.length }, (_, index) => {
    const unit = text[index]!;
    const choice = choices.length > 0 ? choices[index % choices.length]! % 8 : 0;
    if (choice === 1) return `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`;
    if (choice === 2 && unit === '/') return '\\/';
    return JSON.stringify(unit).slice(1, -1);
  });
  return `"${written.join('')}"`;
}

/** What, many times in a row, could make a rule's search begin again and again on the way to an end that never comes. */
export const HOSTILE_UNITS: readonly (readonly [Redaction, string])[] = [
  ['card', '4'],
  ['card', '4111 '],
  ['card', '4111-1111-'],
  ['iban', 'DE89'],
  ['iban', 'DE89 '],
  ['bearer', 'bearer '],
  ['bearer', 'bearer/'],
  ['bearer', 'authorization: bearer    '],
  ['jwt', 'eyJ'],
  ['jwt', 'eyJabcdefghij..'],
  ['jwt', '.eyJ'],
  ['cloud-key', 'AKIA'],
  ['cloud-key', 'ghp_'],
  ['cloud-key', 'xoxb-'],
  ['cloud-key', 'AccountKey='],
  ['cloud-key', 'secret_access_key"'],
  ['cloud-key', 'secret_access_key="'],
  ['url-password', '://'],
  ['url-password', '://a:'],
  ['url-password', 'password='],
  ['url-password', 'password="'],
  ['url-password', "password='\n"],
  ['email', 'a'],
  ['email', 'a@'],
  ['email', 'a.'],
  ['email', '@a-'],
  ['ipv4', '1.'],
  ['ipv4', '1.1.1.'],
  ['ipv6', ':'],
  ['ipv6', '1:'],
  ['ipv6', 'a1::'],
];
