import { existsSync } from 'node:fs';
import { ENV, type LossReason } from '../../api/names.ts';
import type { SidecarConfig } from '../../api/sidecar-config.ts';
import { describe } from '../../runtime/errors.ts';
import type { Log } from '../../runtime/log.ts';
import { Collector } from '../plain/collect.ts';
import type { Reminder } from '../reminder.ts';
import { Absent } from './absent.ts';
import { freshCheckpoint, withRestLost, type Checkpoint } from './checkpoint.ts';
import {
  isCaptured,
  listContainers,
  listFiles,
  closeFile,
  openFile,
  type FoundFile,
  type OnTrouble,
  type Opened,
} from './discovery.ts';
import { isOfFile } from './file-error.ts';
import { fileId, headOf } from './identity.ts';
import { LogFile } from './log-file.ts';
import type { State } from './state.ts';

export interface SourceOptions {
  logs: string;
  podUid: string;
  state: State;
  /** Where compressed files are unpacked. */
  folder: string;
  log: Log;
  reminder: Reminder;
  /** Milliseconds of a clock that never goes back. */
  now: () => number;
  /** Hears of each file that is opened. */
  onOpened: (checkpoint: Checkpoint) => void;
  /** Hears of each file that has ended and is answered for. */
  onEnded: (checkpoint: Checkpoint) => void;
}

/** The pod's log files: finds them, knows each by its identity, holds them open until they are read and answered for. */
export class Source {
  readonly #options: SourceOptions;
  readonly #collector = new Collector();
  readonly #absent: Absent;
  /** By identity, those that are older first. */
  readonly #held = new Map<string, LogFile>();
  /** Nothing more is read of them; some of their records are not answered for yet. */
  readonly #leaving = new Set<LogFile>();
  /** Read to the end and answered for, but still in their folder, by inode; `size` is that of the path. */
  readonly #done = new Map<string, { file: string; size: number }>();
  /** Compressed copies of files that are held, by inode. */
  readonly #copies = new Map<string, string>();
  #containers: readonly string[] = [];
  #hasLooked = false;
  #isSelected = (_container: string): boolean => true;

  constructor(options: SourceOptions) {
    this.#options = options;
    this.#absent = new Absent(options.now);
  }

