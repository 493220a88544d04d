import type { Example } from './example.ts';
import { JSON_EXAMPLES } from './json.ts';
import { TEXT_EXAMPLES } from './text.ts';

/** In the order of the documentation. */
export const EXAMPLES: readonly Example[] = [...JSON_EXAMPLES, ...TEXT_EXAMPLES];
