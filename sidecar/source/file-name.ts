/** What the name of a file in a container's log folder says: `0.log`, `0.log.20260102-030405`, `0.log.20260102-030405.gz`. */
export interface LogFileName {
  /** Restart count of the container, the number before `.log`. */
  run: number;
  /** Empty for the file that is written now; it sorts after every rotated one. */
  rotated: string;
  /** The kubelet compresses all rotated files but the newest. */
  isPacked: boolean;
}

const NAME = /^(\d{1,9})\.log(?:\.(\d{8}-\d{6})(\.gz)?)?$/;

/**
 * Undefined for everything that is not read: `.tmp` (half-written by the kubelet's compression) and foreign names. Source:
 * kubernetes/pkg/kubelet/logs/container_log_manager.go.
 */
export function parseFileName(name: string): LogFileName | undefined {
  const match = NAME.exec(name);
  if (!match) return undefined;
  return { run: Number(match[1]), rotated: match[2] ?? '', isPacked: match[3] !== undefined };
}

/** Oldest first: by run, then rotated files by their time, then the live one. */
export function byAge(a: LogFileName, b: LogFileName): number {
  if (a.run !== b.run) return a.run - b.run;
  if (a.rotated === b.rotated) return 0;
  if (a.rotated === '') return 1;
  if (b.rotated === '') return -1;
  return a.rotated < b.rotated ? -1 : 1;
}
