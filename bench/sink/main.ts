import { writeFileSync } from 'node:fs';
import http from 'node:http';
import https from 'node:https';
import type { AddressInfo } from 'node:net';
import { gunzipSync } from 'node:zlib';
import { describe } from '../../runtime/errors.ts';
import { StoredAnswer } from './answer.ts';
import { countDocuments, stampOf } from './count.ts';
import { sealsIn } from './seals.ts';
import type { FromSink, SinkConfig, ToSink } from './sink.ts';

/**
 * What answers like Elasticsearch and only counts, in a process of its own, so that its work is not the sidecar's. Takes
 * its configuration as the first message of its parent, and tells it of each request.
 */
process.once('message', (config: SinkConfig) => {
  const answer = new StoredAnswer();
  const pathOf = (stream: string | undefined) => `/${stream}/_bulk`;
  let sample = config.sample;
  let isAway = false;
  process.on('message', (message: ToSink) => {
    isAway = message.away;
  });

  const take = (wire: Buffer, request: http.IncomingMessage): Buffer => {
    const arrivedAt = Date.now();
    const body = request.headers['content-encoding'] === 'gzip' ? gunzipSync(wire) : wire;
    const delaysMs: number[] = [];
    const onDocument = config.delays ? (start: number) => delaysMs.push(arrivedAt - stampOf(body, start)) : undefined;
    const documents = countDocuments(body, onDocument);
    if (sample) writeFileSync(sample, body);
    sample = undefined;
    // Only the stream that is measured counts; others are answered all the same. Who has one only may name it in the actions.
    const path = request.url?.split('?')[0];
    if (path === pathOf(config.stream) || path === '/_bulk')
      tell({ kind: 'request', documents, bodyBytes: body.length, wireBytes: wire.length, delaysMs });
    if (path === pathOf(config.files)) for (const seal of sealsIn(body)) tell({ kind: 'seal', seal });
    return answer.of(documents);
  };

  const onRequest: http.RequestListener = (request, response) => {
    if (isAway) {
      request.socket.destroy();
      return;
    }
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const say = (status: number, body: Buffer | string) =>
        response
          .writeHead(status, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) })
          .end(body);
      // Of `id:key` as of `user:password`.
      const [scheme, credentials] = (request.headers.authorization ?? '').split(' ');
      if (!['ApiKey', 'Basic'].includes(scheme!) || credentials !== config.apiKey)
        return say(401, refusal('a wrong API key'));
      try {
        return say(200, take(Buffer.concat(chunks), request));
      } catch (error) {
        return say(400, refusal(describe(error)));
      }
    });
  };
  const server = config.tls ? https.createServer(config.tls, onRequest) : http.createServer(onRequest);
  server.listen(0, 'localhost', () => tell({ kind: 'listening', port: (server.address() as AddressInfo).port }));
});
// Without its parent nobody needs it.
process.once('disconnect', () => process.exit());

const tell = (message: FromSink) => process.send?.(message);
const refusal = (reason: string) => JSON.stringify({ error: { type: 'illegal_argument_exception', reason } });
