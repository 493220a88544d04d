import type { Value, Wildcard } from './ast.ts';
import { compareInstants, dateOf } from './date.ts';
import { anyOf, anything } from './matcher.ts';
import type { Matcher } from './matcher.ts';
import { numberOf } from './number.ts';
import { lowerCase, tokensOf } from './tokens.ts';
import { isStar, matchesWildcard, piecesOf } from './wildcard.ts';

/** Equality with a value, as Kibana would ask Elasticsearch for it in the field that it is given. */
export function matcherOf(value: Value): Matcher {
  if (value.type !== 'wildcard') {
    return { ...equality(value.text), text: value.type === 'word' ? anyWord(value.text) : phrase(value.text) };
  }
  // Kibana gives full text a Lucene query, which takes the pattern apart at its spaces.
  return { ...pattern(value), text: anyPiece(value).text };
}

/** The same without a field: of any field, and then a pattern is taken apart for each of them. */
export const matcherOfAny = (value: Value): Matcher => (value.type === 'wildcard' ? anyPiece(value) : matcherOf(value));

function equality(text: string): Omit<Matcher, 'text'> {
  const number = numberOf(text);
  const date = dateOf(text);
  return {
    date(value) {
      const instant = date && dateOf(value)?.first;
      if (date === undefined || instant === undefined) return false;
      return compareInstants(instant, date.first) >= 0 && compareInstants(instant, date.last) <= 0;
    },
    keyword: (value) => value === text,
    number: (value) => value === number,
    boolean: (value) => String(value) === text,
  };
}

// Each looks for the characters first: that is quick, and parting a message into words is not.

function anyWord(text: string): Matcher['text'] {
  const words = new Set(tokensOf(text));
  return (value) => {
    const lower = lowerCase(value);
    return words.values().some((word) => lower.includes(word)) && tokensOf(lower).some((token) => words.has(token));
  };
}

function phrase(text: string): Matcher['text'] {
  const words = tokensOf(text);
  // No word has a space in it.
  const sequence = ` ${words.join(' ')} `;
  return (value) => {
    const lower = lowerCase(value);
    if (words.length === 0 || !words.every((word) => lower.includes(word))) return false;
    return ` ${tokensOf(lower).join(' ')} `.includes(sequence);
  };
}

function pattern(wildcard: Wildcard): Matcher {
  const parts = wildcard.parts.map(lowerCase);
  return {
    text(value) {
      const lower = lowerCase(value);
      return (
        parts.every((part) => lower.includes(part)) &&
        tokensOf(lower).some((token) => matchesWildcard({ parts }, token))
      );
    },
    date: () => false,
    keyword: (value) => matchesWildcard(wildcard, value),
    number: () => false,
    boolean: () => false,
  };
}

const anyPiece = (wildcard: Wildcard): Matcher =>
  anyOf(
    piecesOf(wildcard).map((piece) => {
      if (piece.type === 'word') return matcherOf(piece);
      return isStar(piece) ? anything : pattern(piece);
    }),
  );
