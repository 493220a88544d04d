import { mkdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { onTestFinished } from 'vitest';
import type { SidecarConfig } from '../../api/sidecar-config.ts';
import type { Grouping } from '../../sidecar/plain/grouper.ts';
import type { Extent, RawRecord } from '../../sidecar/plain/record.ts';
import { Reminder } from '../../sidecar/reminder.ts';
import { violations, type Checkpoint } from '../../sidecar/source/checkpoint.ts';
import { BegunAnew } from '../../sidecar/source/file-error.ts';
import type { LaneOffsets } from '../../sidecar/source/lane.ts';
import type { LogFile } from '../../sidecar/source/log-file.ts';
import { Source } from '../../sidecar/source/source.ts';
import { State } from '../../sidecar/source/state.ts';
import { configOf, POD_UID } from './process.ts';
import { listen } from './said.ts';
import { temporaryFolder } from './temporary.ts';

const ALL: SidecarConfig['logs']['containers'] = { include: [], exclude: [] };

export const PLAIN: Grouping = { continuation: undefined, limit: 1_048_576 };

/** A pod's folder, and a source that reads it; every record is acknowledged at once, unless `answers` says not yet. */
export class Reading {
  readonly folder: string;
  /** Every record of this source, in the order of reading. */
  readonly texts: string[] = [];
  readonly names: string[] = [];
  readonly violations: string[] = [];
  readonly said: ReturnType<typeof listen>['said'];
  readonly state: State;
  readonly source: Source;
  readonly opened: Checkpoint[] = [];
  readonly ended: Checkpoint[] = [];
  /** Milliseconds of the steady clock. */
  clock = 0;
  answers = true;
  onRecord: (record: RawRecord) => void = () => undefined;
  heldBytes = 64 * 1024 * 1024;
  readonly #unanswered: { file: LogFile; records: Extent[]; lanes: LaneOffsets }[] = [];

  constructor(folder = temporaryFolder()) {
    const { log, said } = listen();
    const reminder = new Reminder(() => 0);
    this.folder = folder;
    this.said = said;
    this.state = new State(join(folder, 'state'), { log, reminder, now: () => this.clock });
    const logs = join(folder, 'logs');
    mkdirSync(logs, { recursive: true });
    this.source = new Source({
      logs,
      podUid: POD_UID,
      state: this.state,
      folder: join(folder, 'state'),
      log,
      reminder,
      now: () => this.clock,
      onOpened: (checkpoint) => this.opened.push(checkpoint),
      onEnded: (checkpoint) => this.ended.push(checkpoint),
    });
    onTestFinished(() => {
      this.source.closeAll();
      if (this.violations.length > 0) throw new Error(this.violations.join('; '));
    });
  }

  path(name = '0.log', container = 'cart'): string {
    const path = join(this.folder, 'logs', container, name);
    mkdirSync(dirname(path), { recursive: true });
    return path;
  }

  /** Looks for files, and reads what there is; returns the texts that it had not read before. */
  async read({ ending = false, containers = ALL } = {}): Promise<string[]> {
    const before = this.texts.length;
    const config = configOf(['http://localhost']);
    const limits = { ...config.limits, heldBytes: this.heldBytes };
    this.source.look({ ...config, limits, logs: { containers, multiline: 'Off', drop: [], redact: [] } }, ending);
    for (const file of this.source.files()) await this.#readOn(file);
    return this.texts.slice(before);
  }

  /** Elasticsearch answers for everything that it was sent. */
  answer(): void {
    for (const { file, records, lanes } of this.#unanswered.splice(0)) {
      let { records: count, bytes, offsets } = file.checkpoint.stored;
      let settled = 0;
      for (const record of records) {
        count++;
        bytes += record.bytes;
        settled += record.bytes;
        offsets += BigInt(record.offset);
      }
      const checkpoint = { ...file.checkpoint, lanes, stored: { records: count, bytes, offsets } };
      this.state.save([file.settle(checkpoint, records.length, settled)]);
      this.#check(file);
    }
  }

  /** Elasticsearch has the seals of all files that have ended. */
  seal(): void {
    this.state.save(this.ended.splice(0).map((checkpoint) => ({ ...checkpoint, sealed: checkpoint.size })));
  }

  /** The process ends here, and another one goes on. */
  restart(): Reading {
    this.source.closeAll();
    return new Reading(this.folder);
  }

  async #readOn(file: LogFile): Promise<void> {
    const records: Extent[] = [];
    const emit = (record: RawRecord) => {
      const { buffer, start, end, offset, bytes, lane } = record;
      this.onRecord(record);
      this.texts.push(buffer.toString('utf8', start, end));
      this.names.push(`${file.checkpoint.file}.${offset}.${bytes}`);
      records.push({ offset, bytes, lane });
      return true;
    };
    const buffer = Buffer.alloc(65_536);
    if (!file.look()) return this.source.restart(file);
    await file.unpack();
    const reading = { grouping: PLAIN, buffer, now: { wall: 0, steady: this.clock }, emit };
    let isBegunAnew = false;
    try {
      while (file.unread > 0 && file.read(reading) > 0);
      while (file.finished && !file.ended) file.end(reading);
    } catch (error) {
      if (!(error instanceof BegunAnew)) throw error;
      isBegunAnew = true;
    }
    this.#unanswered.push({ file, records, lanes: file.lanesNow() });
    this.#check(file);
    if (this.answers) this.answer();
    if (isBegunAnew) this.source.restart(file);
    else if (file.finished && file.pending === 0) this.source.release(file);
  }

  /** The equation of every moment: each byte of the file is in one place. */
  #check(file: LogFile): void {
    const { size, answered, pending, open, lost, unread } = file.account;
    const sum = answered + pending + open + lost + unread;
    if (!file.isClosed && sum !== size) this.violations.push(`${sum} of ${size} bytes have a place`);
    this.violations.push(...violations(file.checkpoint));
  }
}
