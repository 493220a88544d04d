import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { REDACTED, REDACTIONS, type Redaction } from '../../../api/names.ts';
import { counted } from '../../../test/counted.ts';
import { HOSTILE_UNITS, naming } from '../../../test/sidecar/secrets.ts';
import { Redactor } from './redactor.ts';

/** What is left of a text when only this rule is on; the place of what was found reads as `<rule>`. */
function redacted(rule: Redaction, text: string): string {
  const bytes = Buffer.from(`x${text}x`);
  return new Redactor([naming(rule)], undefined).payload(bytes, 1, bytes.length - 1) ?? text;
}

it.each<[Redaction, string, string]>([
  ['card', 'paid with 4111111111111111.', 'paid with <card>.'],
  ['card', '4012 8888 8888 1881', '<card>'],
  ['card', 'card=4012-8888-8888-1881;', 'card=<card>;'],
  ['card', '4222222222222', '<card>'],
  ['card', '3782 822463 10005, 371449635398431', '<card>, <card>'],
  ['card', '3056 930902 5904', '<card>'],
  ['card', '30569309025904 38520000023237', '<card> <card>'],
  ['card', '5555555555554444 2223003122003222', '<card> <card>'],
  ['card', '6011111111111117 6510000000000034', '<card> <card>'],
  ['card', '3530111333300000', '<card>'],
  ['card', '6212345678901232 6759649826438453 2200000000000004', '<card> <card> <card>'],
  ['card', '4111 1111 1111 1111 12/29', '<card> 12/29'],
  ['card', String.raw`a\n4111111111111111\n`, String.raw`a\n<card>\n`],
  ['iban', 'to DE89370400440532013000.', 'to <iban>.'],
  ['iban', 'DE89 3704 0044 0532 0130 00 Ada', '<iban> Ada'],
  ['iban', 'GB82-WEST-1234-5698-7654-32', '<iban>'],
  ['iban', 'NO9386011117947 MT84MALT011000012345MTLCAST001S', '<iban> <iban>'],
  ['iban', 'FR1420041010050500013M02606', '<iban>'],
  ['bearer', 'Authorization: Bearer mF_9.B5f-4.1JqM', 'Authorization: Bearer <bearer>'],
  ['bearer', 'bearer  AbCdEf0123==, x', 'bearer  <bearer>, x'],
  ['bearer', 'sent BEARER abcdefghijklmnopqrstuvwx.', 'sent BEARER <bearer>.'],
  ['bearer', 'authorization="Bearer abc"', 'authorization="Bearer <bearer>"'],
  ['bearer', String.raw`{\"Authorization\":\"Bearer abc\"}`, String.raw`{\"Authorization\":\"Bearer <bearer>\"}`],
  ['jwt', 'jwt=eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.c2lnbmF0dXJl;', 'jwt=<jwt>;'],
  ['jwt', 'eyJhbGciOiJub25lIn0.eyJzdWIiOiIxMjM0In0.', '<jwt>.'],
  ['jwt', 'eyJhbGciOiJkaXIifQ..aXYtaXYtaXY.Y2lwaGVy.dGFn', '<jwt>'],
  ['jwt', 'cut: eyJhbGciOiJIUzI1NiJ9.eyJzdWIi', 'cut: <jwt>'],
  ['cloud-key', 'id AKIAIOSFODNN7EXAMPLE, ASIAIOSFODNN7EXAMPLE', 'id <cloud-key>, <cloud-key>'],
  [
    'cloud-key',
    'aws_secret_access_key = wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY',
    'aws_secret_access_key = <cloud-key>',
  ],
  ['cloud-key', '"SecretAccessKey": "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"', '"SecretAccessKey": "<cloud-key>"'],
  ['cloud-key', `key=AIza${'Sy-_'.repeat(8)}abc&x`, 'key=<cloud-key>&x'],
  ['cloud-key', `AccountKey=${'aB+/'.repeat(21)}aB==;EndpointSuffix=x`, 'AccountKey=<cloud-key>;EndpointSuffix=x'],
  ['cloud-key', `git clone ghp_${'0a'.repeat(18)} gho_${'0a'.repeat(18)}`, 'git clone <cloud-key> <cloud-key>'],
  ['cloud-key', `github_pat_${'0aB'.repeat(8)}_${'0aB'.repeat(19)}`, '<cloud-key>'],
  ['cloud-key', 'xoxb-123456789012-abcdefghij xapp-1-A0123456789', '<cloud-key> <cloud-key>'],
  ['url-password', 'postgres://app:s3cret@db:5432/shop', 'postgres://app:<url-password>@db:5432/shop'],
  ['url-password', 'redis://:p@ss@cache/0', 'redis://:<url-password>@cache/0'],
  ['url-password', String.raw`https:\/\/u:p@h\/x`, String.raw`https:\/\/u:<url-password>@h\/x`],
  ['url-password', 'GET /login?user=ada&password=hunter2&x=1', 'GET /login?user=ada&password=<url-password>&x=1'],
  ['url-password', '/cb#access_token=abc&state=1', '/cb#access_token=<url-password>&state=1'],
  [
    'url-password',
    'client_secret=a%20b apiKey=k API-KEY=k2',
    'client_secret=<url-password> apiKey=<url-password> API-KEY=<url-password>',
  ],
  [
    'url-password',
    'dbPassword=x DB_PASSWORD=y user[password]=z',
    'dbPassword=<url-password> DB_PASSWORD=<url-password> user[password]=<url-password>',
  ],
  ['url-password', 'accesstoken=a&clientsecret=b', 'accesstoken=<url-password>&clientsecret=<url-password>'],
  ['url-password', 'Server=db;Password=p;Timeout=3', 'Server=db;Password=<url-password>;Timeout=3'],
  ['url-password', 'password="correct horse" pwd=\'x\'', 'password="<url-password>" pwd=\'<url-password>\''],
  ['url-password', 'password="cut off', 'password="<url-password> off'],
  ['url-password', 'Credentials{user=ada, password=x}', 'Credentials{user=ada, password=<url-password>}'],
  [
    'url-password',
    'https://b.s3.test/k?X-Amz-Signature=0a&sig=1b',
    'https://b.s3.test/k?X-Amz-Signature=<url-password>&sig=<url-password>',
  ],
  ['email', 'from Ada.Lovelace+x@mail.example.co.uk.', 'from <email>.'],
  ['email', '<ada@example.com>,bob@example.org', '<<email>>,<email>'],
  ['email', String.raw`to:\nada@example.com`, String.raw`to:\n<email>`],
  ['ipv4', 'peer 10.0.0.1:8080 and 255.255.255.255.', 'peer <ipv4>:8080 and <ipv4>.'],
  ['ipv4', '[10.0.0.1] 10.0.0.1-10.0.0.9 10.0.0.0/8', '[<ipv4>] <ipv4>-<ipv4> <ipv4>/8'],
  ['ipv6', '[2001:db8::ff00:42:8329]:443 ::1', '[<ipv6>]:443 <ipv6>'],
  ['ipv6', 'client:fe80::1%eth0, ::ffff:10.0.0.1', 'client:<ipv6>%eth0, <ipv6>'],
  ['ipv6', '2001:0db8:0000:0000:0000:ff00:0042:8329: refused', '<ipv6>: refused'],
])('%s is found in %j', (rule, text, expected) => {
  expect(redacted(rule, text)).toBe(expected);
});

