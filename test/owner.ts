import { existsSync, readFileSync } from 'node:fs';

/**
 * This process as a part of a name, `<number>.<start time>`: what a killed run left can then be told from what a living
 * one uses. A number alone may be another process by now.
 */
export const ownerMark = (): string => `${process.pid}.${startTime(process.pid) ?? 0}`;

/** Whether the process of a mark still runs. */
export function ownerLives(mark: string): boolean {
  const [pid = '', started] = mark.split('.');
  if (existsSync('/proc/self/stat')) return startTime(Number(pid)) === started;
  try {
    return process.kill(Number(pid), 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/** When a process began, in clock ticks since boot; undefined when there is none, or no /proc. */
function startTime(pid: number): string | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' '); // from field 3 of proc_pid_stat(5) on
    return fields[0] === 'Z' ? undefined : fields[19];
  } catch {
    return undefined;
  }
}
