import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { until } from '../test/wait.ts';
import { readCpu, watchMemory } from './proc.ts';

/** A process under measurement. */
export interface Child {
  readonly pid: number;
  /** Resolves when it has written a line with this text in it; rejects when it ends before. */
  said(text: string, deadlineMs: number): Promise<void>;
  /** Resolves when it has ended with exit code 0, rejects otherwise with its last lines. */
  readonly ended: Promise<void>;
  /** Asks it to end, as the kubelet does, and waits for it. */
  stop(): Promise<void>;
}

const KEPT_LINES = 50;

/** Starts node, this one. */
export function startNode(args: readonly string[], env: Record<string, string>, signal: AbortSignal): Child {
  return start([process.execPath, ...args], env, signal);
}

/** Starts a program; the child ends by force when `signal` aborts. `env` is all of its environment. */
export function start(command: readonly string[], env: Record<string, string>, signal: AbortSignal): Child {
  const [program, ...args] = command as [string, ...string[]];
  const name = command.join(' ');
  const child = spawn(program, args, {
    env,
    signal,
    killSignal: 'SIGKILL',
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const lines: string[] = [];
  for (const stream of [child.stdout, child.stderr]) {
    createInterface({ input: stream }).on('line', (line) => {
      lines.push(line);
      if (lines.length > KEPT_LINES) lines.shift();
    });
  }
  const ended = new Promise<void>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code, by) => {
      if (code === 0) resolve();
      else reject(new Error(`${name}: ${by ?? `exit code ${code}`}\n${lines.join('\n')}`));
    });
  });
  // Whoever waits for it hears of it; an early end is no unhandled rejection.
  ended.catch(() => undefined);
  return {
    pid: child.pid ?? 0,
    ended,
    async said(text, deadlineMs) {
      const early = ended.then(() => Promise.reject(new Error(`${name} ended before it said "${text}"`)));
      const heard = until(`"${text}"`, () => lines.some((line) => line.includes(text)), { timeoutMs: deadlineMs });
      await Promise.race([heard, early]);
    },
    stop() {
      child.kill('SIGTERM');
      return ended;
    },
  };
}

/** What a process cost from its start to its end. */
export interface Cost {
  /** User and system time of all its threads, start-up included. */
  cpuSeconds: number;
  wallSeconds: number;
  peakRssMb: number;
  /** The most anonymous memory that was seen. */
  anonMb: number;
}

/**
 * Measures one child over its whole life. No other child may end meanwhile: the kernel adds the exact time of a child to its
 * parent's account when it has ended, and that sum is read here.
 */
export async function costOf(start: () => Child, work: (child: Child) => Promise<void>): Promise<Cost> {
  const before = readCpu('self').endedChildren;
  const began = performance.now();
  const child = start();
  const memory = watchMemory(child.pid);
  try {
    const failed = new Promise<never>((_, reject) => child.ended.catch(reject));
    await Promise.race([work(child), failed]);
    await child.ended;
  } finally {
    memory.stop();
  }
  const cpuSeconds = readCpu('self').endedChildren - before;
  return { cpuSeconds, wallSeconds: (performance.now() - began) / 1000, ...memory.peaks };
}