it.each<[Redaction, string, string]>([
  ['card', 'the check digit is wrong', '4111111111111112'],
  ['card', 'the issuer is unknown', '9111111111111115 1111111111111117'],
  ['card', 'the issuer has other lengths', '41111111111111 411111111111116 55555555555555'],
  ['card', 'it goes on', '41111111111111110 a4111111111111111 4111111111111111b'],
  ['card', 'it is part of an id', 'order-4111111111111111 4111111111111111-1 id_4111111111111111'],
  ['card', 'it is part of a UUID', '5f3b1c0e-4111-1111-1111-111111111111 41111111-1111-1111-9d0e-2f6a7b8c9d0e'],
  ['card', 'it is a fraction', '0.4111111111111111 4111111111111111.5'],
  ['card', 'it is a time', '1795341600123 1795341600123456 1795341600123456789 20261122100000'],
  ['card', 'the signs differ', '4111 1111-1111 1111 4111  1111 1111 1111'],
  ['iban', 'the check digits are wrong', 'DE88370400440532013000'],
  ['iban', 'the length is wrong', 'DE8937040044053201300 DE893704004405320130000'],
  ['iban', 'there is no such country', 'XX89370400440532013000'],
  ['iban', 'it is part of an id', 'a-DE89370400440532013000 xDE89370400440532013000'],
  ['bearer', 'it is prose', 'bearer authentication failed: bearer token expired, the bearer of this'],
  ['bearer', 'there is no token', 'Bearer'],
  ['jwt', 'there is one part', 'eyJhbGciOiJIUzI1NiJ9 eyJhbGciOiJIUzI1NiJ9.'],
  ['jwt', 'it is in the middle of a word', 'aeyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.x'],
  ['cloud-key', 'it is another kind of id', 'AIDAIOSFODNN7EXAMPLE AROAIOSFODNN7EXAMPLE'],
  ['cloud-key', 'it is too short or too long', 'AKIAIOSFODNN7EXAMPL AKIAIOSFODNN7EXAMPLE1 ghp_0123 xoxb-1 AIzaSy'],
  ['cloud-key', 'no name tells it', 'sha wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY'],
  ['cloud-key', 'the name has another value', 'secret_access_key=none secret key: see the manual'],
  ['url-password', 'there is no password', 'https://ada@example.com/ https://example.com:443/a@b http://h?a:b@c'],
  ['url-password', 'the name only resembles', 'max_tokens=5 tokens=7 passwords=2 secrets=1 monkey=1 key=x'],
  ['url-password', 'there is no value', 'password= token=&x=1 password=='],
  ['url-password', 'it is a word outside of a query', 'sig=SIGTERM signature=ok'],
  ['email', 'it is a version', 'left-pad@1.2.3 app@v1.2.3'],
  ['email', 'it has no domain', 'user@localhost @home ada@'],
  ['ipv4', 'it is a version', 'v1.2.3.4 1.2.3.4.5 1.2.3 256.1.1.1 1.2.3.4a'],
  ['ipv6', 'it is a time', '12:30:45 2026-11-22T10:00:00 10:00:00.123'],
  ['ipv6', 'it is a path of code', 'std::string a::b Foo::bar cafe::babe'],
  ['ipv6', 'it has too many groups', '1:2:3:4:5:6:7:8:9 1::2::3 12345::1x'],
  ['ipv6', 'it is a MAC address', '00:1b:44:11:3a:b7'],
])('%s: nothing is found where %s', (rule, _, text) => {
  expect(redacted(rule, text)).toBe(text);
});

it.each(HOSTILE_UNITS)('%s takes twice as many reads for twice as many %j', (rule, unit) => {
  const redactor = new Redactor([naming(rule)], undefined);
  const readsOf = (size: number) => {
    const { bytes, reads } = counted(unit.repeat(size / unit.length));
    redactor.payload(bytes, 0, bytes.length);
    return reads();
  };
  expect(readsOf(20_000)).toBeLessThan(2.1 * readsOf(10_000));
});

it('docs/redaction.md shows what becomes of its examples', () => {
  const page = readFileSync(join(import.meta.dirname, '../../../docs/redaction.md'), 'utf8');
  const rows = [...page.matchAll(/^\| `([\w-]+)` +\| `(.*?)` +\| `(.*?)` +\|$/gm)];
  expect(new Set(rows.map(([, rule]) => rule))).toEqual(new Set(REDACTIONS));
  for (const [, rule, text, expected] of rows) {
    const rules = [{ ...naming(rule as Redaction), replacement: REDACTED }];
    expect(new Redactor(rules, undefined).text(text!)).toBe(expected);
  }
});
