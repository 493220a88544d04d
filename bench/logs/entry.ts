import type { Random } from './random.ts';

/** What an application says at once: one record, of one line or several. */
export interface Entry {
  stream: 'stdout' | 'stderr';
  /** Without newlines. */
  lines: readonly string[];
}

/** The next entry of an application. `stamp`: RFC 3339 in UTC with nanoseconds, for applications that write the time themselves. */
export type Application = (random: Random, stamp: string) => Entry;

/** The form in which the runtime writes a line, with its newline. */
export const framed = (stamp: string, stream: Entry['stream'], line: string): string =>
  `${stamp} ${stream} F ${line}\n`;

/** An entry in the runtime's form. */
export function framedEntry(stamp: string, { stream, lines }: Entry): string {
  let text = '';
  for (const line of lines) text += framed(stamp, stream, line);
  return text;
}
