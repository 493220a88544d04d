import { closeSync, mkdirSync, openSync, readFileSync, renameSync, rmSync, writeFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';
import { fileId, headOf } from '../../sidecar/source/identity.ts';
import { LANES, UNFRAMED } from '../../sidecar/source/lane.ts';
import { BUDGET, drawUnit, type Kind, type Piece, type Unit } from './payload.ts';
import type { Random } from './random.ts';
import type { WrittenFile, WrittenLine } from './written.ts';

/** How often each kind of payload comes. */
export type Mix = Readonly<Partial<Record<Kind, number>>>;

export interface WriterOptions {
  /** The pod's log folder. */
  readonly folder: string;
  readonly podUid: string;
  readonly random: Random;
  /** Milliseconds of a clock that never goes back. */
  readonly now: () => number;
}

/** As the kubelet counts: so many files of a container run are kept, the live one among them. */
const MAX_FILES = 5;

/** A file in the making. */
type Draft = { -readonly [K in keyof WrittenFile]: WrittenFile[K] } & { lines: WrittenLine[]; head: Buffer };

interface Container {
  readonly name: string;
  run: number;
  /** What the application has said and the runtime has not written yet, per lane. */
  readonly queues: { piece: Piece; isDebug: boolean }[][];
  live: { fd: number; path: string; draft: Draft } | undefined;
  /** Rotated away, or of an earlier run; oldest first. */
  readonly old: { path: string; draft: Draft }[];
}

/**
 * Plays container runtime and kubelet in a pod's log folder, and remembers every line. Formats: kubernetes,
 * pkg/kubelet/logs/container_log_manager.go (`rotateLog`), and the CRI log format.
 */
export class Writer {
  readonly #options: WriterOptions;
  readonly #containers = new Map<string, Container>();
  readonly #drafts: Draft[] = [];
  readonly #budget = new Map<string, number>(Object.entries(BUDGET));
  #units = 0;
  #lastMs = 0;
  #nano = 0;
  #rotatedAt = 0;

  constructor(options: WriterOptions) {
    this.#options = options;
  }

  /** Everything that was written so far. A file without a byte is none. */
  get files(): WrittenFile[] {
    const written = this.#drafts.filter(({ size }) => size > 0);
    return written.map(({ head, ...file }) => ({ ...file, id: this.#idOf(file, head) }));
  }

  /** Starts a container, or its next run: the one before ends, `torn` in the middle of a line. */
  begin(name: string, torn: boolean): void {
    const container = this.#containers.get(name) ?? this.#newContainer(name);
    if (container.live) {
      this.#end(container, torn);
      container.run++;
    }
    this.#open(container);
  }

  /** The container ends, and is not started again. */
  end(name: string, torn: boolean): void {
    this.#end(this.#containers.get(name)!, torn);
  }

  /** Writes lines, drawn from a mix; lines of different lanes come in any order, as two streams do. */
  write(name: string, lines: number, mix: Mix): void {
    const container = this.#containers.get(name)!;
    if (!container.live) return;
    const { random } = this.#options;
    for (let left = lines; left > 0; left--) {
      if (container.queues.every((queue) => queue.length === 0)) {
        for (let units = random.integer(1, 4); units > 0; units--) this.#say(container, mix);
      }
      const queue = random.pick(container.queues.filter((queue) => queue.length > 0));
      const { piece, isDebug } = queue.shift()!;
      this.#writeLine(container, piece, container.queues.indexOf(queue) as WrittenLine['lane'], isDebug);
    }
  }

  /**
   * Rotates the live file: removes the excess, compresses all rotated ones, then renames and opens anew. In between the
   * runtime writes `late` lines into the renamed file.
   */
  async rotate(name: string, { late, compress, mix }: { late: number; compress: boolean; mix: Mix }): Promise<void> {
    const container = this.#containers.get(name)!;
    const { live } = container;
    if (!live || live.draft.size === 0) return;
    const ofThisRun = container.old.filter(({ draft }) => draft.run === container.run);
    for (const file of ofThisRun.splice(0, ofThisRun.length - (MAX_FILES - 2))) this.#remove(container, file);
    if (compress) for (const file of ofThisRun) await this.#compress(file);
    const path = `${live.path}.${this.#rotationStamp()}`;
    renameSync(live.path, path);
    if (late > 0) {
      this.write(name, late, mix);
      await delay(this.#options.random.integer(0, 30));
    }
    closeSync(live.fd);
    container.old.push({ path, draft: live.draft });
    this.#open(container);
  }

  /** The kubelet forgets runs before the last two, with their files. */
  collect(name: string): void {
    const container = this.#containers.get(name)!;
    for (const file of container.old.filter(({ draft }) => draft.run < container.run - 1))
      this.#remove(container, file);
  }

  close(): void {
    for (const { live } of this.#containers.values()) if (live) closeSync(live.fd);
  }

  #newContainer(name: string): Container {
    mkdirSync(join(this.#options.folder, name));
    const container: Container = { name, run: 0, queues: LANES.map(() => []), live: undefined, old: [] };
    this.#containers.set(name, container);
    return container;
  }

  #open(container: Container): void {
    const { name, run } = container;
    const path = join(this.#options.folder, name, `${run}.log`);
    const draft: Draft = {
      id: '',
      container: name,
      run,
      lines: [],
      size: 0,
      createdAt: Infinity,
      removedAt: undefined,
      head: Buffer.alloc(0),
    };
    this.#drafts.push(draft);
    container.live = { fd: openSync(path, 'a'), path, draft };
  }

  #end(container: Container, torn: boolean): void {
    const { live } = container;
    if (!live) return;
    if (torn) this.#tear(container);
    for (const queue of container.queues) queue.length = 0;
    closeSync(live.fd);
    container.old.push({ path: live.path, draft: live.draft });
    container.live = undefined;
  }

  #say(container: Container, mix: Mix): void {
    const { random } = this.#options;
    let kind = random.weighted(mix);
    const left = this.#budget.get(kind) ?? Infinity;
    if (left === 0) kind = 'text';
    else this.#budget.set(kind, left - 1);
    const id = `${container.name}-${container.run}-${this.#units++}`;
    const { lane, lines, isDebug }: Unit = drawUnit(kind, random, id);
    for (const [index, piece] of lines.entries()) {
      container.queues[lane]!.push({ piece, isDebug: isDebug && index === 0 });
    }
  }

  #writeLine(container: Container, { text, more, isBare }: Piece, lane: WrittenLine['lane'], isDebug: boolean): void {
    const stamp = lane === UNFRAMED ? undefined : this.#stamp();
    const header = stamp ? `${stamp} ${LANES[lane]} ${more ? 'P' : 'F'}${isBare ? '' : ' '}` : '';
    const bytes = Buffer.concat([Buffer.from(header), text, Buffer.from('\n')]);
    this.#append(container, bytes, { lane, more, stamp, text, isDebug });
  }

  /** The last line of a container that is killed: without newline, perhaps without a whole header. */
  #tear(container: Container): void {
    const { random } = this.#options;
    const stamp = this.#stamp();
    const whole = Buffer.from(`${stamp} stdout F cut by the end of the container`);
    if (random.chance(0.3)) {
      const text = whole.subarray(0, random.integer(1, 20));
      this.#append(container, text, { lane: UNFRAMED, more: false, stamp: undefined, text, isDebug: false });
    } else {
      const header = stamp.length + ' stdout F '.length;
      const torn = whole.subarray(0, random.integer(header, whole.length));
      const text = torn.subarray(header);
      this.#append(container, torn, { lane: 0, more: false, stamp, text, isDebug: false });
    }
  }

  #append(container: Container, bytes: Buffer, line: Omit<WrittenLine, 'offset' | 'bytes'>): void {
    const { fd, draft } = container.live!;
    // Now and then a reader sees half a line.
    const half = this.#options.random.chance(0.01) ? bytes.length >> 1 : bytes.length;
    for (const part of [bytes.subarray(0, half), bytes.subarray(half)]) if (part.length > 0) writeSync(fd, part);
    if (draft.size === 0) draft.createdAt = this.#options.now();
    if (draft.head.length < 1024) draft.head = Buffer.concat([draft.head, bytes.subarray(0, 1024)]);
    draft.lines.push({ ...line, offset: draft.size, bytes: bytes.length });
    draft.size += bytes.length;
  }

  /** The real time, with nanoseconds that make it another one for each line. */
  #stamp(): string {
    const ms = Math.max(Date.now(), this.#lastMs);
    this.#nano = ms === this.#lastMs ? Math.min(this.#nano + 1, 999_999) : 0;
    this.#lastMs = ms;
    return new Date(ms).toISOString().replace('Z', `${String(this.#nano).padStart(6, '0')}Z`);
  }

  /** Another second for each rotation: the kubelet waits longer between two. */
  #rotationStamp(): string {
    this.#rotatedAt = Math.max(Date.now(), this.#rotatedAt + 1000);
    return new Date(this.#rotatedAt)
      .toISOString()
      .replace(/\.\d+Z$/, '')
      .replaceAll(/[-:]/g, '')
      .replace('T', '-');
  }

  async #compress(file: { path: string }): Promise<void> {
    if (file.path.endsWith('.gz')) return;
    const packed = gzipSync(readFileSync(file.path));
    const half = packed.length >> 1;
    const aside = `${file.path}.tmp`;
    writeFileSync(aside, packed.subarray(0, half));
    await delay(this.#options.random.integer(0, 20));
    writeFileSync(aside, packed.subarray(half), { flag: 'a' });
    renameSync(aside, `${file.path}.gz`);
    rmSync(file.path);
    file.path = `${file.path}.gz`;
  }

  #remove({ old }: Container, file: { path: string; draft: Draft }): void {
    rmSync(file.path);
    file.draft.removedAt = this.#options.now();
    old.splice(old.indexOf(file), 1);
  }

  #idOf({ container, run }: Pick<WrittenFile, 'container' | 'run'>, head: Buffer): string {
    const { podUid } = this.#options;
    return fileId({ podUid, container, run, generation: 0 }, headOf(head) ?? head.subarray(0, 1024));
  }
}
