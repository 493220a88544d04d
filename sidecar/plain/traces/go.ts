import { NAMES } from './opening.ts';
import { BLANK, endsWith, like, likeAfter, starts, type Test } from './shape.ts';
import { LOG, OUTSET, rule, type Rule } from './state.ts';

/** `main.(*Shop).Order(0xc000…, {0x1, 0x2})`, `panic(…)`: a name without spaces, then arguments up to the end. */
const CALL = like(NAMES, /^(?:[^ (.]*\.[^ (]*|panic)\(/, endsWith(')'));
const CREATED = likeAfter(['created by '], /^created by [^ ]+\.[^ ]+(?: in goroutine \d+)?$/);
const GOROUTINE = likeAfter(['goroutine '], /^goroutine \d+ (?:gp=\S+ m=\S+ (?:mp=\S+ )?)?\[/);

/** The space after the first word of an ordinary line is near. */
const isOneWord: Test = (bytes, start, end) => {
  if (end - start > 512) return false;
  for (let at = start; at < end; at++) if (bytes[at] === 32) return false;
  return true;
};
/** A function without arguments, as zap and pkg/errors print it: `net/http.(*conn).serve`. The names of files look alike. */
const FUNCTION = like(
  NAMES,
  /^(?!.*\.(?:go|html|js|json|log|md|ts|txt|yaml|yml)$)(?:[\w.~%-]+\/)*[A-Za-z_][\w~%-]*\.[\w.()*[\]{}-]+$/,
  isOneWord,
);
/** The first of them, which nothing announces: `main.main`, or a domain, a path, and a method or an exported function. */
const FIRST_FUNCTION = like(
  NAMES,
  /^(?:main\.(?:(?:main|init|run)$|[(A-Z])|(?:[\w-]+\.)+[a-z]{2,}\/(?:[\w.~-]+\/)*[\w~%-]+\.(?:\(\*|[A-Z]|\w+\.func\d))[\w.()*[\]-]*$/,
  isOneWord,
);
const FILE = like('\t', /^\t[^\s:]+\.go:\d+(?: |$)/);
/** gin: `/app/shop.go:10 (0x4a1f2c)` */
const FILE_AND_ADDRESS = like('/', /^\S+\.go:\d+ \(0x[0-9a-f]+\)$/, endsWith(')'));
const FENCE = like('=', /^={18}$/);

export const GO: readonly Rule[] = [
  rule(OUTSET, starts('panic: ', 'fatal error: '), 'go'),
  rule(OUTSET, starts('runtime: goroutine stack exceeds ', 'unexpected fault address '), 'go fatal'),
  rule(OUTSET, likeAfter(['SIG'], /^SIG[A-Z]{3,4}: /), 'go fatal'),
  rule(['go fatal'], starts('fatal error: '), 'go'),
  rule(['go fatal'], starts('runtime: ', 'PC=', '[signal ', 'signal arrived '), 'go fatal'),
  rule(['go fatal'], BLANK, 'go'),
  rule([...OUTSET, ...LOG, 'go', 'middle'], GOROUTINE, 'go'),
  rule([...OUTSET, ...LOG], FILE, 'go stack'),
  rule([...OUTSET, ...LOG], FIRST_FUNCTION, 'go stack'),
  rule([...OUTSET, ...LOG, 'go stack'], FILE_AND_ADDRESS, 'go stack'),
  rule(['go stack'], FUNCTION, 'go stack'),
  rule(['go'], BLANK, 'go'),
  rule(['go', 'go stack', 'middle'], CREATED, 'go'),
  rule(['go'], starts('[signal ', 'exit status ', 'runtime stack:', '...', '[originating from '), 'go'),
  rule(['go', 'go stack', 'middle'], CALL, 'go'),
  // Registers.
  rule(['go'], like('acdefghlprs', /^[a-z]{1,6}\d{0,2} +0x[0-9a-f]+$/), 'go'),
  rule(['begin'], FENCE, 'race fence'),
  rule(['begin', 'race fence'], starts('WARNING: DATA RACE'), 'race'),
  rule(['race'], FENCE, 'end'),
  rule(
    ['race'],
    starts('Read at ', 'Write at ', 'Previous ', 'Goroutine ', 'Location is ', '[failed to restore'),
    'race',
  ),
  rule(['race'], BLANK, 'race'),
];
