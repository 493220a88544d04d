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

/** The texts with which lines of this opening begin that a rule of the row takes; undefined when that cannot be said. */
function beginningsOf(row: (typeof ROWS)[number], opening: number): string[] | undefined {
  const found = new Set<string>();
  for (const { from, shape } of RULES) {
    if (!from.includes(row) || !shape.openings.includes(opening)) continue;
    if (!shape.beginnings) return undefined;
    for (const text of shape.beginnings) if (text.charCodeAt(0) === (opening & 255)) found.add(text.slice(0, HEAD));
  }
  return found.size > MOST ? undefined : [...found];
}

export function openingTables(): OpeningTables {
  const ways = new Uint8Array(ROWS.length * OPENINGS);
  const beginnings = new Uint8Array(UNKNOWN * GROUP);
  const groups = new Map<string, number>();
  const groupOf = (texts: readonly string[]): number => {
    const key = texts.join('\n');
    const known = groups.get(key);
    if (known !== undefined) return known;
    const group = groups.size + 1;
    if (group === UNKNOWN) return UNKNOWN;
    groups.set(key, group);
    for (const [i, text] of texts.entries()) {
      const at = group * GROUP + i * ENTRY;
      beginnings.set(Buffer.from(text), at);
      beginnings.fill(255, at + HEAD, at + HEAD + text.length);
    }
    return group;
  };
  for (const [row, name] of ROWS.entries()) {
    for (let opening = 0; opening < OPENINGS; opening++) {
      const texts = beginningsOf(name, opening);
      ways[row * OPENINGS + opening] = texts === undefined ? UNKNOWN : texts.length === 0 ? 0 : groupOf(texts);
    }
  }
  return { roles: ROLES, letters: IS_LETTER, ways, beginnings };
}
