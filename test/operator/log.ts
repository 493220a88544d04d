import { jsonLog, type Log } from '../../runtime/log.ts';

/** A log whose lines can be looked at. */
export function keepingLog(): { log: Log; lines: string[] } {
  const lines: string[] = [];
  return {
    log: jsonLog(
      (line) => lines.push(line),
      () => 0,
    ),
    lines,
  };
}
