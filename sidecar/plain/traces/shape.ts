import { ANY, EMPTY, INDENTATION, openingsWith, type Opening } from './opening.ts';

/** No more of a line is looked at, however long it is; only its very last byte may be. */
export const REACH = 1024;

const [TAB, SPACE, BRACKET] = [9, 32, 91];

/** A question about the line `[start, end)`. */
export type Test = (bytes: Uint8Array, start: number, end: number) => boolean;

/**
 * What a line may look like. It has one of these openings, and `matches` decides the rest, from `[start, end)` alone and in
 * linear time.
 */
export interface Shape {
  readonly openings: readonly Opening[];
  readonly matches: Test;
  /** Every such line begins with one of these texts; absent where that cannot be said. */
  readonly beginnings?: readonly string[];
}

/** A line that begins with one of these texts. */
export function starts(...texts: readonly string[]): Shape {
  return {
    openings: texts.flatMap((text) => openingsWith(text[0]!)),
    matches: beginsWith(...texts),
    beginnings: texts,
  };
}

/** A line whose first word, after any indentation, begins with one of these texts, within `REACH` bytes. */
export function indented(...texts: readonly string[]): Shape {
  const begins = beginsWith(...texts);
  const matches: Test = (bytes, start, end) =>
    begins(bytes, endOfIndentation(bytes, start, end), Math.min(end, start + REACH));
  return { openings: INDENTATION, matches };
}

/**
 * A line with one of these openings, or first characters, whose first `REACH` bytes, as Latin-1, match this pattern. The
 * pattern must take linear time. Making a text of bytes costs more than looking at them, so a shape that many lines are asked
 * about has a `gate` before it.
 */
export function like(opening: string | readonly Opening[], pattern: RegExp, gate?: Test): Shape {
  const openings = typeof opening === 'string' ? openingsWith(opening) : opening;
  const matches: Test = (bytes, start, end) =>
    (gate === undefined || gate(bytes, start, end)) && pattern.test(textOf(bytes, start, end, REACH));
  return { openings, matches };
}

/** The same for a line that begins with one of these texts, which are the gate. */
export function likeAfter(beginnings: readonly string[], pattern: RegExp): Shape {
  const first = beginnings.map((text) => text[0]).join('');
  return { ...like(first, pattern, beginsWith(...beginnings)), beginnings };
}

/** An empty line, or one of white space. */
export const BLANK: Shape = {
  openings: [...EMPTY, ...INDENTATION],
  matches: (bytes, start, end) => endOfIndentation(bytes, start, end) === end,
};

/**
 * An indented line that is not blank. Loggers that pad the level (`%5p`) begin their records with a few spaces too: a time or
 * a level behind no more than three of them begins a record. Traces indent source code by four.
 */
export const INDENTED: Shape = {
  openings: INDENTATION,
  matches: (bytes, start, end) => {
    const word = endOfIndentation(bytes, start, end);
    if (word === end) return false;
    return bytes[start] === TAB || word - start > 3 || !hasStampOrLevel(bytes, word, end);
  },
};

/** Any line but an empty one and those that begin a record by all appearance. For places where a trace has a free text. */
export const ANYTHING: Shape = {
  openings: ANY,
  matches: (bytes, start, end) => {
    const isIndented = bytes[start] === SPACE || bytes[start] === TAB;
    return isIndented ? INDENTED.matches(bytes, start, end) : start < end && !beginsRecord(bytes, start, end);
  },
};

/** Only braces, brackets and what stands between them: `}`, `],`, `} {`, and Laravel's `"}`. */
export const CLOSING = like('}])"', /^["}\])][{}[\]() ,;]*$/, (_, start, end) => end - start <= 16);

/** `^^^^` below a line of source code. */
export const CARETS = like(' \t^~', /^[ \t]*[\^~][\^~ ]*$/);

/** Whether the line ends with one of these characters, which are ASCII. */
export function endsWith(characters: string): Test {
  const accepted = Buffer.from(characters);
  return (bytes, start, end) => end > start && accepted.includes(bytes[end - 1] ?? 0);
}

/** Whether the line begins with one of these texts. */
export function beginsWith(...texts: readonly string[]): Test {
  const prefixes = texts.map((text) => Buffer.from(text));
  return (bytes, start, end) => {
    for (const prefix of prefixes) if (standsAt(prefix, bytes, start, end)) return true;
    return false;
  };
}

/** A date or a time, or a level in capitals, either also in brackets: the way loggers begin a record. */
const STAMP_OR_LEVEL =
  /^\[?(?:\d{4}([-/])\d\d\1\d\d|\d\d[-/](?:\d\d|[A-Z][a-z]{2})[-/]\d{4}|\d\d:\d\d:\d\d|(?:TRACE|TRC|DEBUG|DBG|INFO|INF|NOTICE|WARN|WRN|WARNING|ERROR|ERR|SEVERE|CRITICAL|CRIT|FATAL|FTL|ALERT|EMERG|PANIC)(?!\w))/;
/** What else begins a record at the left edge: JSON, syslog, access logs, klog, logfmt, a level in small letters. */
const RECORD =
  /^(?:\{"|<\d|\d{1,3}(?:\.\d{1,3}){3} |[IWEF]\d{4} |(?:time|timestamp|ts|level|lvl|msg)=|(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec) [ \d]\d|(?:trace|debug|info|notice|warn|warning|error|critical|fatal): )/;

function hasStampOrLevel(bytes: Uint8Array, start: number, end: number): boolean {
  const first = bytes[start]!;
  const mayBe = first === BRACKET || (first >= 48 && first <= 57) || (first >= 65 && first <= 90);
  return mayBe && STAMP_OR_LEVEL.test(textOf(bytes, start, end, 32));
}

function beginsRecord(bytes: Uint8Array, start: number, end: number): boolean {
  const text = textOf(bytes, start, end, 32);
  return STAMP_OR_LEVEL.test(text) || RECORD.test(text);
}

/** At most `most` bytes of the line as Latin-1: a character for each byte. */
function textOf(bytes: Uint8Array, start: number, end: number, most: number): string {
  const length = Math.min(end - start, most);
  return Buffer.from(bytes.buffer, bytes.byteOffset + start, length).toString('latin1');
}

/** Index of the first byte that is no white space; `end` when there is none. */
function endOfIndentation(bytes: Uint8Array, start: number, end: number): number {
  const last = Math.min(end, start + REACH);
  let at = start;
  while (at < last && (bytes[at] === SPACE || bytes[at] === TAB)) at++;
  return at;
}

function standsAt(text: Uint8Array, bytes: Uint8Array, at: number, end: number): boolean {
  if (bytes[at] !== text[0] || end - at < text.length) return false;
  for (let i = 1; i < text.length; i++) if (bytes[at + i] !== text[i]) return false;
  return true;
}
