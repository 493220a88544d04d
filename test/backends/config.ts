import { homedir } from 'node:os';
import { join } from 'node:path';

/** Where the Elasticsearch of the tests is kept between runs. */
export const elasticsearchCache = (env: NodeJS.ProcessEnv = process.env): string =>
  join(env['XDG_CACHE_HOME'] || join(homedir(), '.cache'), 'tracewell', 'elasticsearch');
