import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { openSync, closeSync } from 'node:fs';

export interface GuardedOptions {
  readonly cwd: string;
  readonly env: NodeJS.ProcessEnv;
  /** Gets standard output and standard error. */
  readonly log: string;
}

/** A program with its children, of which none outlives this process, however that ends. */
export interface Guarded {
  /** Aborted, with an Error that says how, when the program has ended. */
  readonly ended: AbortSignal;
  /** Kills it, and returns when it is gone. */
  readonly stop: () => Promise<void>;
}

/** `nobody`: Elasticsearch refuses to run as root. Empty for any other user. */
export const unprivileged = (): { uid?: number; gid?: number } =>
  process.getuid?.() === 0 ? { uid: 65534, gid: 65534 } : {};

/**
 * A watcher in the program's process group reads a pipe whose other end this process holds: when that ends, it kills the
 * whole group, itself included. Thus it works for kill -9, and where there is no parent-death signal.
 */
const WATCH = 'exec 3<&0; { cat <&3 >/dev/null; kill -KILL 0; } & exec "$@" </dev/null 3<&-';

/** Starts a program, as an unprivileged user when we are root. */
export function startGuarded(argv: readonly string[], { cwd, env, log }: GuardedOptions): Guarded {
  const output = openSync(log, 'a');
  const child = spawn('/bin/sh', ['-c', WATCH, 'sh', ...argv], {
    stdio: ['pipe', output, output],
    cwd,
    env,
    ...unprivileged(),
    detached: true, // a process group of its own; and Ctrl-C is for our owner, who may need it while cleaning up
  });
  closeSync(output);
  const ended = new AbortController();
  child.stdin!.on('error', () => {}); // told by its exit
  child.on('error', (error) => ended.abort(error));
  child.on('exit', (code, signal) => {
    child.stdin!.end(); // the watcher has nothing left to watch
    ended.abort(new Error(`ended (${signal ?? `exit code ${code}`})`));
  });
  return {
    ended: ended.signal,
    async stop() {
      child.stdin!.end();
      if (!ended.signal.aborted) await once(ended.signal, 'abort');
    },
  };
}
