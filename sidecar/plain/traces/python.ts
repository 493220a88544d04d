import { NAMES } from './opening.ts';
import { ANYTHING, BLANK, indented, like, starts } from './shape.ts';
import { LOG, OUTSET, rule, type Rule } from './state.ts';

/** Below the frames, at the left edge: `KeyError: 'id'`, `requests.exceptions.Timeout`. */
const EXCEPTION = like(NAMES, /^[\w.<>\x80-\xff]*[\w>\x80-\xff](?:: |:?$)/, ANYTHING.matches);
const QUOTES = like('"', /^"""$/, (_, start, end) => end - start === 3);

export const PYTHON: readonly Rule[] = [
  rule([...OUTSET, ...LOG, 'python chain'], starts('Traceback (most recent call last):'), 'python'),
  rule([...OUTSET, ...LOG, 'python'], indented('File "'), 'python'),
  rule([...OUTSET, ...LOG, 'python chain'], indented('+ Exception Group Traceback (most'), 'python end'),
  rule(['python'], EXCEPTION, 'python end'),
  rule(
    ['python end'],
    starts('DETAIL: ', 'HINT: ', 'CONTEXT: ', 'LINE ', '(Background on this error at: '),
    'python end',
  ),
  rule(['python end', 'python blank'], starts('[SQL: ', '[parameters: '), 'python end'),
  rule(['python end'], BLANK, 'python blank'),
  rule(
    [...OUTSET, 'middle', 'python blank'],
    starts('During handling of the above exception, another', 'The above exception was the direct cause of'),
    'python chain',
  ),
  rule(['python chain'], BLANK, 'python chain'),
  // A traceback of another process, quoted by multiprocessing.
  rule(LOG, QUOTES, 'text'),
  rule(['python end'], QUOTES, 'python end'),
  // asyncio says what it was doing on lines of their own.
  rule(LOG, starts('future: <', 'task: <', 'handle: <', 'protocol: <', 'transport: <', 'source_traceback: '), 'text'),
  rule(OUTSET, starts('Fatal Python error: '), 'python fatal'),
  rule(['python fatal'], BLANK, 'python fatal'),
  rule(
    ['python fatal'],
    starts('Current thread 0x', 'Thread 0x', 'Python runtime ', 'Extension modules: '),
    'python fatal',
  ),
];
