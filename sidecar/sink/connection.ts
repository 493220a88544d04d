import type { OnReadOpts, Socket } from 'node:net';
import { dial, type Route } from './route.ts';

/** Hears what comes of a request. */
export interface Hearing {
  /** The next bytes, valid until it returns. */
  onBytes: (bytes: Buffer) => void;
  /** Nothing more will come. */
  onEnd: (error: Error | undefined) => void;
}

/** What one read takes at most; TLS brings 16 KiB at a time. */
const READ_BYTES = 32_768;
/** Of the event loop, until what is sent is known to be. */
const TURNS = 4;

/** A connection that is kept from one request to the next. */
export class Connection {
  readonly route: Route;
  /** It has brought an answer. */
  isUsed = false;
  #socket: Socket | undefined;
  #hearing: Hearing | undefined;
  #error: Error | undefined;
  #isClosed = false;
  #silenceMs: number | undefined;
  readonly #onread: OnReadOpts;

  /** `buffer` is read into; it may be that of all connections. */
  constructor(route: Route, buffer: Buffer) {
    this.route = route;
    const callback = (length: number, bytes: Uint8Array) => {
      // Who speaks without being asked cannot be understood.
      if (!this.#hearing) this.close();
      else this.#hearing.onBytes((bytes as Buffer).subarray(0, length));
      return true;
    };
    this.#onread = { buffer, callback };
  }

  static readonly newBuffer = (): Buffer => Buffer.allocUnsafeSlow(READ_BYTES);

  get isOpen(): boolean {
    return !this.#isClosed;
  }

  /** Resolves when there is a connection, a proxy's tunnel and TLS included. */
  async open(connectMs: number): Promise<void> {
    const late = () => this.close(new Error(`no connection within ${connectMs / 1000} s`));
    // Not this but the socket keeps the process: when that is closed, it may end.
    const timer = setTimeout(late, connectMs).unref();
    try {
      const socket = await dial(this.route, this.#onread, (begun) => this.#watch(begun));
      if (this.#isClosed) throw new Error('closed');
      // Between two requests there may be silence.
      socket.on('timeout', () => {
        if (this.#hearing) this.close(new Error(`no answer for ${this.#silenceMs! / 1000} s`));
      });
    } catch (error) {
      this.close();
      throw this.#error ?? error;
    } finally {
      clearTimeout(timer);
    }
  }

  /** Sends a request. `silenceMs`: how long there may be no byte in either direction. */
  ask(head: string, body: Buffer, silenceMs: number, hearing: Hearing): void {
    if (this.#isClosed) return hearing.onEnd(this.#error);
    this.#hearing = hearing;
    const socket = this.#socket!;
    // Each byte in either direction sets the timer back.
    if (silenceMs !== this.#silenceMs) socket.setTimeout(silenceMs);
    this.#silenceMs = silenceMs;
    // Both go by one call.
    socket.cork();
    socket.write(head, 'latin1');
    if (body.length > 0) socket.write(body);
    socket.uncork();
  }

  /** The answer is there: until the next request whoever speaks is not understood. */
  rest(): void {
    this.#hearing = undefined;
    this.isUsed = true;
  }

  /**
   * Whether another request may follow an answer. It may not when that was one to half a request: the rest is not wanted. That a
   * request is sent Node says a turn of its event loop late (TLS in a proxy's TLS was not measured), and a quick answer is here before.
   */
  async isReady(): Promise<boolean> {
    const isSent = () => this.#socket!.writableLength === 0;
    for (let turn = 0; turn < TURNS && !isSent(); turn++) await new Promise(setImmediate);
    return this.isOpen && isSent();
  }

  close(error?: Error): void {
    this.#error ??= error;
    this.#isClosed = true;
    this.#socket?.destroy(error);
  }

  #watch(socket: Socket): void {
    this.#socket = socket;
    if (this.#isClosed) socket.destroy();
    socket.on('error', (error) => (this.#error ??= error));
    socket.on('close', () => {
      if (socket !== this.#socket) return;
      this.#isClosed = true;
      this.#hearing?.onEnd(this.#error);
      this.#hearing = undefined;
    });
  }
}
