import type { Body } from './body.ts';
import { FIELDS, LEVEL, SPAN_ID, TRACE_ID } from './fields.ts';
import { unescaped } from './formats/escape.ts';

/** How a field's value stands in the payload; `ABSENT`: it has none. */
export const ABSENT = 0;
/** Inside a JSON string: copied with its quotes, escapes and all. */
export const QUOTED = 1;
/** A number of JSON: copied. */
export const NUMBER = 2;
/** Plain text: becomes a JSON string. */
export const PLAIN = 3;
/** Text with Go's escapes: becomes a JSON string. */
export const ESCAPED = 4;
/** A level, which is written in lower case: ASCII letters, digits, `_` and `-`. */
export const WORD = 5;
/** It does not stand there: a level by its number in `LEVELS`, an id in `traceId` and `spanId`, a number in `duration`. */
export const CODED = 6;
/** `true`, `false` or `null` of JSON: copied. */
export const LITERAL = 7;
/** A list or an object of JSON, brackets and all: copied. */
export const LIST = 8;
export const OBJECT = 9;

/** The kind of a value of JSON by its first byte. */
export function kindOf(first: number): number {
  if (first === 34) return QUOTED;
  if (first === 91) return LIST;
  if (first === 123) return OBJECT;
  return first > 57 ? LITERAL : NUMBER;
}

/** Levels that have a number or a letter. */
export const LEVELS = [
  'trace',
  'debug',
  'info',
  'warn',
  'error',
  'fatal',
  'emerg',
  'alert',
  'crit',
  'err',
  'warning',
  'notice',
] as const;
export const levelCode = (level: (typeof LEVELS)[number]): number => LEVELS.indexOf(level);

/** Of the syslog severities 0 to 7 the level (RFC 5424, section 6.2.1, by the names of syslog.h). */
export const SEVERITIES = Uint8Array.from(
  (['emerg', 'alert', 'crit', 'err', 'warning', 'notice', 'info', 'debug'] as const).map(levelCode),
);

const NAMES = FIELDS.map((name) => `${JSON.stringify(name)}:`);

/**
 * What was found in a payload for fields of its own: places there, not copies, so that what stands there may be looked at
 * again before it is written. One object is used again for every record.
 */
export class Facts {
  readonly kinds = new Uint8Array(FIELDS.length);
  readonly starts = new Int32Array(FIELDS.length);
  readonly ends = new Int32Array(FIELDS.length);
  /** Valid while `TRACE_ID` and `SPAN_ID` are there: hex digits in ASCII. */
  readonly traceId: Buffer = Buffer.alloc(32);
  readonly spanId: Buffer = Buffer.alloc(16);
  /** Where ids stand, `[start, end)` each: what they look like otherwise does not count. */
  readonly ids: number[] = [];
  /** Nanoseconds, a whole number; valid while the duration is `CODED`. */
  duration = 0;

  clear(): void {
    this.kinds.fill(ABSENT);
    this.ids.length = 0;
  }

  has(field: number): boolean {
    return this.kinds[field] !== ABSENT;
  }

  set(field: number, kind: number, start: number, end: number): void {
    this.kinds[field] = kind;
    this.starts[field] = start;
    this.ends[field] = end;
  }

  drop(field: number): void {
    this.kinds[field] = ABSENT;
  }

  /** A level by its place in `LEVELS`. */
  setLevel(code: number): void {
    this.set(LEVEL, CODED, code, 0);
  }

  /** The trace id that was written into `traceId` is one. */
  setTrace(): void {
    this.kinds[TRACE_ID] = CODED;
  }

  /** The span id that was written into `spanId` is one. */
  setSpan(): void {
    this.kinds[SPAN_ID] = CODED;
  }

  /** The level in lower case; undefined when there is none. */
  level(buffer: Buffer): string | undefined {
    if (!this.has(LEVEL)) return undefined;
    if (this.kinds[LEVEL] === CODED) return LEVELS[this.starts[LEVEL]!];
    return buffer.toString('latin1', this.starts[LEVEL], this.ends[LEVEL]).toLowerCase();
  }

  /**
   * Writes what was found in `buffer`: `"name":value,` for each field that is there. Returns the end of it, which is ASCII, for
   * the caller to write together with what comes next: few large writes are cheaper than many small ones.
   */
  write(body: Body, buffer: Buffer): string {
    let text = '';
    for (let field = 0; field < FIELDS.length; field++) {
      const kind = this.kinds[field]!;
      if (kind === ABSENT) continue;
      text += NAMES[field]!;
      if (field === LEVEL) text += `"${this.level(buffer)}"`;
      else if (field === TRACE_ID) text += `"${this.traceId.toString('latin1')}"`;
      else if (field === SPAN_ID) text += `"${this.spanId.toString('latin1')}"`;
      else if (kind === CODED) text += String(this.duration);
      else text = writeValue(body, text, buffer, { kind, start: this.starts[field]!, end: this.ends[field]! });
      text += ',';
    }
    return text;
  }
}

/** A value of a payload: `[start, end)` without quotes, and what stands there. */
export interface Value {
  kind: number;
  start: number;
  end: number;
}

/** 1 for bytes that stand in a string of JSON as they are, and are ASCII. */
const PLAIN_BYTES = Uint8Array.from({ length: 256 }, (_, byte) =>
  Number(byte >= 32 && byte < 128 && byte !== 34 && byte !== 92),
);

/** Writes a value of a payload as JSON, behind a `text` of ASCII that is not written yet; returns what is not written then. */
export function writeValue(body: Body, text: string, buffer: Buffer, { kind, start, end }: Value): string {
  if (kind === PLAIN && isPlain(buffer, start, end)) return `${text}"${buffer.toString('latin1', start, end)}"`;
  body.ascii(text);
  if (kind === QUOTED) body.copy(buffer, start - 1, end + 1);
  else if (kind === PLAIN) body.utf8(JSON.stringify(buffer.toString('utf8', start, end)));
  else if (kind === ESCAPED) body.utf8(JSON.stringify(unescaped(buffer, start, end)));
  else body.copy(buffer, start, end);
  return '';
}

function isPlain(bytes: Uint8Array, start: number, end: number): boolean {
  for (let at = start; at < end; at++) if (PLAIN_BYTES[bytes[at]!] === 0) return false;
  return true;
}
