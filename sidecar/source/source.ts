import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { ENV } from '../../api/names.ts';
import type { SidecarConfig } from '../../api/sidecar-config.ts';
import { describe } from '../../runtime/errors.ts';
import type { Log } from '../../runtime/log.ts';
import type { Emit } from '../plain/lines.ts';
import type { Reminder } from '../reminder.ts';
import { freshCheckpoint, type Checkpoint } from './checkpoint.ts';
import {
  isCaptured,
  listContainers,
  listFiles,
  closeFile,
  openFile,
  type FoundFile,
  type Opened,
} from './discovery.ts';
import { fileId, firstLine } from './identity.ts';
import { LogFile } from './log-file.ts';
import type { State } from './state.ts';

export interface SourceOptions {
  logs: string;
  podUid: string;
  state: State;
  log: Log;
  reminder: Reminder;
}

/** Checkpoints kept of a container's files that are no longer there in plain: the kubelet keeps five, some compressed. */
const ABSENT_KEPT = 16;

/** The pod's log files: finds them, knows each by its identity, holds them open until they are read and answered for. */
export class Source {
  readonly #options: SourceOptions;
  readonly #held = new Map<string, LogFile>();
  /** Read to the end and answered for, but still in their folder, by inode. */
  readonly #done = new Map<string, { file: string; size: number }>();
  #containers: readonly string[] = [];
  #isSelected = (_container: string): boolean => true;

  constructor(options: SourceOptions) {
    this.#options = options;
  }

  /** The files to read. */
  files(): LogFile[] {
    return [...this.#held.values()].filter(({ checkpoint }) => this.#isSelected(checkpoint.container));
  }

  /** The folders in which files appear. */
  folders(): string[] {
    const { logs } = this.#options;
    return [logs, ...this.#containers.map((container) => join(logs, container))];
  }

  /** Compares the folders with what is held: opens what is new, marks what is finished. `ending`: nothing more will come. */
  look({ logs: { containers: chosen }, limits }: SidecarConfig, ending: boolean): void {
    const { logs, log, reminder } = this.#options;
    this.#isSelected = (container) => isCaptured(container, chosen);
    if (!existsSync(logs) && reminder.due('no log folder')) {
      log.warn("the pod's log folder is not there", { path: logs, cure: `check ${ENV.logs} and its volume` });
    }
    const present = new Set<string>();
    this.#containers = listContainers(logs, chosen, this.complain);
    for (const container of this.#containers) {
      const files = listFiles(logs, container, this.complain);
      for (const [index, found] of files.entries()) {
        present.add(found.inode);
        // The runtime writes into a renamed file until it has opened the new one.
        const finished = ending || files.slice(index + 1).some(({ size, run }) => size > 0 || run > found.run);
        this.#meet(found, finished, limits.recordBytes);
      }
    }
    this.#part(present, ending);
    for (const container of this.#containers) this.#forget(container);
  }

  /** Lets go of a file that is read to its end and answered for. */
  release(file: LogFile): void {
    this.#held.delete(file.checkpoint.file);
    this.#done.set(file.inode, { file: file.checkpoint.file, size: file.position });
    file.close();
  }

  /**
   * Takes leave of a file that was begun anew under us: goes on in the copy that was made of it; or ends it, and then what was
   * read is handed over and the rest is lost and counted. The next look meets the new one.
   */
  restart(file: LogFile, emit: Emit): void {
    if (this.#goOnInCopy(file)) return;
    const { lost, container, run } = file.checkpoint;
    const bytes = file.abandon(emit);
    file.checkpoint = { ...file.checkpoint, lost: { ...lost, Truncated: (lost.Truncated ?? 0) + bytes } };
    this.#options.log.warn('a log file was truncated; it is read from its start', { container, run, lostBytes: bytes });
    this.#options.state.save([file.checkpoint]);
    this.#held.delete(file.checkpoint.file);
    file.close();
  }

  /** Says that a file or folder cannot be read, and goes on with the others. */
  readonly complain = (path: string, error: unknown): void => {
    const { log, reminder } = this.#options;
    if (!reminder.due(`read ${path}`)) return;
    const cure = 'it is tried again; log files belong to root:root 0640, so the sidecar needs the group 0';
    log.error('cannot read a log file or folder', { path, error: describe(error), cure });
  };

  closeAll(): void {
    for (const file of this.#held.values()) file.close();
    this.#held.clear();
  }

  #meet(found: FoundFile, finished: boolean, recordBytes: number): void {
    const done = this.#done.get(found.inode);
    if (done?.size === found.size || found.size === 0) return;
    // A file that was done and has grown: its writer was late.
    this.#done.delete(found.inode);
    const held = this.#held.values().find(({ inode }) => inode === found.inode);
    if (held) {
      held.finished ||= finished;
      return;
    }
    const opened = openFile(found.path, this.complain);
    if (!opened) return;
    // Another file may have taken the path meanwhile: the next look meets both.
    const checkpoint = opened.inode === found.inode ? this.#identify(found, opened, finished) : undefined;
    if (!checkpoint || this.#held.has(checkpoint.file)) return closeFile(opened);
    const file = new LogFile(opened, checkpoint, recordBytes);
    file.finished = finished;
    this.#held.set(checkpoint.file, file);
  }

  #goOnInCopy(file: LogFile): boolean {
    const { log, logs } = this.#options;
    const { container, run } = file.checkpoint;
    for (const { inode, path } of listFiles(logs, container, this.complain)) {
      const opened = inode === file.inode ? undefined : openFile(path, this.complain);
      if (!opened) continue;
      if (file.isCopiedIn(opened)) {
        file.moveTo(opened);
        log.info('a log file was copied and truncated; its copy is read to the end', { container, run, path });
        return true;
      }
      closeFile(opened);
    }
    return false;
  }

  /** The checkpoint that belongs to this file, a fresh one for a file never seen; undefined while it has no identity. */
  #identify({ container, run }: FoundFile, opened: Opened, finished: boolean): Checkpoint | undefined {
    const head = firstLine(opened.head) ?? (finished && opened.head.length > 0 ? opened.head : undefined);
    if (!head) return undefined;
    const { podUid, state, log } = this.#options;
    const idOf = (generation: number) => fileId({ podUid, container, run, generation }, head);
    let known: Checkpoint | undefined;
    for (const one of state.files()) {
      const isThis = one.container === container && one.run === run && one.file === idOf(one.generation);
      if (isThis && one.generation >= (known?.generation ?? 0)) known = one;
    }
    if (!known) return freshCheckpoint({ file: idOf(0), container, run, generation: 0 });
    const isShorter = opened.size < Math.max(...known.lanes);
    if (isShorter)
      log.warn('a log file is shorter than what was acknowledged of it; it is read from its start', { container, run });
    if (!isShorter && known.lost.Truncated === undefined) return known;
    const generation = known.generation + 1;
    return freshCheckpoint({ file: idOf(generation), container, run, generation });
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
  }

  /** Checkpoints of files that are gone would fill the state volume in time. */
  #forget(container: string): void {
    const here = new Set([...this.#held.keys(), ...[...this.#done.values()].map(({ file }) => file)]);
    const absent = [...this.#options.state.files()].filter((one) => one.container === container && !here.has(one.file));
    for (const { file } of absent.slice(0, -ABSENT_KEPT)) this.#options.state.forget(file);
  }
}
