import { isoTime } from './iso-time.ts';

/** Fields of a log line. Values are plain data; an error goes in as `error: describe(error)`. */
export type Fields = Record<string, string | number | boolean | undefined | readonly string[]>;

/** A logger: the message is constant, what varies is a field. */
export interface Log {
  debug(message: string, fields?: Fields): void;
  info(message: string, fields?: Fields): void;
  warn(message: string, fields?: Fields): void;
  error(message: string, fields?: Fields): void;
}

const LEVELS = ['debug', 'info', 'warn', 'error'] as const;
export type Level = (typeof LEVELS)[number];

/** One JSON object per line (`time`, `level`, `message`, fields) to `write`; the sidecar's logger, for it needs no library. `wall`:
 * milliseconds since 1970. */
export function jsonLog(write: (line: string) => void, wall: () => number, least: Level = 'info'): Log {
  const at = (level: Level) => (message: string, fields?: Fields) => {
    if (LEVELS.indexOf(level) < LEVELS.indexOf(least)) return;
    write(`${JSON.stringify({ time: isoTime(wall()), level, message, ...fields })}\n`);
  };
  return { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') };
}
