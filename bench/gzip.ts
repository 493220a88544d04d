import { readFileSync } from 'node:fs';
import { constants, gzipSync } from 'node:zlib';

/** `node bench/gzip.ts FILE TIMES` compresses the file so often, as the sidecar compresses its bodies, and does nothing else. */
const [path, times] = process.argv.slice(2) as [string, string];
const body = readFileSync(path);
for (let i = 0; i < Number(times); i++) gzipSync(body, { level: constants.Z_BEST_SPEED });
