import type { ClientRequest, IncomingHttpHeaders, IncomingMessage } from 'node:http';
import { codeOf } from '../../runtime/errors.ts';
import { AllStored } from './all-stored.ts';

/** Bounds of one request and its answer. */
export interface Bounds {
  /** Until there is a connection, a proxy's tunnel included. */
  connectMs: number;
  /** Without a byte in either direction: the request's own `timeout`. */
  silenceMs: number;
  /** Until the whole answer is there. */
  totalMs: number;
  /** Of the answer. */
  bytes: number;
  /** Records in the request. */
  count: number;
}

export interface Reply {
  status: number;
  headers: IncomingHttpHeaders;
  /** It says of each record that it is new and stored; then there is no text. */
  isAllStored: boolean;
  text: string;
}

/**
 * Sends one request and reads its answer. Rejects when the connection ends before both are whole, when a bound is met, and
 * when the request's own `timeout` passes in silence.
 */
export async function exchange(request: ClientRequest, body: Buffer, bounds: Bounds): Promise<Reply> {
  // A request that has no connection yet says nothing when it is destroyed: the promise must end by itself.
  const { promise: expired, reject } = Promise.withResolvers<never>();
  const expire = (what: string, ms: number) => {
    const meet = () => {
      const error = new Error(`${what} within ${ms / 1000} s`);
      request.destroy(error);
      reject(error);
    };
    // Not these but the connection keeps the process: when that is closed, it may end.
    return setTimeout(meet, ms).unref();
  };
  const total = expire('no whole answer', bounds.totalMs);
  const connecting = expire('no connection', bounds.connectMs);
  request.once('socket', (socket) => {
    const isThere = () => clearTimeout(connecting);
    if (socket.connecting) socket.once('connect', isThere);
    else isThere();
  });
  try {
    return await Promise.race([
      expired,
      send(request, body, bounds.silenceMs).then((response) => read(response, bounds)),
    ]);
  } finally {
    clearTimeout(total);
    clearTimeout(connecting);
  }
}

/** The server closed a quiet connection just as it was taken up again: no fault of anybody's, and worth a second try at once. */
export class StaleConnection extends Error {}

function send(request: ClientRequest, body: Buffer, silenceMs: number): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    request.once('response', resolve);
    // It may come after the answer too, when the server closes before it has read everything.
    request.on('error', (error) => {
      const stale = request.reusedSocket && ['ECONNRESET', 'EPIPE'].includes(codeOf(error) ?? '');
      reject(stale ? new StaleConnection(error.message, { cause: error }) : error);
    });
    request.once('timeout', () => request.destroy(new Error(`no answer for ${silenceMs / 1000} s`)));
    request.end(body);
  });
}

async function read(response: IncomingMessage, { bytes: most, count }: Bounds): Promise<Reply> {
  const { headers, statusCode: status = 0 } = response;
  const all = status === 200 && count > 0 ? new AllStored(count) : undefined;
  const chunks: Buffer[] = [];
  let isUsual = all !== undefined;
  let size = 0;
  for await (const chunk of response as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > most) throw new Error(`an answer of more than ${most} bytes`);
    if (isUsual && all!.take(chunk)) continue;
    if (isUsual) chunks.push(all!.taken());
    isUsual = false;
    chunks.push(chunk);
  }
  if (isUsual && all!.isWhole) return { status, headers, isAllStored: true, text: '' };
  if (isUsual) chunks.push(all!.taken());
  return { status, headers, isAllStored: false, text: Buffer.concat(chunks).toString('utf8') };
}
