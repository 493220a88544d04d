import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import { countedItems } from '../test/counted.ts';
import { Permanent } from './errors.ts';
import { linearPattern } from './linear-pattern.ts';
import { Finder } from './pattern/finder.ts';
import { lettersOf } from './pattern/letters.ts';
import { compile } from './pattern/program.ts';
import { parsePattern } from './pattern/syntax.ts';

it.each([
  ['^\\d{4}-\\d{2}-\\d{2}', '2026-11-25 06:00:00 started', true],
  ['^\\d{4}-\\d{2}-\\d{2}', ' 2026-11-25', false],
  ['^\\[', '[main] started', true],
  ['^\\S', '\tat com.acme.Shop', false],
  ['^[^\\s]', 'x', true],
  ['^(?:DEBUG|INFO|WARN|ERROR)\\b', 'WARNING', false],
  ['^(DEBUG|INFO|WARN|ERROR)\\b', 'WARN: slow', true],
  ['^(?<level>[A-Z]+) ', 'INFO started', true],
  ['(?i)^error', 'Error: x', true],
  ['(?i)^[^a-c]', 'B', false],
  ['END$', 'the END', true],
  ['END$', 'the END.', false],
  ['^$', '', true],
  ['', 'anything', true],
  ['a{2,3}', 'xaax', true],
  ['^a{2}$', 'aaa', false],
  ['^a{2,}$', 'aaaaa', true],
  ['^{"', '{"level":30}', true],
  ['^x{,2}$', 'x{,2}', true],
  ['^]}$', ']}', true],
  ['^[\\]\\-a-]+$', ']-a', true],
  ['^.$', '🚀', true],
  ['[^ab]$', '🚀', true],
  ['(?:[^]*?a^|)', '', true],
  ['\\B', 'a🚀a', false],
  ['^[а-я]+$', 'привет', true],
  ['^\\u{1f680}\\x41\\u0042\\t\\0$', '🚀AB\t\0', true],
  ['^日本', '日本語', true],
  ['\\Bb', 'ab', true],
  ['^[\\b]$', '\b', true],
  ['^\\w+\\W\\D\\d\\s$', 'a-b1 ', true],
  ['.', '\n', false],
  ['(a*)*b', 'aab', true],
  ['(?:)', 'x', true],
  ['^(?:){999999999999}$', '', true],
  ['^(?:a{0}){999999999999}x', 'x', true],
])('%j and the text %j: %s', (source, text, found) => {
  const pattern = linearPattern(source);
  const bytes = Buffer.from(`ERROR ${text} INFO`);
  expect(pattern.test(text)).toBe(found);
  expect(pattern.testBytes(bytes, 6, bytes.length - 5)).toBe(found);
});

it.each([
  ['(a', 'a group is not closed'],
  ['a)', 'closes nothing'],
  ['[a', 'a set is not closed'],
  ['[b-a]', 'wrong order'],
  ['[\\d-z]', 'a range has a set at one end'],
  ['*a', 'nothing to repeat'],
  ['{3}', 'nothing to repeat'],
  ['a**', 'cannot be repeated itself'],
  ['a{2}{3}', 'cannot be repeated itself'],
  ['^*', 'an edge'],
  ['a{3,2}', 'wrong order'],
  ['a\\', 'ends with a backslash'],
  ['(?=a)', 'look-around'],
  ['(?!\\s)', 'look-around'],
  ['(?<=a)b', 'look-around'],
  ['(?<!a)b', 'look-around'],
  ['(a)\\1', 'back-references'],
  ['(?<x>a)\\k<x>', 'back-references'],
  ['(?i:a)', '(?i) only at the very start'],
  ['(?P<x>a)', 'only ":" and "<name>"'],
  ['\\p{L}', '"\\p" is not supported'],
  ['\\Aa', '"\\A" is not supported'],
  ['[[:alpha:]]', '[[:name:]] is not supported'],
  ['[^_[:alpha:]]', '[[:name:]] is not supported'],
  ['\\u{110000}', 'no character has such a number'],
  ['(?:a{1,100}){1,100}', 'more than 500 steps'],
  ['((((((((a{9}){9}){9}){9}){9}){9}){9}){9})', 'more than 500 steps'],
  ['a{99999999999999999999}', 'more than 500 steps'],
  ['x'.repeat(257), 'more than 256 characters'],
])('refuses %j: %s', (source, why) => {
  expect(() => linearPattern(source)).toThrow(Permanent);
  expect(() => linearPattern(source)).toThrow(why);
});

