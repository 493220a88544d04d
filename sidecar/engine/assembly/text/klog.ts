// The header of klog and glog (plain/formats/klog.ts).
import { CLOSE_BRACKET, COLON, SPACE, literal } from '../bytes';
import { BARE, FILE_LINE, FILE_NAME, PLAIN, PROCESS_PID, set, setLevel } from '../facts';
import { endOfDigits, isCount, looksLike } from './alphabet';
import { letterLevel } from './letter';

const TIME_BYTES: usize = 17;
const TIME = literal(' 00:00:00.000000 ', 17);

/** Whether a text that begins with this byte may be of klog: I, W, E or F. @inline */
export function mayBeKlog(first: u32): bool {
  return first == 0x49 || first == 0x57 || first == 0x45 || first == 0x46;
}

/** Takes what the header of [start, end) says, whose first byte may be klog's; whether there is one. */
export function klog(start: usize, end: usize): bool {
  const day = endOfDigits(start + 1, end);
  if ((day != start + 5 && day != start + 9) || !looksLike(TIME, TIME_BYTES, day, end)) return false;
  let thread = day + TIME_BYTES;
  while (thread < end && load<u8>(thread) == SPACE) thread++;
  const threadEnd = endOfDigits(thread, end);
  if (threadEnd == thread || threadEnd >= end || load<u8>(threadEnd) != SPACE) return false;
  const file = threadEnd + 1;
  let fileEnd = file;
  while (fileEnd < end && load<u8>(fileEnd) != COLON && load<u8>(fileEnd) > SPACE) fileEnd++;
  if (fileEnd == file || fileEnd >= end || load<u8>(fileEnd) != COLON) return false;
  const number = fileEnd + 1;
  const numberEnd = endOfDigits(number, end);
  if (numberEnd == number || numberEnd >= end || load<u8>(numberEnd) != CLOSE_BRACKET) return false;
  setLevel(letterLevel(load<u8>(start)) - 1);
  if (isCount(thread, threadEnd)) set(PROCESS_PID, BARE, thread, threadEnd);
  set(FILE_NAME, PLAIN, file, fileEnd);
  if (isCount(number, numberEnd)) set(FILE_LINE, BARE, number, numberEnd);
  return true;
}
