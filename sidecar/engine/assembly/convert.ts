// Whole lines of a chunk become documents, as long as nothing about them is out of the ordinary.
import { CLOSE_BRACE, NEWLINE, OPEN_BRACE, find } from './bytes';
import { laneOf, textOf } from './cri';
import { JSON, writeClose, writeFields, writeOpening } from './document';
import { LEVEL, endOf, has, startOf } from './facts';
import { members, writeMembers } from './object';
import { BEGIN, BEHIND_TEXT, isOrdinary } from './openings';
import { wasUrgent, writeText } from './record';
import { candidate } from './redact';
import { isUrgent } from './urgent';
import { isUtf8 } from './utf8';

/** How lines of text become records: each by itself; stack traces are put together; the host has a pattern. */
const ALONE: u32 = 0;
const TRACES: u32 = 1;

/** What the host asks for, and what came of it; addresses and sizes of 32 bits but for the first field. */
export class Job {
  /** Where the byte at `at` stands in its file. */
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
}

/** The document of the line [at, stop), whose text begins at `text`, is written up to `to`. */
function row(job: Job, at: usize, stop: usize, offset: u64, lane: u32, to: usize): void {
  const rows = <usize>job.rows;
  store<f64>(<usize>job.offsets + (rows << 3), <f64>offset);
  store<u32>(<usize>job.bytes + (rows << 2), <u32>(stop + 1 - at));
  store<u32>(<usize>job.ends + (rows << 2), <u32>(to - <usize>job.body));
  store<u8>(<usize>job.laneOf + rows, <u8>lane);
  job.rows++;
  job.to = <u32>to;
}

/** Writes the line as JSON; false when that is the plain writer's. */
function writeObject(job: Job, at: usize, text: usize, stop: usize, offset: u64): bool {
  const kinds = job.redact;
  if (kinds && candidate(text, stop, kinds)) return false;
  if (members(text) != stop || !isUtf8(text, stop)) return false;
  const bytes = stop + 1 - at;
  let to = writeOpening(job.to, at, text, offset, bytes);
  to = writeClose(writeMembers(writeFields(to, JSON, offset, bytes)));
  if (has(LEVEL) && isUrgent(startOf(LEVEL), endOf(LEVEL))) job.urgent = 1;
  row(job, at, stop, offset, laneOf(text), to);
  return true;
}

/** Writes the line as text; false when that is the plain writer's. */
function writeLine(job: Job, at: usize, text: usize, stop: usize, offset: u64): bool {
  const bytes = stop + 1 - at;
  let to = writeOpening(job.to, at, text, offset, bytes);
  to = writeText(to, text, stop, <f64>offset, <u32>bytes, job.redact);
  if (!to) return false;
  if (wasUrgent) job.urgent = 1;
  row(job, at, stop, offset, laneOf(text), to);
  return true;
}

/**
 * Takes lines until one is out of the ordinary, the body is full, or there is none left. A line of text is taken when the next
 * one of its lane has come and cannot go on with it; lines of another lane between them end the work.
 */
export function convert(job: Job): void {
  const start: usize = job.at;
  const end: usize = job.end;
  const limit: usize = job.limit;
  const multiline = job.multiline;
  const base = <u64>job.offset - start;
  let at = start;
  job.rows = 0;
  // An ordinary line of text that waits for the next one; 0 when none does.
  let waiting: usize = 0;
  let waitingText: usize = 0;
  while (at < end && job.to < job.full && job.rows + 1 < job.most) {
    const stop = find(at, end, NEWLINE);
    if (stop == end) break;
    const text = textOf(at, stop);
    if (!text || !((job.lanes >> laneOf(text)) & 1)) break;
    const size = stop - text;
    if (size > limit || (waiting && laneOf(waitingText) != laneOf(text))) break;
    const isObject = size > 1 && load<u8>(text) == OPEN_BRACE && load<u8>(stop - 1) == CLOSE_BRACE;
    if (!isObject && multiline > TRACES) break;
    if (waiting) {
      if (!isObject && !isOrdinary(BEHIND_TEXT, text, stop)) break;
      if (!writeLine(job, waiting, waitingText, at - 1, base + waiting)) break;
      waiting = 0;
      if (job.to >= job.full) break;
    }
    if (isObject) {
      if (!writeObject(job, at, text, stop, base + at)) break;
    } else if (multiline == ALONE) {
      if (!writeLine(job, at, text, stop, base + at)) break;
    } else {
      if (!isOrdinary(BEGIN, text, stop)) break;
      waiting = at;
      waitingText = text;
    }
    at = stop + 1;
  }
  job.at = <u32>(waiting ? waiting : at);
}
