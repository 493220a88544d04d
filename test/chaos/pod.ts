import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { ENV } from '../../api/names.ts';
import { DEFAULT_LIMITS } from '../../api/sidecar-config.ts';
import { parseCheckpoint, type Checkpoint } from '../../sidecar/source/checkpoint.ts';
import { configOf, SidecarWorld, type SidecarProcess } from '../sidecar/process.ts';
import type { Arena } from './arena.ts';
import { Disk } from './disk.ts';
import type { Snapshot } from './judge.ts';
import type { Life } from './lives.ts';
import { CLOCK } from './names.ts';
import type { Plan, Settings } from './plan.ts';
import type { FaultProxy } from './proxy.ts';

const CLOCK_MODULE = pathToFileURL(join(import.meta.dirname, 'clock.ts')).href;
/** An address at which nobody listens. */
const DEAD = 'https://localhost:1';

export interface PodOptions {
  readonly plan: Plan;
  readonly name: string;
  readonly uid: string;
  readonly arena: Arena;
  readonly proxy: FaultProxy;
  readonly now: () => number;
}

interface Running {
  readonly process: SidecarProcess;
  from: number;
  to: number;
}

/** A pod's side of the sidecar: its folders, and its process, which is ended and started again. */
export class Pod {
  readonly lives: Life[] = [];
  readonly snapshots: Snapshot[] = [];
  /** What no sidecar should do: crash, end with another code than 0. */
  readonly faults: string[] = [];
  readonly processes: SidecarProcess[] = [];
  readonly #options: PodOptions;
  readonly #world = new SidecarWorld();
  readonly #disk: Disk | undefined;
  readonly #clock = join(this.#world.folder, 'clock');
  #running: Running | undefined;
  /** Resolves with its exit code when it was told to end. */
  #ending: Promise<number | null> | undefined;

  constructor(options: PodOptions) {
    this.#options = options;
    this.#disk = options.plan.smallDisk ? new Disk() : undefined;
  }

  get logs(): string {
    return this.#world.logs;
  }

  get isRunning(): boolean {
    return this.#running !== undefined;
  }

  /** Starts the sidecar with the configuration of its life. */
  start(): void {
    const { arena, name, now, plan, uid } = this.#options;
    const life = Math.min(this.processes.length, plan.settings.length - 1);
    this.#configure(plan.settings[life]!, life);
    if (plan.secure) this.#world.secret('elasticsearchCa', arena.tls.ca);
    this.#world.secret('apiKey', arena.apiKey);
    const process = this.#world.start({
      ...this.#world.env,
      [ENV.podName]: name,
      [ENV.podUid]: uid,
      [ENV.state]: this.#state,
      [CLOCK]: this.#clock,
      NODE_OPTIONS: `--import=${CLOCK_MODULE}`,
    });
    this.processes.push(process);
    const running = { process, from: Infinity, to: Infinity };
    this.#running = running;
    process.hears('started').then(
      () => (running.from = now()),
      () => {}, // it was killed before
    );
  }

  /** Resolves when the sidecar is up. */
  async up(): Promise<void> {
    await this.#running?.process.hears('started');
  }

  /** kill -9. */
  async kill(): Promise<void> {
    const running = this.#running!;
    running.to = Math.min(running.to, this.#options.now());
    await running.process.kill();
    this.#ended(running, 'killed');
  }

  /** SIGTERM; it goes on until it has sent everything. */
  terminate(): void {
    const running = this.#running!;
    running.to = this.#options.now();
    this.#ending = running.process.stop();
  }

  /** Waits for the end of one that was told to, at most so long, and kills it then; false when that was needed. */
  async settle(graceMs: number): Promise<boolean> {
    const running = this.#running;
    if (!running || !this.#ending) return true;
    const grace = Promise.withResolvers<'late'>();
    const timer = setTimeout(() => grace.resolve('late'), graceMs);
    const code = await Promise.race([this.#ending, grace.promise]);
    clearTimeout(timer);
    if (code === 'late') await this.kill();
    else this.#ended(running, code);
    return code !== 'late';
  }

  fillDisk(): void {
    this.#disk?.fill();
  }

  freeDisk(): void {
    this.#disk?.free();
  }

  /** Moves the sidecar's wall clock, from where it should be. */
  shiftClock(ms: number): void {
    writeFileSync(this.#clock, String(ms));
  }

  async remove(): Promise<void> {
    await this.#world.down();
    this.#disk?.remove();
  }

  get #state(): string {
    return this.#disk?.folder ?? this.#world.state;
  }

  #configure({ drop, multiline, ...limits }: Settings, life: number): void {
    const { arena, plan, proxy } = this.#options;
    const urls = proxy.urls.slice(0, plan.addresses);
    const base = configOf(plan.firstIsDead ? [DEAD, ...urls] : urls);
    this.#world.configure({
      ...base,
      revision: `life ${life}`,
      streams: arena.streams,
      logs: { ...base.logs, multiline, drop: drop.map((when) => ({ when })) },
      limits: { ...DEFAULT_LIMITS, ...limits },
    });
  }

  #ended({ process, from, to }: Running, code: number | 'killed' | null): void {
    const wasTold = this.#ending !== undefined;
    this.#running = undefined;
    this.#ending = undefined;
    const wasUp = from < Infinity;
    if (wasUp) this.lives.push({ from, to, wasTold, isClean: code === 0 });
    const what = `life ${this.processes.length - 1}`;
    // A signal that came before it could listen to signals ends it without a code.
    if (code !== 0 && code !== 'killed' && wasUp)
      this.faults.push(`${what} ended with ${code}: ${JSON.stringify(process.said.at(-1))}`);
    if (process.raw.length > 0) this.faults.push(`${what} said: ${process.raw.join('\n')}`);
    for (const { message, error } of process.said) {
      if (String(error).includes('BUG')) this.faults.push(`${what}: ${message}: ${String(error)}`);
    }
    const { checkpoints, damaged } = readState(this.#state);
    const acknowledged = this.#options.proxy.acknowledgedByFile();
    this.snapshots.push({ when: `after ${what}`, checkpoints, damaged, acknowledged });
  }
}

/** What lies in a state folder; a checkpoint that a crash left half written is none. */
function readState(folder: string): Pick<Snapshot, 'checkpoints' | 'damaged'> {
  const checkpoints: Checkpoint[] = [];
  const damaged: string[] = [];
  for (const name of namesIn(folder)) {
    if (!name.endsWith('.json')) continue;
    const checkpoint = parseCheckpoint(readFileSync(join(folder, name), 'utf8'));
    if (checkpoint) checkpoints.push(checkpoint);
    else damaged.push(name);
  }
  return { checkpoints, damaged };
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return []; // it was killed before it made one
  }
}
