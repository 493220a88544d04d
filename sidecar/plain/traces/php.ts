import { BLANK, CLOSING, like, starts } from './shape.ts';
import { LOG, OUTSET, rule, type Rule } from './state.ts';

/** `#0 /app/shop.php(7): pay()`. Other programs number their lines too. */
const FRAME = like('#', /^#\d+ (?:\S.*\(\d+\): |\[internal function\]|\{main\})/);

export const PHP: readonly Rule[] = [
  rule(['blank'], starts('Fatal error: ', 'PHP Fatal error: '), 'text'),
  rule(LOG, starts('Stack trace:', '[stacktrace]'), 'php'),
  rule([...OUTSET, ...LOG, 'php', 'middle'], FRAME, 'php'),
  rule(['php'], starts('Stack trace:', '[stacktrace]', '[previous exception]'), 'php'),
  rule(['php'], CLOSING, 'php'),
  rule(['php'], BLANK, 'php blank'),
  rule(['php blank'], like('N', /^Next [\w\\]+(?:: | in \S+:\d+$)/), 'php'),
];