it('says which pattern is wrong, why, and where', () => {
  expect(() => linearPattern('^ERROR(?!S)')).toThrow(
    new Permanent(
      'the pattern "^ERROR(?!S)" cannot be used: look-around is not supported: it has no bounded time (near character 7)',
    ),
  );
});

// Each of these takes a backtracking engine time that doubles, or at least squares, with the text: it would never end.
it.each([
  '(a+)+$',
  '^(a|a)*$',
  '(a|aa)+$',
  '(.*)*x',
  'a*a*a*a*a*a*b',
  '\\S+@\\S+',
  '(?:a?){100}a{100}b',
  '(((a*)*)*)*b',
])('searches two million characters for %j', (source) => {
  const pattern = linearPattern(source);
  const text = `${'a'.repeat(2_000_000)}!`;
  expect(pattern.test(text)).toBe(false);
  expect(pattern.testBytes(Buffer.from(text), 0, text.length)).toBe(false);
});

it('stays right when a text needs more states than are kept', () => {
  const source = 'a[ab]{12}c';
  const pattern = linearPattern(source);
  const words = fc.array(fc.constantFrom('a', 'b', 'ab', 'ba'), { minLength: 1000, maxLength: 3000, size: 'max' });
  fc.assert(
    fc.property(words, fc.constantFrom('c', 'd'), (parts, last) => {
      const text = parts.join('') + last;
      expect(pattern.test(text)).toBe(new RegExp(source, 'u').test(text));
    }),
    { numRuns: 30 },
  );
});

// Without `[^]`, in which V8 has a mistake of its own: its `/(?:[^]*?a^|)/` does not find the empty text.
const { pattern: PATTERN } = fc.letrec<{ pattern: string; part: string; atom: string }>((tie) => ({
  pattern: fc
    .array(fc.array(tie('part'), { maxLength: 4 }), { minLength: 1, maxLength: 3 })
    .map((options) => options.map((parts) => parts.join('')).join('|')),
  part: fc.oneof(
    { weight: 3, arbitrary: tie('atom') },
    {
      weight: 2,
      arbitrary: fc
        .tuple(tie('atom'), fc.constantFrom('*', '+', '?', '*?', '+?', '{2}', '{0,2}', '{1,}'))
        .map((two) => two.join('')),
    },
    { weight: 1, arbitrary: fc.constantFrom('^', '$', '\\b', '\\B') },
  ),
  atom: fc.oneof(
    {
      weight: 4,
      arbitrary: fc.constantFrom('a', 'b', '1', ' ', '_', 'é', '🚀', '.', '\\d', '\\D', '\\w', '\\W', '\\s', '\\S'),
    },
    {
      weight: 2,
      arbitrary: fc.constantFrom('[ab]', '[^ab]', '[a-z1]', '[^\\w]', '[\\sé-🚀]', '[^é]', '\\u00e9', '\\x61', '[]'),
    },
    { weight: 2, arbitrary: tie('pattern').map((inner) => `(?:${inner})`) },
  ),
}));
const TEXT = fc
  .array(fc.constantFrom('a', 'b', '1', ' ', '_', '-', 'é', '日', '🚀', '\n', '\u2028', 'A'), { maxLength: 12 })
  .map((parts) => parts.join(''));

