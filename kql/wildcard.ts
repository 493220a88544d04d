import type { Wildcard, Word } from './ast.ts';

/** `*` alone. */
export const isStar = ({ parts }: Pick<Wildcard, 'parts'>): boolean => parts.every((part) => part === '');

/**
 * Whether the whole text is the parts in their order, with anything between. Each part is taken where it first occurs, which is
 * never worse than a later place; so nothing is ever tried twice.
 */
export function matchesWildcard({ parts }: Pick<Wildcard, 'parts'>, text: string): boolean {
  const first = parts[0]!;
  const last = parts.at(-1)!;
  const end = text.length - last.length;
  if (end < first.length || !text.startsWith(first) || !text.endsWith(last)) return false;
  let at = first.length;
  for (const part of parts.slice(1, -1)) {
    const found = text.indexOf(part, at);
    if (found < 0 || found + part.length > end) return false;
    at = found + part.length;
  }
  return true;
}

/**
 * A pattern taken apart at its spaces, as the parser of Lucene's query strings does it: `a* b c *d` is the pattern `a*`, the
 * text `b c`, and the pattern `*d`. Neighbours without a star stay together.
 */
export function piecesOf({ parts }: Wildcard): (Word | Wildcard)[] {
  const words = [['']];
  for (const [index, part] of parts.entries()) {
    if (index > 0) words.at(-1)!.push('');
    const [head, ...others] = part.split(/[ \t\r\n\u3000]+/);
    const word = words.at(-1)!;
    word.push(word.pop()! + head!);
    words.push(...others.map((other) => [other]));
  }
  const pieces: (Word | Wildcard)[] = [];
  for (const word of words) {
    const before = pieces.at(-1);
    const [text] = word;
    if (word.length > 1) pieces.push({ type: 'wildcard', parts: word });
    else if (before?.type === 'word' && text !== '')
      pieces.splice(-1, 1, { type: 'word', text: `${before.text} ${text}` });
    else if (text !== '') pieces.push({ type: 'word', text: text! });
  }
  return pieces;
}
