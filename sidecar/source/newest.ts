import { Collector, type ReadAt } from '../plain/collect.ts';
import { isObject } from '../plain/group.ts';
import { Grouper, JOIN_MS, type Pass } from '../plain/grouper.ts';
import { LineReader, type Line } from '../plain/lines.ts';
import { stampMs } from '../plain/stamp.ts';
import { LANES, UNFRAMED } from './lane.ts';

export interface Newest extends Pass {
  readAt: ReadAt;
  /** What is looked at are the last bytes of the file before `size`, as many as the buffer has. */
  buffer: Buffer;
  size: number;
}

/**
 * Hands over the newest records of a file, without those before them: as far as it is certain where a record begins and ends,
 * so that each is just what it will be when the file is read in its order.
 */
export function readNewest({ readAt, buffer, size, ...pass }: Newest): void {
  const base = Math.max(0, size - buffer.length);
  const length = Math.min(readAt(buffer, base), size - base);
  const grouper = new Grouper({ readAt, collector: new Collector(), onLost: () => undefined, from: [1, 1, 1] });
  const before = LANES.map(() => new Before());
  const chunk = { bytes: buffer, from: 0, to: length, base, isLast: false };
  // The first line is the rest of one.
  chunk.from = base === 0 ? 0 : buffer.indexOf(10) + 1;
  if (chunk.from === 0 && base > 0) return;
  new LineReader().read(chunk, (line) => {
    const isCertain =
      line.lane !== UNFRAMED && before[line.lane]!.take(line, buffer, pass.grouping.continuation === undefined);
    return isCertain ? grouper.take(line, chunk, pass) : true;
  });
}

/** The line of a lane before the one at hand. */
class Before {
  #isKnown = false;
  #isCertain = false;
  #more = false;
  #isObject = false;
  #ms = 0;

  /** Whether a record begins with this line, or began with one before it, for certain. */
  take(line: Line, bytes: Buffer, isAlone: boolean): boolean {
    const ms = line.stampEnd > line.head ? stampMs(bytes, line.head, line.stampEnd) : this.#ms;
    const isWhole = !line.more && isObject(bytes, line);
    const isApart = isAlone || isWhole || this.#isObject || ms - this.#ms > JOIN_MS;
    this.#isCertain ||= this.#isKnown && !this.#more && isApart;
    this.#isObject = isWhole && !this.#more;
    this.#isKnown = true;
    this.#more = line.more;
    this.#ms = ms;
    return this.#isCertain;
  }
}