it('finds what the engine of JavaScript finds', () => {
  fc.assert(
    fc.property(PATTERN, TEXT, (source, text) => {
      fc.pre(!/more than/.test(String(errorOf(() => linearPattern(source)))));
      // V8 is wrong about surrogate pairs (`/[^a]$/u` does not find 🚀): there it is asked about a character that is none.
      const alike = (part: string): string => part.replaceAll('🚀', '鿿');
      expect(linearPattern(source).test(text)).toBe(new RegExp(alike(source), 'u').test(alike(text)));
    }),
    { numRuns: 5000 },
  );
});

it('ignores the case of ASCII letters as JavaScript does', () => {
  fc.assert(
    fc.property(
      fc.constantFrom('a', '[a-c]', '[^A]', '\\w', '[B-\\x60]', 'é|B'),
      fc.constantFrom('a', 'A', 'b', 'B', 'C', '_', '1'),
      (source, text) => {
        expect(linearPattern(`(?i)^(?:${source})$`).test(text)).toBe(new RegExp(`^(?:${source})$`, 'i').test(text));
      },
    ),
  );
});

it('reads bytes as a decoder of UTF-8 would, broken ones too', () => {
  const decoder = new TextDecoder('utf-8', { ignoreBOM: true });
  const byte = fc.oneof(
    fc.integer({ min: 0, max: 255 }),
    fc.constantFrom(0xc2, 0xe0, 0xe2, 0xed, 0xef, 0xf0, 0xf4, 0x80, 0x90, 0xa0, 0xbf),
  );
  fc.assert(
    fc.property(fc.array(byte, { maxLength: 12 }), fc.integer({ min: 0, max: 12 }), (values, count) => {
      const bytes = Uint8Array.from(values);
      const pattern = linearPattern(`^[^]{${count}}$|\\ufffd{3}|[é-ퟻ]`);
      expect(pattern.testBytes(bytes, 0, bytes.length)).toBe(pattern.test(decoder.decode(bytes)));
    }),
    { numRuns: 3000 },
  );
});

it('throws nothing but Permanent, whatever the pattern', () => {
  const characters = fc.constantFrom('🚀', ...Array.from('ab(){}[]|*+?^$\\.-,0129<>:=!dDwWsSbBkuxpi'));
  fc.assert(
    fc.property(fc.array(characters, { maxLength: 20 }), TEXT, (parts, text) => {
      expect(errorOf(() => linearPattern(parts.join('')).test(text)) ?? new Permanent('')).toBeInstanceOf(Permanent);
    }),
    { numRuns: 5000 },
  );
});

function errorOf(act: () => void): unknown {
  try {
    act();
    return undefined;
  } catch (error) {
    return error;
  }
}

it.each([
  ['\\d{3}', '123 45 678', ['123', '678']],
  ['\\d+', '12 345', ['12', '345']],
  ['a|ab|abc', 'xabcab', ['abc', 'ab']],
  ['ab|bcd', 'abcd', ['ab']],
  ['a*', 'aabaa', ['aa', 'aa']],
  ['a??', 'aa', ['a', 'a']],
  ['', 'abc', []],
  ['\\bfoo\\b', 'foo foobar a-foo', ['foo', 'foo']],
  ['^\\w+', 'ab cd', ['ab']],
  ['\\w+$', 'ab cd', ['cd']],
  ['é+', 'éé e é', ['éé', 'é']],
  ['(?i)ssn=\\d+', 'SSN=12 ssn=345', ['SSN=12', 'ssn=345']],
  ['.', '🚀a', ['🚀', 'a']],
  ['a.*z', 'a z a z', ['a z a z']],
])('%j finds its places in %j', (source, text, found) => {
  const bytes = Buffer.from(`a1 ${text} z9`);
  const places = linearPattern(source).places(bytes, 3, bytes.length - 3);
  const texts = Array.from({ length: places.length / 2 }, (_, i) =>
    bytes.toString('utf8', places[2 * i], places[2 * i + 1]),
  );
  expect(texts).toEqual(found);
});

