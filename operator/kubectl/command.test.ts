import { expect, it } from 'vitest';
import { parseCommand, VERBS } from './command.ts';
import { Misused } from './exit.ts';
import { HELP } from './help.ts';
import { parseTarget } from './target.ts';

it.each([
  ['status', ['status'], { verb: 'status', everywhere: false, json: false, operatorNamespace: 'tracewell' }],
  ['flags in any place', ['explain', '-n', 'shop', 'cart-0'], { namespace: 'shop', operands: ['cart-0'] }],
  ['for programs', ['coverage', '-A', '--output=json'], { everywhere: true, json: true }],
  ['of a cluster', ['status', '--context', 'a', '--kubeconfig', 'b'], { context: 'a', kubeconfig: 'b' }],
  ['files', ['preview', '-f', 'a', '-f', '-'], { files: ['a', '-'] }],
  [
    'an ejection',
    ['eject', '-l', 'app=cart', '--dry-run', '--force', '--timeout=90s'],
    { selector: 'app=cart', dryRun: true, force: true, timeoutMs: 90_000 },
  ],
  ['its patience', ['eject', 'deploy/cart'], { timeoutMs: 300_000, dryRun: false, force: false }],
  ['help', ['help'], { help: 'all' }],
  ['nothing', [], { help: 'all' }],
  ['help of a command', ['explain', '-h'], { help: 'explain' }],
  ['the same', ['help', 'explain'], { help: 'explain' }],
])('takes %s', (_, args, wanted) => {
  expect(parseCommand(args)).toMatchObject(wanted);
});

it('tells its version', () => expect(parseCommand(['version'])).toBe('version'));

it.each([
  ['a command that it does not know', ['statu'], /^there is no command statu; commands: status, explain/],
  ['a flag before the command', ['-A', 'status'], /^the command comes first, then -A;/],
  ['a flag that it does not know', ['status', '--all'], /^Unknown option '--all'; see kubectl tracewell status --help/],
  ['a flag without its value', ['status', '-n'], /argument missing; see kubectl tracewell status --help/],
  ['another form', ['status', '-o', 'yaml'], /^-o takes json only, and was given yaml/],
  ['two scopes', ['status', '-A', '-n', 'shop'], /^-A and -n together/],
  ['no pod', ['explain'], /^explain takes one pod or workload/],
  ['two pods', ['explain', 'a', 'b'], /^explain takes one pod or workload/],
  ['no file', ['preview'], /^preview takes a policy: -f policy.yaml/],
  ['nothing to eject', ['eject'], /^eject takes one pod or workload/],
  ['both to eject', ['eject', 'cart-0', '-l', 'a=b'], /^eject takes one pod or workload/],
  ['a time that is none', ['eject', 'cart-0', '--timeout', '5'], /^--timeout takes seconds/],
  ['a word too many', ['status', 'shop'], /^status takes no shop/],
])('refuses %s', (_, args, sentence) => {
  expect(() => parseCommand(args)).toThrow(Misused);
  expect(() => parseCommand(args)).toThrow(sentence);
});

it.each(VERBS)('the help of %s names it and its flags', (verb) => {
  expect(HELP.all).toContain(`  ${verb} `);
  expect(HELP[verb]).toMatch(new RegExp(`^kubectl tracewell ${verb} `));
});

it.each(['pod/cart-0', 'deploy/cart', 'Deployment.apps/cart', 'statefulsets/cart', 'cart-0'])(
  '%s names something',
  (word) => expect(parseTarget(word).name).toMatch(/^cart/),
);

it.each(['service/cart', 'deployment/', 'a/b/c'])('%s names nothing that has pods', (word) => {
  expect(() => parseTarget(word)).toThrow(`${word} names no pod or workload`);
});
