import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { systemPath } from '../programs.ts';
import { run } from '../run.ts';
import { createCgroups, removeCgroups } from './cgroups.ts';
import { nameOf } from './state.ts';

/** The address of the node: of its API server, kubelet and DNS. The same in every sandbox, as each has a network of its own. */
export const NODE_ADDRESS = '10.99.0.1';

const NAMESPACES = ['--net', '--mount', '--pid', '--uts', '--ipc'];

/** Namespaces and cgroups in which the programs of a node run. It ends with this process, however that ends. */
export class Sandbox {
  readonly #state: string;
  readonly #child: ChildProcess;
  readonly #failure = new AbortController();

  private constructor(state: string, child: ChildProcess) {
    this.#state = state;
    this.#child = child;
  }

  static async start(state: string, bin: string, signal?: AbortSignal): Promise<Sandbox> {
    const cgroups = await createCgroups(nameOf(state));
    const script = join(import.meta.dirname, 'sandbox.sh');
    const args = [...NAMESPACES, '--fork', '--kill-child=KILL', '--mount-proc', 'bash', script, state, bin, ...cgroups];
    const child = spawn('unshare', args, {
      stdio: ['pipe', 'pipe', 'pipe'],
      env: { PATH: systemPath(), HOME: '/root' }, // no proxies, nothing of the person's
      detached: true, // Ctrl-C is for our owner, who may need the cluster while cleaning up
    });
    const sandbox = new Sandbox(state, child);
    try {
      await sandbox.#ready(signal);
      return sandbox;
    } catch (error) {
      await sandbox.stop();
      throw error;
    }
  }

  async #ready(signal?: AbortSignal) {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    let errors = '';
    this.#child.stderr!.on('data', (chunk: Buffer) => (errors = (errors + chunk.toString()).slice(-4_000)));
    this.#child.stdin!.on('error', () => {}); // its end is told by the exit
    this.#child.on('error', reject);
    const abort = () => reject(signal?.reason as Error);
    signal?.addEventListener('abort', abort, { once: true });
    createInterface({ input: this.#child.stdout! }).on('line', (line) => {
      if (line === 'ready') return resolve();
      const [, name = '', code = ''] = line.split(' ');
      return this.#fail(`${name} of the test cluster ended with code ${code}:\n${tail(this.#log(name), 5)}`);
    });
    this.#child.on('exit', (code, signalName) => {
      const message = `the sandbox of the test cluster ended (${signalName ?? code}): ${errors.trim()}`;
      reject(new Error(message));
      this.#fail(message);
    });
    if (signal?.aborted) abort();
    await promise.finally(() => signal?.removeEventListener('abort', abort));
  }

  #fail(message: string) {
    if (!this.#failure.signal.aborted) this.#failure.abort(new Error(message));
  }

  #log(name: string): string {
    return readFileSync(join(this.#state, 'logs', `${name}.log`), 'utf8');
  }

  /** Aborted, with an Error that shows the log's end, when one of the programs ends. */
  get failed(): AbortSignal {
    return this.#failure.signal;
  }

  /** The process whose namespaces these are, as this machine numbers it: for nsenter. */
  get init(): number {
    const { pid } = this.#child;
    return Number(readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim());
  }

  /** Runs a program inside, from /mnt, its output in `logs/NAME.log` of the state folder. */
  run(name: string, argv: readonly string[]): void {
    const command = argv.map((word) => `'${word.replaceAll("'", String.raw`'\''`)}'`).join(' ');
    this.#child.stdin!.write(`${name} ${command}\n`);
  }

  /** Ends every process and mount in it, and removes its cgroups. */
  async stop(): Promise<void> {
    const running = this.#child.exitCode === null && this.#child.signalCode === null && this.#child.pid !== undefined;
    const exit = running ? once(this.#child, 'exit') : undefined;
    this.#failure.abort(new Error('the test cluster was taken down'));
    this.#child.stdin!.end();
    const hard = setTimeout(() => this.#child.kill('SIGKILL'), 5_000);
    await exit;
    clearTimeout(hard);
    await removeCgroups(nameOf(this.#state));
  }
}

/** Kills one of the programs; it stays away until `back`. From any process of this machine. */
export async function takeAway({ state, init }: { state: string; init: number }, name: string) {
  const mark = join(state, 'away', name);
  await Promise.all([writeFile(mark, ''), writeFile(`${mark}.taken`, '')]);
  const pid = (await readFile(join(state, 'pids', name), 'utf8')).trim();
  await run('nsenter', ['-t', `${init}`, '--pid', '--mount', 'bash', '-c', `kill -KILL ${pid}`]);
  return { back: () => rm(mark) };
}

/** The last lines of every program's log. */
export async function logsOf(state: string): Promise<string> {
  const folder = join(state, 'logs');
  const names = await readdir(folder);
  const texts = await Promise.all(
    names.map(async (name) => [name, await readFile(join(folder, name), 'utf8')] as const),
  );
  return texts.map(([name, text]) => `== ${name}\n${tail(text, 30)}`).join('\n');
}

const tail = (text: string, lines: number): string =>
  text
    .trimEnd()
    .split('\n')
    .slice(-lines)
    .map((line) => (line.length > 500 ? `${line.slice(0, 500)}…` : line))
    .join('\n');
