import { PLAIN, type Facts } from './facts.ts';
import { LEVEL, MESSAGE } from './fields.ts';
import { access } from './formats/access.ts';
import { indexOf } from './formats/alphabet.ts';
import { contextIn } from './formats/context.ts';
import { klog } from './formats/klog.ts';
import { levelIn } from './formats/level.ts';
import { syslog } from './formats/syslog.ts';
import type { Pairs } from './pairs.ts';

/** What a text is recognised as, in the order in which it is asked. */
export type TextFormat = 'klog' | 'access' | 'syslog' | 'logfmt' | 'text';

const [NEWLINE, CARRIAGE_RETURN] = [10, 13];

/** What is found in a text, and where the pairs of logfmt are kept. */
interface Finding {
  readonly facts: Facts;
  readonly pairs: Pairs;
}

/**
 * Finds out what the text `[start, end)` is, and what it says. Its message is all of it, but for logfmt with a message of its
 * own. Of several lines the first decides. Linear, as all that it calls.
 */
export function readText(bytes: Buffer, start: number, end: number, { facts, pairs }: Finding): TextFormat {
  const newline = indexOf(bytes, NEWLINE, start, end);
  const isLine = newline < 0;
  const last = endOfLine(bytes, start, isLine ? end : newline);
  let format: TextFormat = 'text';
  if (klog(bytes, start, last, facts)) format = 'klog';
  else if (isLine && access(bytes, start, last, facts)) format = 'access';
  else if (syslog(bytes, start, last, facts)) format = 'syslog';
  else if (isLine && pairs.read(bytes, start, last)) format = 'logfmt';

  if (format === 'logfmt') pairs.promote(facts);
  if (!facts.has(MESSAGE)) facts.set(MESSAGE, PLAIN, start, end);
  if (format === 'logfmt') return format;
  // What an access log says about levels is part of a URL.
  if (format !== 'access' && !facts.has(LEVEL)) levelIn(bytes, start, end, facts);
  contextIn(bytes, start, end, facts);
  return format;
}

/** Without the carriage return that ends it. */
const endOfLine = (bytes: Uint8Array, start: number, end: number): number =>
  end > start && bytes[end - 1] === CARRIAGE_RETURN ? end - 1 : end;

/** Level and trace context of a text that is nothing else, or of which only these count. */
export function readPlain(bytes: Uint8Array, start: number, end: number, facts: Facts): void {
  facts.set(MESSAGE, PLAIN, start, end);
  levelIn(bytes, start, end, facts);
  contextIn(bytes, start, end, facts);
}
