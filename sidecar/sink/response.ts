/** The head of a response, and one line of what frames its body: more is nobody's. */
const MOST_HEAD_BYTES = 65_536;

/** What stands before the body. Names are in lower case; what came twice is joined by a comma. */
export interface ResponseHead {
  status: number;
  headers: Readonly<Record<string, string>>;
}

/** Reads the response to one request from the bytes of its connection, as they come: HTTP/1.1, RFC 9112. */
export class ResponseReader implements ResponseHead {
  status = 0;
  headers: Record<string, string> = {};
  /** It is there to its end. */
  isWhole = false;
  /** The connection can take another request, once this is whole. */
  keepsAlive = false;
  readonly #hasBody: boolean;
  readonly #onBody: (bytes: Buffer) => void;
  /** What the next bytes are. */
  #part: 'head' | 'size' | 'data' | 'dataEnd' | 'trailers' | 'rest' = 'head';
  #line = '';
  #headBytes = 0;
  /** Of the body, or of the chunk of it. */
  #left = 0;
  #isChunked = false;

  /** `hasBody`: false when a HEAD or CONNECT is answered. `onBody` hears of pieces that are valid until it returns. */
  constructor(hasBody: boolean, onBody: (bytes: Buffer) => void) {
    this.#hasBody = hasBody;
    this.#onBody = onBody;
  }

  /** Takes the next bytes. Throws at what is no response. */
  take(bytes: Buffer): void {
    let at = 0;
    while (at < bytes.length && !this.isWhole) {
      at = this.#part === 'data' || this.#part === 'rest' ? this.#takeBody(bytes, at) : this.#takeLine(bytes, at);
    }
    // Nobody has asked for more.
    if (at < bytes.length) this.keepsAlive = false;
  }

  /** The connection has ended; that is the end of a response that does not say how long it is. */
  end(): void {
    this.isWhole ||= this.#part === 'rest';
  }

  #takeBody(bytes: Buffer, at: number): number {
    const end = this.#part === 'rest' ? bytes.length : Math.min(bytes.length, at + this.#left);
    this.#onBody(bytes.subarray(at, end));
    this.#left -= end - at;
    if (this.#part === 'rest' || this.#left > 0) return end;
    if (this.#isChunked) this.#part = 'dataEnd';
    else this.isWhole = true;
    return end;
  }

  #takeLine(bytes: Buffer, at: number): number {
    const newline = bytes.indexOf(10, at);
    const end = newline < 0 ? bytes.length : newline;
    if (this.#line.length + end - at > MOST_HEAD_BYTES) throw new Error('an answer with too long a line');
    this.#line += bytes.toString('latin1', at, end);
    if (newline < 0) return end;
    const line = this.#line.endsWith('\r') ? this.#line.slice(0, -1) : this.#line;
    this.#line = '';
    this.#read(line);
    return newline + 1;
  }

  #read(line: string): void {
    if (this.#part === 'head') this.#readHead(line);
    else if (this.#part === 'size') this.#readSize(line);
    else if (this.#part === 'dataEnd') this.#part = 'size';
    else this.isWhole = line === '';
  }

  #readHead(line: string): void {
    this.#headBytes += line.length;
    if (this.#headBytes > MOST_HEAD_BYTES) throw new Error('an answer with too long a head');
    if (this.status === 0) {
      const [, minor, status] = /^HTTP\/1\.([01]) (\d{3})(?: |$)/.exec(line) ?? [];
      if (!status) throw new Error(`no HTTP/1.1 answer: ${JSON.stringify(line.slice(0, 100))}`);
      this.status = Number(status);
      this.keepsAlive = minor === '1';
    } else if (line === '') {
      this.#begin();
    } else {
      const colon = line.indexOf(':');
      if (colon < 1 || /\s/.test(line.slice(0, colon)))
        throw new Error(`no HTTP header: ${JSON.stringify(line.slice(0, 100))}`);
      const name = line.slice(0, colon).toLowerCase();
      const value = line.slice(colon + 1).trim();
      this.headers[name] = Object.hasOwn(this.headers, name) ? `${this.headers[name]}, ${value}` : value;
    }
  }

  /** The head is whole: what comes next? RFC 9112, section 6.3. */
  #begin(): void {
    const { status, headers } = this;
    if (status < 200) return this.#beginAgain();
    const { connection = '', 'content-length': length, 'transfer-encoding': coding } = headers;
    if (/\bclose\b/i.test(connection)) this.keepsAlive = false;
    if (!this.#hasBody || status === 204 || status === 304) {
      this.isWhole = true;
    } else if (coding !== undefined) {
      if (coding.toLowerCase() !== 'chunked') throw new Error(`an answer with transfer coding ${coding}`);
      // Who says both may mean either.
      if (length !== undefined) this.keepsAlive = false;
      this.#isChunked = true;
      this.#part = 'size';
    } else if (length !== undefined) {
      this.#expect(length, 10);
      if (this.#left === 0) this.isWhole = true;
    } else {
      this.keepsAlive = false;
      this.#part = 'rest';
    }
  }

  /** What went before is no answer yet: `100 Continue` and its like. */
  #beginAgain(): void {
    if (this.status === 101) throw new Error('an answer in another protocol');
    this.status = 0;
    this.headers = {};
  }

  #readSize(line: string): void {
    this.#expect(line.split(';', 1)[0]!.trim(), 16);
    if (this.#left === 0) this.#part = 'trailers';
  }

  #expect(digits: string, radix: 10 | 16): void {
    const isNumber = (radix === 10 ? /^\d{1,15}$/ : /^[\da-f]{1,12}$/i).test(digits);
    if (!isNumber) throw new Error(`an answer of ${JSON.stringify(digits.slice(0, 100))} bytes`);
    this.#left = parseInt(digits, radix);
    this.#part = 'data';
  }
}
