import { statSync } from 'node:fs';
import type { SidecarConfig } from '../../api/sidecar-config.ts';
import type { Log } from '../../runtime/log.ts';
import { freshCheckpoint, type Checkpoint } from './checkpoint.ts';
import { closeFile, inodeOf, listContainers, listFiles, openFile, type FoundFile, type Opened } from './discovery.ts';
import { fileId, firstLine } from './identity.ts';
import { LogFile } from './log-file.ts';
import type { State } from './state.ts';

export interface SourceOptions {
  logs: string;
  podUid: string;
  state: State;
  log: Log;
}

interface Held {
  file: LogFile;
  container: string;
  inode: string;
}

/** Checkpoints kept of a container's files that are no longer there in plain: the kubelet keeps five, some compressed. */
const ABSENT_KEPT = 16;

/** The pod's log files: finds them, knows each by its identity, holds them open until they are read and answered for. */
export class Source {
  readonly #options: SourceOptions;
  readonly #held = new Map<string, Held>();
  /** Read to their end and answered for, but still in their folder: inode to identity. */
  readonly #done = new Map<string, string>();

  constructor(options: SourceOptions) {
    this.#options = options;
  }

  files(): LogFile[] {
    return [...this.#held.values()].map(({ file }) => file);
  }

  /** Compares the folders with what is held: opens what is new, marks what is finished. `ending`: nothing more will come. */
  look(settings: SidecarConfig, ending: boolean): void {
    const { logs } = this.#options;
    const present = new Set<string>();
    const containers = new Set(listContainers(logs, settings.logs.containers));
    for (const container of containers) {
      const files = listFiles(logs, container).flatMap((found) => {
        const stat = statSync(found.path, { throwIfNoEntry: false });
        return stat ? [{ ...found, size: stat.size, inode: inodeOf(stat) }] : [];
      });
      for (const [index, found] of files.entries()) {
        present.add(found.inode);
        // The runtime writes into a renamed file until it has opened the new one.
        const finished = ending || files.slice(index + 1).some((later) => later.size > 0 || later.run > found.run);
        this.#meet(found, found.inode, finished, settings);
      }
    }
    this.#part(containers, present);
    for (const container of containers) this.#forget(container);
  }

  /** Lets go of a file that is read to its end and answered for. */
  release(file: LogFile): void {
    const held = this.#held.get(file.checkpoint.file);
    if (held?.file !== file) return;
    this.#held.delete(file.checkpoint.file);
    this.#done.set(held.inode, file.checkpoint.file);
    file.close();
  }

  closeAll(): void {
    for (const { file } of this.#held.values()) file.close();
    this.#held.clear();
  }

  #meet(found: FoundFile, inode: string, finished: boolean, settings: SidecarConfig): void {
    if (this.#done.has(inode)) return;
    for (const held of this.#held.values()) {
      if (held.inode !== inode) continue;
      if (finished) held.file.finished = true;
      return;
    }
    const opened = openFile(found.path);
    if (!opened) return;
    const checkpoint = this.#identify(found, opened, finished);
    if (!checkpoint || this.#held.has(checkpoint.file)) return closeFile(opened.fd);
    const file = new LogFile(opened.fd, checkpoint, settings.limits.recordBytes);
    file.finished = finished;
    this.#held.set(checkpoint.file, { file, container: found.container, inode: opened.inode });
  }

  /** The checkpoint that belongs to this file, a fresh one for a file never seen; undefined while it has no identity. */
  #identify(found: FoundFile, opened: Opened, finished: boolean): Checkpoint | undefined {
    const head = firstLine(opened.head) ?? (finished && opened.head.length > 0 ? opened.head : undefined);
    if (!head) return undefined;
    const { container, run } = found;
    for (let generation = 0; ; generation++) {
      const file = fileId({ podUid: this.#options.podUid, container, run, generation }, head);
      const known = this.#options.state.get(file);
      if (!known) return freshCheckpoint({ file, container, run, generation });
      if (opened.size >= Math.max(...known.lanes)) return known;
    }
  }

  /** What is no longer in its folder gets no more lines; what is no longer selected is let go. */
  #part(containers: ReadonlySet<string>, present: ReadonlySet<string>): void {
    for (const [id, held] of this.#held) {
      if (!present.has(held.inode)) held.file.finished = true;
      if (!containers.has(held.container) && this.#options.state.get(id) === held.file.checkpoint) {
        this.#held.delete(id);
        held.file.close();
      }
    }
    for (const inode of this.#done.keys()) if (!present.has(inode)) this.#done.delete(inode);
  }

  /** Checkpoints of files that are gone would fill the state volume in time. */
  #forget(container: string): void {
    const here = new Set([...this.#held.keys(), ...this.#done.values()]);
    const absent = [...this.#options.state.files()].filter((one) => one.container === container && !here.has(one.file));
    for (const { file } of absent.slice(0, -ABSENT_KEPT)) this.#options.state.forget(file);
  }

  /** A file that became shorter than what was read: its descriptor is let go, and the next look meets it as a new one. */
  truncated(file: LogFile, before: number): Checkpoint {
    const { lost } = file.checkpoint;
    const bytes = Math.max(0, before - file.position);
    file.checkpoint = { ...file.checkpoint, lost: { ...lost, Truncated: (lost.Truncated ?? 0) + bytes } };
    this.#options.log.warn('a log file was truncated; what had not been read is lost', {
      container: file.checkpoint.container,
      file: file.checkpoint.file,
      bytes,
    });
    this.#held.delete(file.checkpoint.file);
    return file.checkpoint;
  }
}
