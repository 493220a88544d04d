import type { EXIT } from './exit.ts';

/** What a command has to say: to people, and to programs (-o json). */
export interface Output {
  text: string;
  value: object;
  /** Absent: all went well. */
  code?: (typeof EXIT)[keyof typeof EXIT];
}

/** As it is printed, with what could not be read at the end. */
export function printed(
  { text, value }: Output,
  { json, unknown }: { json: boolean; unknown: readonly string[] },
): string {
  if (json) return `${JSON.stringify({ ...value, unknown }, null, 2)}\n`;
  const lines = unknown.map((one) => `  - ${one}\n`);
  return lines.length > 0 ? `${text}\nNot everything can be said:\n${lines.join('')}` : text;
}
