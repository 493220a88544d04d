import { IS_LETTER, OPENINGS, ROLES } from '../plain/traces/opening.ts';
import { RULES } from '../plain/traces/rules.ts';

/** Tables by which the engine tells an ordinary line of text, as `assembly/openings.ts` reads them. */
export interface OpeningTables {
  readonly roles: Uint8Array;
  readonly letters: Uint8Array;
  /** Two rows, of lines that begin a group and of lines behind an ordinary one, by opening. */
  readonly ways: Uint8Array;
  /** Groups of beginnings. */
  readonly beginnings: Uint8Array;
}

const ROWS = ['begin', 'text'] as const;
const UNKNOWN = 255;
const [GROUP, ENTRY, HEAD] = [128, 16, 8];
const MOST = GROUP / ENTRY - 1;

/**
 * By opening the texts with which lines begin that a rule of the row takes, `null` when that cannot be said; most openings have
 * no rule.
 */
function beginningsIn(row: (typeof ROWS)[number]): Map<number, string[] | null> {
  const found = new Map<number, string[] | null>();
  for (const { from, shape } of RULES) {
    if (!from.includes(row)) continue;
    for (const opening of shape.openings) {
      const texts = found.get(opening);
      if (texts === null) continue;
      const more = shape.beginnings?.filter((text) => text.charCodeAt(0) === (opening & 255));
      found.set(opening, more ? (texts ?? []).concat(more) : null);
    }
  }
  return found;
}

export function openingTables(): OpeningTables {
  const ways = new Uint8Array(ROWS.length * OPENINGS);
  const beginnings = new Uint8Array(UNKNOWN * GROUP);
  const groups = new Map<string, number>();
  const groupOf = (all: readonly string[]): number => {
    const texts = [...new Set(all.map((text) => text.slice(0, HEAD)))];
    const key = texts.join('\n');
    const known = groups.get(key);
    if (known !== undefined) return known;
    const group = groups.size + 1;
    if (texts.length > MOST || group === UNKNOWN) return UNKNOWN;
    groups.set(key, group);
    for (const [i, text] of texts.entries()) {
      const at = group * GROUP + i * ENTRY;
      beginnings.set(Buffer.from(text), at);
      beginnings.fill(255, at + HEAD, at + HEAD + text.length);
    }
    return group;
  };
  for (const [row, name] of ROWS.entries()) {
    for (const [opening, texts] of beginningsIn(name)) {
      ways[row * OPENINGS + opening] = texts ? groupOf(texts) : UNKNOWN;
    }
  }
  return { roles: ROLES, letters: IS_LETTER, ways, beginnings };
}
