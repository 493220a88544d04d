import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';
import { constants, gzip } from 'node:zlib';

/**
 * What one writes in an afternoon to do the sidecar's work: lines, a regular expression, JSON parsed and printed again,
 * `fetch`. No checkpoint, no retry, no second file. `node bench/naive.ts FILE URL API_KEY` sends the file once and ends.
 */
const [path, url, apiKey] = process.argv.slice(2) as [string, string, string];
const compress = promisify(gzip);
const BATCH_CHARACTERS = 2_097_152;
const CRI = /^(\S+) (stdout|stderr) [PF] (.*)$/;

let body: string[] = [];
let size = 0;
let offset = 0;
for await (const line of createInterface({ input: createReadStream(path) })) {
  const bytes = Buffer.byteLength(line) + 1;
  const [, stamp, stream, text] = CRI.exec(line)!;
  const { msg, level, trace_id: traceId, ...app } = JSON.parse(text!) as Record<string, unknown>;
  const document = {
    '@timestamp': stamp,
    stream,
    message: msg,
    'log.level': level,
    'trace.id': traceId,
    'log.offset': offset,
    tracewell: { file: '0123456789abcdef01234567', bytes, format: 'json' },
    kubernetes: { namespace: 'bench', pod: { name: 'bench-0' }, container: { name: 'app' } },
    'service.name': 'bench-0',
    'host.name': 'node-1',
    'orchestrator.cluster.name': 'bench',
    app,
  };
  const action = { create: { _id: `0123456789abcdef01234567.${offset}.${bytes}` } };
  const lines = `${JSON.stringify(action)}\n${JSON.stringify(document)}\n`;
  body.push(lines);
  size += lines.length;
  offset += bytes;
  if (size >= BATCH_CHARACTERS) await send();
}
await send();

async function send(): Promise<void> {
  if (size === 0) return;
  const response = await fetch(url, {
    method: 'POST',
    headers: {
      'content-type': 'application/x-ndjson',
      'content-encoding': 'gzip',
      authorization: `ApiKey ${apiKey}`,
    },
    body: await compress(body.join(''), { level: constants.Z_BEST_SPEED }),
  });
  const answer = (await response.json()) as { errors?: boolean };
  if (answer.errors !== false) throw new Error(`the sink answers ${response.status} ${JSON.stringify(answer)}`);
  body = [];
  size = 0;
}
