import { levelCode, NUMBER, PLAIN, type Facts } from '../facts.ts';
import { FILE_LINE, FILE_NAME, PROCESS_PID } from '../fields.ts';
import { endOfDigits, looksLike } from './alphabet.ts';
import { isCount } from './number.ts';

const [SPACE, COLON, CLOSE] = [32, 58, 93];
/** By letter, `LEVELS`' number and one. */
const LETTERS = new Uint8Array(256);
for (const level of ['info', 'warning', 'error', 'fatal'] as const) {
  LETTERS[level.toUpperCase().charCodeAt(0)] = levelCode(level) + 1;
}
const TIME = ' 00:00:00.000000 ';

/**
 * The header `Lmmdd hh:mm:ss.uuuuuu thread file:line]` of klog and glog (github.com/kubernetes/klog, `formatHeader`), where L is
 * I, W, E or F; newer versions of glog write `yyyymmdd`. It gives level, process id (klog prints that of the process), file
 * and line. Only the beginning of the record is looked at: other lines may follow.
 */
export function klog(bytes: Uint8Array, start: number, end: number, facts: Facts): boolean {
  if (start === end || LETTERS[bytes[start]!] === 0) return false;
  const day = endOfDigits(bytes, start + 1, end);
  if ((day !== start + 5 && day !== start + 9) || !looksLike(TIME, bytes, day, end)) return false;
  let thread = day + TIME.length;
  while (thread < end && bytes[thread] === SPACE) thread++;
  const threadEnd = endOfDigits(bytes, thread, end);
  if (threadEnd === thread || bytes[threadEnd] !== SPACE) return false;
  const file = threadEnd + 1;
  const fileEnd = endOfFile(bytes, file, end);
  const line = endOfDigits(bytes, fileEnd + 1, end);
  if (fileEnd === file || bytes[fileEnd] !== COLON || line === fileEnd + 1 || line >= end || bytes[line] !== CLOSE) {
    return false;
  }
  facts.setLevel(LETTERS[bytes[start]!]! - 1);
  if (isCount(bytes, thread, threadEnd)) facts.set(PROCESS_PID, NUMBER, thread, threadEnd);
  facts.set(FILE_NAME, PLAIN, file, fileEnd);
  if (isCount(bytes, fileEnd + 1, line)) facts.set(FILE_LINE, NUMBER, fileEnd + 1, line);
  return true;
}

/** Index after the name of a file at `at`, which has no spaces. */
function endOfFile(bytes: Uint8Array, at: number, end: number): number {
  while (at < end && bytes[at] !== COLON && bytes[at]! > SPACE) at++;
  return at;
}
