import { jsonLog, type Log } from '../../runtime/log.ts';

/** A line that the sidecar logged. */
export interface Said {
  readonly level: string;
  readonly message: string;
  readonly [field: string]: unknown;
}

/** A log, and what was said to it. */
export function listen(): { log: Log; said: Said[] } {
  const said: Said[] = [];
  return {
    said,
    log: jsonLog(
      (line) => said.push(JSON.parse(line) as Said),
      () => 0,
    ),
  };
}
