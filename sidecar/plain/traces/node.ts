import { ANYTHING, BLANK, CARETS, CLOSING, endsWith, like, starts, type Shape } from './shape.ts';
import { LOG, OUTSET, rule, type Rule } from './state.ts';

/** `/app/shop.js:12`. */
const PLACE: Shape = {
  ...like('nf/', /^(?:node:\S+|(?:file:\/\/)?\/\S+\.[cm]?[jt]sx?):\d+$/, endsWith('0123456789')),
  beginnings: ['node:', 'file:///', '/'],
};

export const NODE: readonly Rule[] = [
  rule(['frames', 'error', ...LOG], starts('(Use `node '), 'frames'),
  rule(OUTSET, starts('Error [', 'TypeError [', 'RangeError [', 'SyntaxError ['), 'error'),
  rule(['error'], starts('Require stack:', '- /'), 'error'),
  // Uncaught: the place, its source code, carets, then what was thrown.
  rule(OUTSET, PLACE, 'node'),
  rule(['node'], ANYTHING, 'node code'),
  rule(['node code'], CARETS, 'node caret'),
  rule(['node caret'], BLANK, 'node caret'),
  rule(['node caret'], ANYTHING, 'node error'),
  rule(['node error'], starts('(Use `node ', 'Require stack:', '- /', 'Thrown at:'), 'node error'),
  rule(['node error'], CLOSING, 'node error'),
  rule(['node error'], BLANK, 'node blank'),
  rule(['node blank', 'middle'], starts('Node.js v'), 'end'),
  rule(OUTSET, starts('<--- Last few GCs --->', 'FATAL ERROR: '), 'v8'),
  rule(['v8'], starts('<--- ', 'FATAL ERROR: ', '----- '), 'v8'),
  rule(['v8'], like('[123456789', /^(?:\[\d+:|\d+: )0x/), 'v8'),
  rule(['v8'], BLANK, 'v8'),
];