  /** The files to read. */
  files(): LogFile[] {
    return [...this.#held.values()].filter(({ checkpoint }) => this.#isSelected(checkpoint.container));
  }

  /** How many bytes a file that is held has now. */
  sizeOf(file: string): number | undefined {
    const held = this.#held.get(file);
    try {
      held?.look();
    } catch (error) {
      if (!isOfFile(error)) throw error;
    }
    return held?.account.size;
  }

  /** Whether a record waits only for the time in which it could go on. */
  get hasOpen(): boolean {
    return this.files().some((file) => file.isWaiting);
  }

  /** The folders in which files appear. */
  folders(): string[] {
    const { logs } = this.#options;
    return [logs, ...this.#containers.map((container) => `${logs}/${container}`)];
  }

  /** Compares the folders with what is held: opens what is new, marks what is finished. `ending`: nothing more will come. */
  look({ logs: { containers: chosen }, limits }: SidecarConfig, ending: boolean): void {
    const { logs, log, reminder } = this.#options;
    this.#isSelected = (container) => isCaptured(container, chosen);
    if (!existsSync(logs) && reminder.due('no log folder')) {
      log.warn("the pod's log folder is not there", { path: logs, cure: `check ${ENV.logs} and its volume` });
    }
    this.#tellOfUnsealed();
    this.#concludeLeaving();
    const present = new Set<string>();
    const unknown = new Set<string>();
    this.#containers = listContainers(logs, chosen, this.complain);
    const held = new Map(this.#held.values().map((file) => [file.inode, file]));
    for (const container of this.#containers) {
      // A file that cannot be seen is not gone.
      const onTrouble: OnTrouble = (path, error) => {
        unknown.add(container);
        this.complain(path, error);
      };
      const files = listFiles(logs, container, onTrouble);
      for (const [index, found] of files.entries()) {
        present.add(found.inode);
        // The runtime writes into a renamed file until it has opened the new one.
        const finished = ending || files.slice(index + 1).some(({ size, run }) => size > 0 || run > found.run);
        if (!this.#meet(found, held, finished || found.isPacked)) unknown.add(container);
      }
    }
    this.#part(present, ending);
    this.#bound(limits.heldBytes, present);
    this.#lookForAbsent(new Set(this.#containers).difference(unknown), ending);
  }

  /** Lets go of a file that is read to its end and answered for. */
  release(file: LogFile): void {
    this.#held.delete(file.checkpoint.file);
    this.#done.set(file.inode, { file: file.checkpoint.file, size: file.position });
    file.close();
    this.#conclude(file.conclude());
  }

  /**
   * Takes leave of a file that was begun anew under us: goes on in the copy that was made of it; or gives up what was not
   * handed over. The next look meets the new one.
   */
  restart(file: LogFile): void {
    if (this.#goOnInCopy(file)) return;
    const { lost, container, run } = file.checkpoint;
    // The mark by which the next look knows that this generation is over.
    file.checkpoint = { ...file.checkpoint, lost: { ...lost, Truncated: lost.Truncated ?? 0 } };
    const lostBytes = this.#leave(file, 'Truncated');
    this.#options.log.warn('a log file was truncated; it is read from its start', { container, run, lostBytes });
  }

  /** Says that a file or folder cannot be read, and goes on with the others. */
  readonly complain: OnTrouble = (path, error) => {
    const { log, reminder } = this.#options;
    if (!reminder.due(`read ${path}`)) return;
    const cure = 'it is tried again; log files belong to root:root 0640, so the sidecar needs the group 0';
    log.error('cannot read a log file or folder', { path, error: describe(error), cure });
  };

  /** Lets go of what a large record made the memory grow to, and of the buffer that files were read into. */
  shrink(): void {
    this.#collector.shrink();
    for (const file of [...this.#held.values(), ...this.#leaving]) file.shrink();
  }

  closeAll(): void {
    this.#concludeLeaving();
    for (const file of [...this.#held.values(), ...this.#leaving]) file.close();
    this.#held.clear();
    this.#leaving.clear();
  }

  /** False when it could not be found out which file this is. */
  #meet(found: FoundFile, byInode: Map<string, LogFile>, finished: boolean): boolean {
    if (found.size === 0 || this.#done.get(found.inode)?.size === found.size) return true;
    // A file that was done and has grown: its writer was late.
    this.#done.delete(found.inode);
    const held = byInode.get(found.inode);
    if (held) {
      held.finished ||= finished;
      return true;
    }
    if (this.#held.has(this.#copies.get(found.inode) ?? '')) return true;
    const opened = openFile(found, this.complain);
    if (!opened) return false;
    if (opened.isPacked && opened.size === 0) {
      closeFile(opened);
      this.#done.set(found.inode, { file: '', size: found.size });
      return true;
    }
    // Another file may have taken the path meanwhile: the next look meets both.
    const checkpoint = opened.inode === found.inode ? this.#identify(found, opened, finished) : undefined;
    const taken = checkpoint && this.#take(found, opened, checkpoint, finished);
    if (taken) byInode.set(found.inode, taken);
    else closeFile(opened);
    return checkpoint !== undefined;
  }

  /** Undefined when there is nothing to read in it. */
  #take(found: FoundFile, opened: Opened, checkpoint: Checkpoint, finished: boolean): LogFile | undefined {
    const { file, container, run } = checkpoint;
    // Its last records come first: until then nobody can tell what is left of it.
    if ([...this.#leaving].some((one) => one.checkpoint.file === file)) return undefined;
    if (this.#held.has(file)) {
      if (opened.isPacked) this.#copies.set(found.inode, file);
      return undefined;
    }
    if (finished && Math.min(...checkpoint.lanes) >= opened.size) {
      this.#done.set(found.inode, { file, size: found.size });
      if (!checkpoint.ended) this.#conclude(withRestLost({ ...checkpoint, size: opened.size }, 'Truncated'));
      return undefined;
    }
    const before = [...this.#held.values()].findLast(
      (one) => one.checkpoint.container === container && one.checkpoint.run === run,
    );
    const { folder, onOpened, state } = this.#options;
    // Should it be removed while nobody runs, it is known what is missing.
    if (!state.get(file)) state.save([{ ...checkpoint, size: opened.size }]);
    const log = new LogFile({ opened, checkpoint, collector: this.#collector, previous: before, folder });
    log.finished = finished;
    this.#held.set(file, log);
    onOpened(checkpoint);
    return log;
  }

  #goOnInCopy(file: LogFile): boolean {
    const { log, logs } = this.#options;
    const { container, run } = file.checkpoint;
    for (const found of listFiles(logs, container, this.complain)) {
      const opened = found.inode === file.inode ? undefined : openFile(found, this.complain);
      if (!opened) continue;
      if (file.isCopiedIn(opened)) {
        file.moveTo(opened);
        const { path } = found;
        log.info('a log file was copied and truncated; its copy is read to the end', { container, run, path });
        return true;
      }
      closeFile(opened);
    }
    return false;
  }

  /** The checkpoint that belongs to this file, a fresh one for a file never seen; undefined while it has no identity. */
  #identify({ container, run, rotated }: FoundFile, opened: Opened, finished: boolean): Checkpoint | undefined {
    const head = headOf(opened.head) ?? (finished && opened.head.length > 0 ? opened.head : undefined);
    if (!head) return undefined;
    const { podUid, state, log } = this.#options;
    const ids = new Map<number, string>();
    // A container may have had many files, nearly all of the same generation.
    const idOf = (generation: number) => {
      const id = ids.get(generation) ?? fileId({ podUid, container, run, generation }, head);
      ids.set(generation, id);
      return id;
    };
    let known: Checkpoint | undefined;
    for (const one of state.files()) {
      const isThis = one.container === container && one.run === run && one.file === idOf(one.generation);
      if (isThis && one.generation >= (known?.generation ?? 0)) known = one;
    }
    if (!known) return freshCheckpoint({ file: idOf(0), container, run, generation: 0 });
    // What was rotated is not begun anew: it is the file, or a copy that was made of it earlier.
    if (rotated !== '') return known;
    const isShorter = opened.size < Math.max(...known.lanes);
    if (isShorter)
      log.warn('a log file is shorter than what was acknowledged of it; it is read from its start', { container, run });
    if (!isShorter && known.lost.Truncated === undefined) return known;
    if (isShorter) this.#markTruncated(known);
    const generation = known.generation + 1;
    return freshCheckpoint({ file: idOf(generation), container, run, generation });
  }

  #markTruncated(checkpoint: Checkpoint): void {
    const { lost } = checkpoint;
    this.#options.state.save([{ ...checkpoint, lost: { ...lost, Truncated: lost.Truncated ?? 0 } }]);
  }

  /** What is removed gets no more lines; what is no longer selected is let go. */
  #part(present: ReadonlySet<string>, ending: boolean): void {
    for (const [id, file] of this.#held) {
      // Only missing from its folder, it is being renamed.
      if (ending || (!present.has(file.inode) && file.isRemoved)) file.finished = true;
      if (file.pending > 0 || this.#isSelected(file.checkpoint.container)) continue;
      this.#held.delete(id);
      file.close();
    }
    for (const inode of this.#done.keys()) if (!present.has(inode)) this.#done.delete(inode);
    for (const inode of this.#copies.keys()) if (!present.has(inode)) this.#copies.delete(inode);
  }

  /**
   * Keeps what is on the disk only because we hold it open below a limit, for the kubelet does not see it: takes the compressed
   * copy instead where there is one, else gives up the oldest.
   */
  #bound(limit: number, present: ReadonlySet<string>): void {
    const { log, reminder } = this.#options;
    for (;;) {
      const removed = [...this.#held.values()].filter((one) => !present.has(one.inode) && one.heldBytes > 0);
      const bytes = removed.reduce((sum, { heldBytes }) => sum + heldBytes, 0);
      if (bytes <= limit) return;
      const file = removed.find((one) => this.#takeCopy(one)) ?? removed[0]!;
      // The copy has a path of its own, unless that is gone, too.
      if (file.isPacked && file.heldBytes === 0) continue;
      const lostBytes = this.#leave(file, 'HeldTooLong');
      const { container, run } = file.checkpoint;
      if (reminder.due('given up'))
        log.error('a removed log file is given up: too much waits to be delivered', {
          container,
          run,
          lostBytes,
          limit,
        });
    }
  }

  /** Goes over to the compressed copy of a file, where there is one. */
  #takeCopy(file: LogFile): boolean {
    if (file.isPacked) return false;
    const { container } = file.checkpoint;
    const isCopy = ({ inode }: FoundFile) => this.#copies.get(inode) === file.checkpoint.file;
    const found = listFiles(this.#options.logs, container, this.complain).find(isCopy);
    const opened = found && openFile(found, this.complain);
    if (!opened) return false;
    this.#copies.delete(opened.inode);
    file.moveTo(opened);
    return true;
  }

  /** Returns how many bytes are lost with it. */
  #leave(file: LogFile, reason: LossReason): number {
    const bytes = file.giveUp(reason);
    this.#held.delete(file.checkpoint.file);
    this.#leaving.add(file);
    this.#options.state.save([file.checkpoint]);
    file.close();
    this.#concludeLeaving();
    return bytes;
  }

  /** An earlier run of the program may not have come to it. */
  #tellOfUnsealed(): void {
    if (this.#hasLooked) return;
    this.#hasLooked = true;
    for (const checkpoint of this.#options.state.files()) {
      if (checkpoint.ended && checkpoint.sealed !== checkpoint.size) this.#options.onEnded(checkpoint);
    }
  }

  #concludeLeaving(): void {
    for (const file of this.#leaving) {
      if (file.pending > 0) continue;
      this.#leaving.delete(file);
      this.#conclude(file.conclude());
    }
  }

  #conclude(checkpoint: Checkpoint): void {
    this.#options.state.save([checkpoint]);
    this.#options.onEnded(checkpoint);
  }

  /** `containers`: those of whose folders all is known. */
  #lookForAbsent(containers: ReadonlySet<string>, ending: boolean): void {
    const { state, log } = this.#options;
    const leaving = [...this.#leaving].map(({ checkpoint }) => checkpoint.file);
    const here = new Set([...this.#held.keys(), ...leaving, ...[...this.#done.values()].map(({ file }) => file)]);
    this.#absent.found(here);
    const absent = [...state.files()].filter(({ container, file }) => !here.has(file) && containers.has(container));
    for (const checkpoints of Map.groupBy(absent, ({ container }) => container).values()) {
      const { concluded, forgotten } = this.#absent.look(checkpoints, ending);
      for (const checkpoint of concluded) {
        const { run, container, lost } = checkpoint;
        const lostBytes = Object.values(lost).reduce((sum, bytes) => sum + bytes, 0);
        if (lostBytes > 0)
          log.warn('a log file was removed before it was read to its end', { container, run, lostBytes });
        this.#conclude(checkpoint);
      }
      for (const { file } of forgotten) state.forget(file);
    }
  }
}
