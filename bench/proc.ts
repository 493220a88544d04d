import { readdirSync, readFileSync, readlinkSync, statSync } from 'node:fs';

/** What /proc knows of a process: proc_pid_stat(5), proc_pid_status(5), proc_pid_smaps(5). */

/** `/proc` counts time in ticks of a hundredth of a second on every architecture (USER_HZ). */
const TICKS_PER_SECOND = 100;

export interface CpuSeconds {
  /** User and system time of all its threads. */
  own: number;
  /** The same of its children that have ended and were waited for. */
  endedChildren: number;
}

/** Reads the text of `/proc/<pid>/stat`. The program's name, in parentheses, can hold spaces and parentheses. */
export function parseStat(text: string): CpuSeconds {
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  // The first of these fields is the third of the line.
  const seconds = (field: number) => Number(fields[field - 3]) / TICKS_PER_SECOND;
  return { own: seconds(14) + seconds(15), endedChildren: seconds(16) + seconds(17) };
}

/** Reads `Name:   123 kB` lines of `status` or `smaps_rollup` into bytes; `kB` there are 1,024 bytes. */
export function parseSizes(text: string): Map<string, number> {
  const sizes = new Map<string, number>();
  for (const [, name, kilobytes] of text.matchAll(/^(\w+):\s+(\d+) kB$/gm)) sizes.set(name!, Number(kilobytes) * 1024);
  return sizes;
}

export function readCpu(pid: number | 'self'): CpuSeconds {
  return parseStat(readFileSync(`/proc/${pid}/stat`, 'utf8'));
}

/** Megabytes of a process at this moment. */
export interface Memory {
  /** Resident: what `ps` shows, the shared pages of the node binary included. */
  rssMb: number;
  /** The most that was resident at any time. */
  peakRssMb: number;
  /** Anonymous: its own data, shared with nobody. */
  anonMb: number;
}

export function readMemory(pid: number): Memory {
  const sizes = parseSizes(readFileSync(`/proc/${pid}/status`, 'utf8'));
  const mb = (name: string) => (sizes.get(name) ?? 0) / 1e6;
  return { rssMb: mb('VmRSS'), peakRssMb: mb('VmHWM'), anonMb: mb('RssAnon') };
}

/** Resident megabytes, each shared page divided by the number of processes that share it. */
export function readPssMb(pid: number): number {
  return (parseSizes(readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8')).get('Pss') ?? 0) / 1e6;
}

export function readThreads(pid: number): number {
  return Number(/^Threads:\s+(\d+)$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]);
}

/** Megabytes on the disk of files that were in a folder, and are there only because the process holds them open. */
export function readHeldMb(pid: number, folder: string): number {
  const open = readdirSync(`/proc/${pid}/fd`).map((fd) => `/proc/${pid}/fd/${fd}`);
  const held = open.filter((fd) => {
    const path = readlinkSync(fd);
    return path.startsWith(`${folder}/`) && path.endsWith(' (deleted)');
  });
  return held.reduce((sum, fd) => sum + statSync(fd).size, 0) / 1e6;
}

/** Bytes that it has read by system calls, whatever from: proc_pid_io(5). */
export function readReadBytes(pid: number): number {
  return Number(/^rchar: (\d+)$/m.exec(readFileSync(`/proc/${pid}/io`, 'utf8'))?.[1]);
}

/** What was seen so far: the most, and the mean of all samples. */
export interface WatchedMemory {
  peaks: { peakRssMb: number; anonMb: number };
  readonly means: { rssMb: number; anonMb: number };
  stop(): void;
}

/** Samples the memory of a process until `stop`. */
export function watchMemory(pid: number, everyMs = 50): WatchedMemory {
  const peaks = { peakRssMb: 0, anonMb: 0 };
  const sums = { rssMb: 0, anonMb: 0 };
  let samples = 0;
  const sample = () => {
    try {
      const { peakRssMb, rssMb, anonMb } = readMemory(pid);
      peaks.peakRssMb = Math.max(peaks.peakRssMb, peakRssMb);
      peaks.anonMb = Math.max(peaks.anonMb, anonMb);
      sums.rssMb += rssMb;
      sums.anonMb += anonMb;
      samples++;
    } catch {
      // It has ended; what was seen until then stands.
    }
  };
  const timer = setInterval(sample, everyMs);
  return {
    peaks,
    get means() {
      return { rssMb: sums.rssMb / samples, anonMb: sums.anonMb / samples };
    },
    stop: () => clearInterval(timer),
  };
}
