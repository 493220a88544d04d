import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { tokensOf } from './tokens.ts';

// What `_analyze` of Elasticsearch 9.5.3 said, analyser `standard`.
const MEASURED: [string, string[]][] = [
  ['', []],
  ['- ... !?', []],
  ['foo.bar foo:bar foo-bar/baz', ['foo.bar', 'foo:bar', 'foo', 'bar', 'baz']],
  ["don't it’s rock'n'roll 'quoted'", ["don't", 'it’s', "rock'n'roll", 'quoted']],
  ['a_b __ _a a_ ___', ['a_b', '_a', 'a_']],
  ['1,234.56 1.2.3 1:2 1;2 1_000', ['1,234.56', '1.2.3', '1', '2', '1;2', '1_000']],
  ['a1.b2 1a.2b 3.4a a.3', ['a1', 'b2', '1a', '2b', '3.4a', 'a', '3']],
  ["a''b a..b 1..2 a,b", ['a', 'b', 'a', 'b', '1', '2', 'a', 'b']],
  ['user@example.com http://a.b/c?d=e', ['user', 'example.com', 'http', 'a.b', 'c', 'd', 'e']],
  ['#tag $5 ½ ² Ⅷ ①', ['tag', '5', 'ⅷ']],
  ['naïve Straße ΣΑΣ İstanbul', ['naïve', 'straße', 'σασ', 'istanbul']],
  ['e\u0301t a\u200db a\0b', ['e\u0301t', 'a\u200db', 'a', 'b']],
  ['日本語テキスト ひらがな カタカナ', ['日', '本', '語', 'テキスト', 'ひ', 'ら', 'が', 'な', 'カタカナ']],
  ['ภาษาไทย 한국어 단어 １２３', ['ภาษาไทย', '한국어', '단어', '１２３']],
  ['👍 👨‍👩‍👧 1️⃣ 🇩🇪x', ['👍', '👨‍👩‍👧', '1️⃣', '🇩🇪', 'x']],
  ['\ud800a', ['a']],
  ['x'.repeat(600), ['x'.repeat(255), 'x'.repeat(255), 'x'.repeat(90)]],
  ['ab_'.repeat(100), ['ab_'.repeat(85), 'ab_'.repeat(15)]],
];

describe('tokensOf', () => {
  it.each(MEASURED)('parts %j as Elasticsearch does', (text, tokens) => {
    expect(tokensOf(text)).toEqual(tokens);
  });

  it('parts two texts with a space between as it parts each', () => {
    const text = fc.array(fc.nat(0xffff)).map((units) => String.fromCharCode(...units));
    fc.assert(
      fc.property(text, text, (a, b) => {
        expect(tokensOf(`${a} ${b}`)).toEqual([...tokensOf(a), ...tokensOf(b)]);
      }),
    );
  });

  it('does not care for case', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        expect(tokensOf(text.toUpperCase())).toEqual(tokensOf(text));
      }),
    );
  });

  it.each(['_', 'a', 'a.', '.', '\u0301', 'a\u0301', 'a.\u0301', '1,', 'カ', 'ภ', '👍\u200d', '🇩', "'"])(
    'parts a megabyte of %j in one go',
    (piece) => {
      const text = piece.repeat(1_000_000 / piece.length);
      expect(tokensOf(`x ${text}`).at(0)).toMatch(/^x/);
    },
  );
});
