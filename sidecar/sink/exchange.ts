import { codeOf } from '../../runtime/errors.ts';
import { AllStored } from './all-stored.ts';
import type { Connection } from './connection.ts';
import { ResponseReader, type ResponseHead } from './response.ts';

/** One request: all up to its body, as it goes over the wire, and that. */
export interface Request {
  head: string;
  body: Buffer;
  /** Its answer has none when it is a HEAD. */
  hasAnswer: boolean;
}

/** Bounds of one request and its answer. */
export interface Bounds {
  /** Without a byte in either direction. */
  silenceMs: number;
  /** Until the whole answer is there. */
  totalMs: number;
  /** Of the answer. */
  bytes: number;
  /** Records in the request. */
  count: number;
}

export interface Reply extends ResponseHead {
  /** It says of each record that it is new and stored; then there is no text. */
  isAllStored: boolean;
  /** What it says then that this took. */
  tookMs?: number | undefined;
  text: string;
  /** The server keeps the connection open for another request. */
  keepsAlive: boolean;
}

/** The server closed a quiet connection just as it was taken up again: no fault of anybody's, and worth a second try at once. */
export class StaleConnection extends Error {}

/**
 * Sends one request and reads its answer. Rejects when the connection ends before both are whole, and when a bound is met; the
 * connection is closed then.
 */
export function exchange(connection: Connection, { head, body, hasAnswer }: Request, bounds: Bounds): Promise<Reply> {
  const { silenceMs, totalMs } = bounds;
  return new Promise((resolve, reject) => {
    const late = () => connection.close(new Error(`no whole answer within ${totalMs / 1000} s`));
    // Not this but the connection keeps the process: when that is closed, it may end.
    const timer = setTimeout(late, totalMs).unref();
    const answer = new AnswerBody(bounds);
    const response = new ResponseReader(hasAnswer, (bytes) => answer.take(bytes, response.status));
    let isHeard = false;
    const settle = () => {
      clearTimeout(timer);
      connection.rest();
      const { status, headers, keepsAlive } = response;
      resolve({ status, headers, keepsAlive, ...answer.whole() });
    };
    const onBytes = (bytes: Buffer) => {
      isHeard = true;
      try {
        response.take(bytes);
        if (response.isWhole) settle();
      } catch (error) {
        connection.close(error as Error);
      }
    };
    const onEnd = (error: Error | undefined) => {
      if (!error) response.end();
      if (response.isWhole) return settle();
      clearTimeout(timer);
      const cause = error ?? new Cut(isHeard ? 'the answer is cut off (aborted)' : 'no answer came (socket hang up)');
      const isStale = connection.isUsed && !isHeard && ['ECONNRESET', 'EPIPE'].includes(codeOf(cause) ?? '');
      reject(isStale ? new StaleConnection(cause.message, { cause }) : cause);
    };
    connection.ask(head, body, silenceMs, { onBytes, onEnd });
  });
}

/** The other side closed the connection. */
class Cut extends Error {
  readonly code = 'ECONNRESET';
}

/** What an answer says. */
class AnswerBody {
  readonly #most: number;
  readonly #all: AllStored | undefined;
  readonly #chunks: Buffer[] = [];
  #isUsual: boolean;
  #size = 0;

  constructor({ bytes, count }: Bounds) {
    this.#most = bytes;
    this.#all = count > 0 ? new AllStored(count) : undefined;
    this.#isUsual = count > 0;
  }

  /** The bytes are the connection's: what is kept of them is a copy. */
  take(bytes: Buffer, status: number): void {
    this.#size += bytes.length;
    if (this.#size > this.#most) throw new Error(`an answer of more than ${this.#most} bytes`);
    if (this.#isUsual && status === 200 && this.#all!.take(bytes)) return;
    this.#endUsual();
    this.#chunks.push(Buffer.from(bytes));
  }

  whole(): Pick<Reply, 'isAllStored' | 'tookMs' | 'text'> {
    if (this.#isUsual && this.#all!.isWhole) return { isAllStored: true, tookMs: this.#all!.tookMs, text: '' };
    this.#endUsual();
    return { isAllStored: false, text: Buffer.concat(this.#chunks).toString('utf8') };
  }

  #endUsual(): void {
    if (this.#isUsual) this.#chunks.push(this.#all!.taken());
    this.#isUsual = false;
  }
}
