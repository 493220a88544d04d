import { NAMES, openingsWith } from './opening.ts';
import { ANYTHING, BLANK, CARETS, endsWith, like, starts } from './shape.ts';
import { LOG, OUTSET, rule, type Rule } from './state.ts';

const PATHS = [...NAMES, ...openingsWith('/<(.')];
const PLACE = /^.+?:\d+:in [`']/;
/** `shop.rb:1:in 'foo': no such order (NotFound)` */
const HEAD = like(PATHS, PLACE, endsWith(')'));
/** `shop.rb:1:in 'foo'` */
const FRAME = like(PATHS, PLACE, endsWith("'"));

export const RUBY: readonly Rule[] = [
  rule([...OUTSET, 'ruby', 'python'], HEAD, 'ruby head'),
  rule([...LOG, 'middle', 'ruby head', 'ruby'], FRAME, 'ruby'),
  rule([...LOG, 'ruby head', 'ruby'], starts('\tfrom '), 'ruby'),
  // An empty line and the source code, which may be at the left edge; then carets and suggestions.
  rule(['ruby head'], BLANK, 'ruby blank'),
  rule(['ruby blank'], ANYTHING, 'ruby'),
  rule(['ruby'], CARETS, 'ruby'),
  rule(['ruby'], starts('Did you mean?'), 'ruby'),
];
