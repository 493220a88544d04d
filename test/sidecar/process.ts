import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { appendFileSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { ENV, SECRET_FILE, STREAM_PREFIX } from '../../api/names.ts';
import { DEFAULT_LIMITS, sidecarConfig, type SidecarConfig } from '../../api/sidecar-config.ts';
import { parseCheckpoint, type Checkpoint } from '../../sidecar/source/checkpoint.ts';
import { until } from '../wait.ts';
import type { Said } from './said.ts';

const PROGRAM = join(import.meta.dirname, '../../sidecar/main.ts');
const POLICY = { kind: 'TracingPolicy' as const, namespace: 'shop', name: 'all' };
const STEM = `${POLICY.kind}.${POLICY.name}`;
export const POD_UID = '5f3b1c0e-8a35-4c7e-9d0e-2f6a7b8c9d0e';

/** Where the sidecar of these tests sends to, unless a test says otherwise. */
export const STREAMS = {
  logs: `${STREAM_PREFIX.logs}shop`,
  deadLetters: `${STREAM_PREFIX.deadLetters}shop`,
  files: `${STREAM_PREFIX.files}shop`,
};

/** A configuration as the operator writes it; batches leave after 50 ms. */
export function configOf(urls: readonly string[], changes: Partial<SidecarConfig> = {}): SidecarConfig {
  return sidecarConfig.parse({
    version: 1,
    revision: 'first',
    cluster: 'test',
    policy: POLICY,
    elasticsearch: { urls },
    streams: STREAMS,
    logs: { containers: { include: [], exclude: [] }, multiline: 'Off', drop: [], redact: [] },
    limits: { ...DEFAULT_LIMITS, batchAgeMs: 50 },
    ...changes,
  });
}

/** A sidecar that runs as a process of its own. */
export class SidecarProcess {
  readonly said: Said[] = [];
  /** What it wrote that is not a line of its log: a crash, say. */
  readonly raw: string[] = [];
  readonly #child: ChildProcess;
  readonly #closed: Promise<unknown>;

  constructor(env: Readonly<Record<string, string>>, flags: readonly string[] = []) {
    this.#child = spawn(process.execPath, [...flags, PROGRAM], { env, stdio: ['ignore', 'pipe', 'pipe'] });
    for (const input of [this.#child.stdout!, this.#child.stderr!]) {
      createInterface({ input }).on('line', (line) => this.#hear(line));
    }
    this.#closed = once(this.#child, 'close');
  }

  get pid(): number {
    return this.#child.pid!;
  }

  /** Lines with this message. */
  lines(message: string): Said[] {
    return this.said.filter((line) => line.message === message);
  }

  /** The first line with this message, once it is there. */
  hears(message: string): Promise<Said> {
    const probe = () => this.lines(message)[0];
    return until(`"${message}" among ${JSON.stringify(this.said)}`, probe, { everyMs: 20 });
  }

  /** SIGTERM; resolves with the exit code once the process is gone. */
  async stop(): Promise<number | null> {
    this.#child.kill('SIGTERM');
    return this.ended();
  }

  /** kill -9. */
  async kill(): Promise<void> {
    this.#child.kill('SIGKILL');
    await this.#closed;
  }

  async ended(): Promise<number | null> {
    await this.#closed;
    return this.#child.exitCode;
  }

  #hear(line: string): void {
    try {
      this.said.push(JSON.parse(line) as Said);
    } catch {
      this.raw.push(line);
    }
  }
}

/** What a pod gives its sidecar, in a temporary folder: log files, configuration, state, environment. */
export class SidecarWorld {
  readonly folder = mkdtempSync(join(tmpdir(), 'tracewell-sidecar-'));
  readonly logs = join(this.folder, 'logs');
  readonly state = join(this.folder, 'state');
  readonly #config = join(this.folder, 'config');
  readonly #processes: SidecarProcess[] = [];
  readonly env: Readonly<Record<string, string>> = {
    [ENV.logs]: this.logs,
    [ENV.config]: this.#config,
    [ENV.state]: this.state,
    [ENV.policy]: STEM,
    [ENV.podNamespace]: POLICY.namespace,
    [ENV.podName]: 'cart-0',
    [ENV.podUid]: POD_UID,
    [ENV.nodeName]: 'node-1',
  };

  constructor() {
    for (const folder of [this.logs, this.#config]) mkdirSync(folder);
  }

  /** Writes the policy's configuration; text goes in as it is. */
  configure(config: SidecarConfig | string): void {
    writeFileSync(this.configFile, typeof config === 'string' ? config : JSON.stringify(config));
  }

  get configFile(): string {
    return join(this.#config, `${STEM}.json`);
  }

  /** Writes a file of the namespace's Secret. */
  secret(name: keyof typeof SECRET_FILE, content: string): void {
    writeFileSync(join(this.#config, SECRET_FILE[name]), content);
  }

  /** The path of a container's log file, whose folder is there. */
  file(container: string, name = '0.log'): string {
    mkdirSync(join(this.logs, container), { recursive: true });
    return join(this.logs, container, name);
  }

  /** Appends to a container's log file, and returns its path. */
  write(content: string | Buffer, container = 'cart', name = '0.log'): string {
    const path = this.file(container, name);
    appendFileSync(path, content);
    return path;
  }

  /** `flags`: of Node.js. */
  start(env: Readonly<Record<string, string>> = this.env, flags: readonly string[] = []): SidecarProcess {
    const sidecar = new SidecarProcess(env, flags);
    this.#processes.push(sidecar);
    return sidecar;
  }

  /** Throws when one is damaged or breaks its own equations. */
  checkpoints(): Checkpoint[] {
    const names = readdirSync(this.state).filter((name) => name.endsWith('.json'));
    return names.map((name) => {
      const text = readFileSync(join(this.state, name), 'utf8');
      const checkpoint = parseCheckpoint(text);
      if (!checkpoint) throw new Error(`${name} is damaged: ${text}`);
      return checkpoint;
    });
  }

  /** Ends what still runs, and removes the folder. */
  async down(): Promise<void> {
    await Promise.all(this.#processes.map((sidecar) => sidecar.kill()));
    rmSync(this.folder, { recursive: true, force: true });
  }
}
