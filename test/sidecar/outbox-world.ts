import type { RawRecord } from '../../sidecar/plain/record.ts';
import type { Batch } from '../../sidecar/sink/batch.ts';
import { BodyOnDemand } from '../../sidecar/sink/body-on-demand.ts';
import { PlainBody } from '../../sidecar/sink/bulk-body.ts';
import type { Fate, Fates } from '../../sidecar/sink/fates.ts';
import { Outbox } from '../../sidecar/sink/outbox.ts';
import { freshCheckpoint, type Checkpoint } from '../../sidecar/source/checkpoint.ts';
import { STDOUT, type LaneOffsets } from '../../sidecar/source/lane.ts';
import type { LogFile } from '../../sidecar/source/log-file.ts';

/** Of each record in the file. */
export const RECORD_BYTES = 10;

/** What an outbox needs of a log file, whose records are ten bytes each. */
export class Lines {
  position = 0;
  checkpoint: Checkpoint;

  constructor(name: string) {
    this.checkpoint = freshCheckpoint({ file: name.padEnd(24, '0'), container: 'cart', run: 0, generation: 0 });
  }

  get file(): LogFile {
    return this as unknown as LogFile;
  }

  next(text = 'a line'): RawRecord {
    const buffer = Buffer.from(text);
    const offset = this.position;
    this.position += RECORD_BYTES;
    const whole = { buffer, start: 0, end: buffer.length, cut: 0, continued: false };
    return { offset, bytes: RECORD_BYTES, lane: STDOUT, stamp: '2026-01-02T03:04:05Z', ...whole };
  }

  lanesNow(): LaneOffsets {
    return [this.position, this.position, this.position];
  }

  settle(checkpoint: Checkpoint): Checkpoint {
    this.checkpoint = checkpoint;
    return checkpoint;
  }
}

export interface Departure {
  readonly batch: Batch;
  readonly records: number;
  readonly answer: (fates: readonly Fate[]) => void;
  readonly fail: (error: Error) => void;
}

/** An outbox whose batches are answered for when a test says so. */
export function outboxWorld(changes: Partial<{ inFlight: number; batchBytes: number; batchAgeMs: number }> = {}) {
  const limits = { inFlight: 3, batchBytes: 1_000_000, batchAgeMs: 3000, ...changes };
  const clock = { ms: 0 };
  const departures: Departure[] = [];
  /** Records, and when. */
  const acknowledged: [number, number][] = [];
  const saved: Checkpoint[] = [];
  /** How many checkpoints there were, each time they were written. */
  const writes: number[] = [];
  const bodies: PlainBody[] = [];
  const body = new BodyOnDemand(() => {
    bodies.push(new PlainBody(() => 0));
    return bodies.at(-1)!;
  });
  const outbox = new Outbox({
    deliverer: {
      deliver: (batch) => {
        const { promise, resolve, reject } = Promise.withResolvers<Fates>();
        const isStored = (fate: Fate) => fate === 'stored' || fate === 'discarded';
        const answer = (fates: readonly Fate[]) => resolve(fates.every(isStored) ? 'stored' : fates);
        departures.push({ batch, records: batch.count, answer, fail: reject });
        return promise;
      },
    },
    body,
    state: {
      save: () => void writes.push(saved.length),
      remember: (checkpoints) => void saved.push(...checkpoints),
    },
    limits: () => limits,
    now: () => clock.ms,
    wall: () => clock.ms,
    onAcknowledged: ({ weights }, at) => acknowledged.push([weights.reduce((sum, weight) => sum + weight, 0), at]),
  });
  const lines = new Lines('a');
  const origin = { file: lines.checkpoint.file, constant: Buffer.from('"host.name":"n"') };
  const add = (count = 1, text?: string) => {
    for (let i = 0; i < count; i++) outbox.add(lines.file, origin, lines.next(text));
  };
  const send = (count = 1) => {
    add(count);
    outbox.dispatch();
  };
  const answer = async (at: number, fate: Fate = 'stored') => {
    departures[at]!.answer(Array.from({ length: departures[at]!.records }, () => fate));
    await outbox.landed(0);
  };
  return { outbox, bodies, limits, clock, departures, acknowledged, saved, writes, lines, origin, add, send, answer };
}
