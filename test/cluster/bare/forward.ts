import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { systemPath } from '../programs.ts';

export interface Forward {
  /** The address it listens on: what it was told, with the port that it got. */
  readonly listening: string;
  readonly close: () => Promise<void>;
}

/**
 * Copies connections as `box forward` does, in the network of process `init`, for as long as this process lives. Paths
 * of unix sockets are this machine's: they are how connections cross between its network and the node's.
 */
export async function forward(
  { init, box }: { init: number; box: string },
  from: string,
  to: string,
): Promise<Forward> {
  const child = spawn('nsenter', ['-t', `${init}`, '-n', box, 'forward', from, to], {
    stdio: ['pipe', 'pipe', 'pipe'],
    env: { PATH: systemPath() },
    detached: true, // Ctrl-C is not for it, as in the sandbox
  });
  let errors = '';
  child.stderr.on('data', (chunk: Buffer) => (errors = (errors + chunk.toString()).slice(-1_000)));
  child.stdin.on('error', () => {}); // told by its exit
  const exit = once(child, 'exit');
  const line = once(createInterface({ input: child.stdout }), 'line');
  const failed = exit.then(() => {
    throw new Error(`cannot forward ${from} to ${to}: ${errors.trim()}`);
  });
  const [listening] = (await Promise.race([line, failed])) as [string];
  return {
    listening,
    close: async () => {
      child.stdin.end(); // which ends it
      await exit;
    },
  };
}
