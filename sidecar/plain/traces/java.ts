import { EXCEPTION_NAME } from './exception-name.ts';
import { CLOSING, indented, likeAfter, starts } from './shape.ts';
import { LOG, OUTSET, rule, type Rule } from './state.ts';

/** `Nov 25, 2026 1:34:27 PM com.acme.Shop main`; newer ones have a narrow space before `PM`. */
const JAVA_UTIL_LOGGING = likeAfter(
  ['Jan ', 'Feb ', 'Mar ', 'Apr ', 'May ', 'Jun ', 'Jul ', 'Aug ', 'Sep ', 'Oct ', 'Nov ', 'Dec '],
  /^[A-Z][a-z]{2} \d\d?, \d{4},? \d\d?:\d\d:\d\d(?: |\xe2\x80\xaf|\?)[AP]M /,
);

/** Java, Kotlin, Scala. Node.js and .NET have the same frames. */
export const JAVA: readonly Rule[] = [
  rule(OUTSET, starts('Exception in thread "'), 'exception'),
  rule([...OUTSET, ...LOG], EXCEPTION_NAME, 'exception'),
  rule(['begin'], JAVA_UTIL_LOGGING, 'jul'),
  rule(['jul'], starts('SEVERE: ', 'WARNING: ', 'INFO: ', 'CONFIG: ', 'FINE: ', 'FINER: ', 'FINEST: '), 'text'),
  rule([...LOG, 'exception', 'frames', 'error'], indented('at ', '... '), 'frames'),
  rule(['begin', 'middle', ...LOG, 'exception', 'frames'], starts('Caused by: ', 'Wrapped by: '), 'frames'),
  rule(['frames'], CLOSING, 'frames'),
];
