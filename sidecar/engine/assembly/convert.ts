// Whole lines of a chunk become documents, as long as nothing about them is out of the ordinary.
import { CLOSE_BRACE, NEWLINE, OPEN_BRACE, find } from './bytes';
import { laneOf, textOf } from './cri';
import { JSON, writeClose, writeFields, writeOpening } from './document';
import { LEVEL, endOf, has, startOf } from './facts';
import { members, writeMembers } from './object';
import { candidate } from './redact';
import { isUrgent } from './urgent';
import { isUtf8 } from './utf8';

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

/** Takes lines until one is out of the ordinary, the body is full, or there is none left. */
export function convert(job: Job): void {
  const start: usize = job.at;
  const end: usize = job.end;
  const full: usize = job.full;
  const base = <u64>job.offset;
  const lanes = job.lanes;
  const kinds = job.redact;
  const limit: usize = job.limit;
  let at = start;
  let to: usize = job.to;
  let rows: u32 = 0;
  const most = job.most;
  while (at < end && to < full && rows < most) {
    const stop = find(at, end, NEWLINE);
    if (stop == end) break;
    const text = textOf(at, stop);
    if (!text || !((lanes >> laneOf(text)) & 1)) break;
    const size = stop - text;
    if (size < 2 || size > limit || load<u8>(text) != OPEN_BRACE || load<u8>(stop - 1) != CLOSE_BRACE) break;
    if (kinds && candidate(text, stop, kinds)) break;
    if (members(text) != stop || !isUtf8(text, stop)) break;
    const offset = base + <u64>(at - start);
    const bytes = stop + 1 - at;
    to = writeOpening(to, at, text, offset, bytes);
    to = writeClose(writeMembers(writeFields(to, JSON, offset, bytes)));
    if (has(LEVEL) && isUrgent(startOf(LEVEL), endOf(LEVEL))) job.urgent = 1;
    store<f64>(<usize>job.offsets + ((<usize>rows) << 3), <f64>offset);
    store<u32>(<usize>job.bytes + ((<usize>rows) << 2), <u32>bytes);
    store<u32>(<usize>job.ends + ((<usize>rows) << 2), <u32>(to - <usize>job.body));
    store<u8>(<usize>job.laneOf + rows, <u8>laneOf(text));
    rows++;
    at = stop + 1;
  }
  job.at = <u32>at;
  job.to = <u32>to;
  job.rows = rows;
}
