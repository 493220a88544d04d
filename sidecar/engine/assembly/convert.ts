// Whole lines of a chunk become documents, as long as each is a record of its own.
import { CLOSE_BRACE, NEWLINE, OPEN_BRACE, find } from './bytes';
import { laneOf, textOf } from './cri';
import { writeOpening } from './document';
import { BEGIN, BEHIND_TEXT, isOrdinary } from './openings';
import { wasUrgent, writePayload } from './record';

/** How lines of text become records: each by itself; stack traces are put together; the host has a pattern. */
const ALONE: u32 = 0;
const TRACES: u32 = 1;

/** What the host asks for, and what came of it; addresses and sizes of 32 bits but for the first field. */
export class Job {
  /** Where the byte at address 0 would stand in the file. */
  offset: f64 = 0;
  /** The first line; afterwards, the first that was not taken. */
  at: u32 = 0;
  end: u32 = 0;
  /** Where the body begins, and where the next document goes. */
  body: u32 = 0;
  to: u32 = 0;
  /** A body that reaches here is full. */
  full: u32 = 0;
  /** Lanes whose lines may be taken, a bit each. */
  lanes: u32 = 0;
  /** Bytes of a text past which it is cut. */
  limit: u32 = 0;
  /** How lines of text become records. */
  multiline: u32 = 0;
  /** Kinds of redaction. */
  redact: u32 = 0;
  /** Tables with a row for each document: its offset (f64), its bytes (u32), the end of its lines in the body (u32), its lane (u8). */
  offsets: u32 = 0;
  bytes: u32 = 0;
  ends: u32 = 0;
  laneOf: u32 = 0;
  /** Rows written, and how many there may be. */
  rows: u32 = 0;
  most: u32 = 0;
  /** A document has a level of which people want to know at once. */
  urgent: u32 = 0;
  /** Bytes of the file that the documents cover. */
  covered: u32 = 0;
  /** By lane a line of text before `at` that still waits for the next one: where it begins; 0 when none does. */
  waitingOut: u32 = 0;
  waitingError: u32 = 0;
  /** A line that the host has to write, which then asks again; 0 when there is none. Its text and its newline. */
  declined: u32 = 0;
  declinedText: u32 = 0;
  declinedStop: u32 = 0;
  /** Sum of the documents' offsets. */
  offsetSum: f64 = 0;
}

/** The document of the line [at, stop), whose text begins at `text`, is written up to `to`. */
function row(job: Job, at: usize, stop: usize, offset: u64, lane: u32, to: usize): void {
  const rows = <usize>job.rows;
  store<f64>(<usize>job.offsets + (rows << 3), <f64>offset);
  store<u32>(<usize>job.bytes + (rows << 2), <u32>(stop + 1 - at));
  store<u32>(<usize>job.ends + (rows << 2), <u32>(to - <usize>job.body));
  store<u8>(<usize>job.laneOf + rows, <u8>lane);
  job.rows++;
  job.covered += <u32>(stop + 1 - at);
  job.offsetSum += <f64>offset;
  job.to = <u32>to;
}

/** Writes the record of a line; false when the host has to. */
function writeLine(job: Job, at: usize, text: usize, stop: usize): bool {
  const bytes = stop + 1 - at;
  const offset = <u64>(<i64>job.offset + <i64>at);
  let to = writeOpening(job.to, at, text, offset, bytes);
  to = writePayload(to, text, stop, <f64>offset, <u32>bytes, job.redact);
  if (!to) {
    job.declined = <u32>at;
    job.declinedText = <u32>text;
    job.declinedStop = <u32>stop;
    return false;
  }
  if (wasUrgent) job.urgent = 1;
  row(job, at, stop, offset, laneOf(text), to);
  return true;
}

/** An ordinary line of text that waits for the next one of its lane: where it begins, its text, and its newline. */
const WAITING: usize = 12;
const waiting = memory.data(2 * 12);

/** Where the waiting line of this lane stands. @inline */
function waitingOf(lane: u32): usize {
  return waiting + <usize>lane * WAITING;
}

/** @inline */
function wait(lane: u32, at: usize, text: usize, stop: usize): void {
  const line = waitingOf(lane);
  store<u32>(line, <u32>at);
  store<u32>(line, <u32>text, 4);
  store<u32>(line, <u32>stop, 8);
}

/**
 * Takes lines until one may not be a record of its own, the host has to write one, the body is full, or there is none left. A line
 * of text is taken when the next one of its lane has come and cannot go on with it.
 */
export function convert(job: Job): void {
  const end: usize = job.end;
  const limit: usize = job.limit;
  const multiline = job.multiline;
  let at: usize = job.at;
  if (!job.declined) {
    job.rows = 0;
    job.covered = 0;
    job.offsetSum = 0;
    memory.fill(waiting, 0, 2 * WAITING);
  }
  job.declined = 0;
  while (at < end && job.to < job.full && job.rows + 1 < job.most) {
    const stop = find(at, end, NEWLINE);
    if (stop == end) break;
    const text = textOf(at, stop);
    if (!text) break;
    const lane = laneOf(text);
    const size = stop - text;
    if (!((job.lanes >> lane) & 1) || size > limit) break;
    const isObject = size > 1 && load<u8>(text) == OPEN_BRACE && load<u8>(stop - 1) == CLOSE_BRACE;
    if (!isObject && multiline > TRACES) break;
    const line = waitingOf(lane);
    const before: usize = load<u32>(line);
    if (before) {
      if (!isObject && !isOrdinary(BEHIND_TEXT, text, stop)) break;
      store<u32>(line, 0);
      if (!writeLine(job, before, load<u32>(line, 4), load<u32>(line, 8)) || job.to >= job.full) break;
    }
    if (isObject || multiline == ALONE) {
      if (!writeLine(job, at, text, stop)) {
        at = stop + 1;
        break;
      }
    } else {
      if (!isOrdinary(BEGIN, text, stop)) break;
      wait(lane, at, text, stop);
    }
    at = stop + 1;
  }
  job.at = <u32>(job.declined ? at : giveBack(giveBack(at)));
  job.waitingOut = load<u32>(waitingOf(0));
  job.waitingError = load<u32>(waitingOf(1));
}

/** Where reading goes on when a line that waits stands right before `at`: there it is read again, with those that follow. */
function giveBack(at: usize): usize {
  for (let lane: u32 = 0; lane < 2; lane++) {
    const line = waitingOf(lane);
    if (!load<u32>(line) || <usize>load<u32>(line, 8) + 1 != at) continue;
    at = load<u32>(line);
    store<u32>(line, 0);
  }
  return at;
}
