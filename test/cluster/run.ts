import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';

export interface RunOptions {
  readonly input?: string;
  readonly env?: NodeJS.ProcessEnv;
  readonly cwd?: string;
  readonly signal?: AbortSignal | undefined;
  /** Gets the lines of standard error while the program runs. */
  readonly onLine?: (line: string) => void;
}

/** Runs a program to its end and returns its standard output; a failure is an Error that says the command and its standard error. */
export async function run(program: string, args: readonly string[], options: RunOptions = {}): Promise<string> {
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  const child = spawn(program, args, {
    stdio: ['pipe', 'pipe', 'pipe'],
    env: options.env ?? process.env,
    ...(options.cwd ? { cwd: options.cwd } : {}),
    ...(options.signal ? { signal: options.signal } : {}),
  });
  const output: Buffer[] = [];
  const errors: string[] = [];
  child.stdout.on('data', (chunk: Buffer) => output.push(chunk));
  createInterface({ input: child.stderr }).on('line', (line) => {
    if (errors.push(line) > 200) errors.shift();
    options.onLine?.(line);
  });
  child.stdin.on('error', () => {}); // the program need not read what it is given
  child.stdin.end(options.input ?? '');
  const command = [program, ...args].join(' ').slice(0, 300);
  child.on('error', (error) => reject(new Error(`${command}: ${error.message}`, { cause: error })));
  child.on('close', (code, signal) => {
    const text = Buffer.concat(output).toString();
    if (code === 0) return resolve(text);
    const said = errors.join('\n').trim() || text.trim().slice(-2000);
    return reject(new Error(`${command}: ${signal ?? `exit code ${code}`}\n${said}`));
  });
  return promise;
}