/** The places that a search from every character on finds, each end tried: slow, and plainly right. */
function allPlaces(source: string, text: string): number[] {
  const places: number[] = [];
  const ends = (from: number): number[] =>
    Array.from({ length: text.length - from }, (_, index) => text.length - index);
  const isMatch = (from: number, to: number): boolean => {
    // Edges see the text around the place, as they do in a search.
    const head = `(?<=^[^]{${from}})`;
    const tail = `(?=[^]{${text.length - to}}$)`;
    return new RegExp(`${head}(?:${source})${tail}`).test(text);
  };
  for (let from = 0; from < text.length;) {
    const to = ends(from).find((end) => isMatch(from, end));
    if (to === undefined) from++;
    else {
      places.push(from, to);
      from = to;
    }
  }
  return places;
}

// One byte a character, and no surrogate pairs: what is compared are places.
const SIMPLE_TEXT = fc
  .array(fc.constantFrom('a', 'b', '1', ' ', '_', '-', '\n', 'A'), { maxLength: 12 })
  .map((parts) => parts.join(''));

it('finds the leftmost place, there the longest, and goes on from its end', () => {
  fc.assert(
    fc.property(PATTERN, SIMPLE_TEXT, (source, text) => {
      const pattern = source.replaceAll('🚀', 'b').replaceAll('é', 'a');
      fc.pre(errorOf(() => linearPattern(pattern)) === undefined && errorOf(() => new RegExp(pattern)) === undefined);
      const bytes = Buffer.from(text);
      expect(linearPattern(pattern).places(bytes, 0, bytes.length)).toEqual(allPlaces(pattern, text));
    }),
    { numRuns: 2000 },
  );
});

it('finds the same places in a text of many blocks', () => {
  const part = fc.constantFrom('a', 'b', '1', '12', ' ', 'ab', 'ab'.repeat(700), 'x'.repeat(1023), '1'.repeat(1500));
  fc.assert(
    fc.property(
      fc.array(part, { maxLength: 12 }),
      fc.constantFrom('\\d+', 'a|a*b1', '(?:ab)+', '[^x]+1', 'x{3}'),
      (parts, source) => {
        const text = parts.join('');
        const bytes = Buffer.from(text);
        const places = linearPattern(source).places(bytes, 0, bytes.length);
        // Of these patterns the first way of a backtracking engine is the longest, but for the second, which is turned around.
        const greedy = source === 'a|a*b1' ? 'a*b1|a' : source;
        expect(places).toEqual(
          [...text.matchAll(new RegExp(greedy, 'g'))].flatMap((match) => [match.index, match.index + match[0].length]),
        );
      },
    ),
    { numRuns: 300 },
  );
});

// A search from each character on, or one that goes past the end of what it finds, takes four times for twice the text.
it.each([
  ['without a match', 'a+b', 'a'],
  ['with one at each character, each of which could go on to the end', 'a|a*b', 'a'],
  ['with words that nearly match', '\\w+@\\w+\\.de', 'word@word '],
  ['with one match that is the whole text', '[^]*', 'ab'],
  ['with many states', 'a[ab]{12}c|b', 'abbabaab'],
])('takes twice as many reads for twice the text %s', (_, source, unit) => {
  const program = compile(parsePattern(source), 500)!;
  const letters = lettersOf(program);
  const finder = new Finder(program, letters);
  const readsOf = (size: number) => {
    const text = Buffer.from(unit.repeat(size / unit.length));
    const { items, reads } = countedItems(Uint16Array.from(text, (byte) => letters.alphabet.letterOf(byte)));
    finder.find(items);
    const whole = countedItems(text);
    linearPattern(source).places(whole.items, 0, text.length);
    return reads() + whole.reads();
  };
  expect(readsOf(20_000)).toBeLessThan(2.1 * readsOf(10_000));
});
