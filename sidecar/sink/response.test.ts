import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ResponseReader } from './response.ts';

/** Reads a response that comes in pieces, which are overwritten once they are taken. */
function read(
  text: string | Buffer,
  { cuts = [], hasBody = true }: { cuts?: readonly number[]; hasBody?: boolean } = {},
) {
  const bytes = Buffer.from(text);
  const body: Buffer[] = [];
  const reader = new ResponseReader(hasBody, (piece) => body.push(Buffer.from(piece)));
  const at = [0, ...cuts.map((cut) => cut % (bytes.length + 1)).sort((a, b) => a - b), bytes.length];
  for (const [i, end] of at.slice(1).entries()) {
    const piece = Buffer.from(bytes.subarray(at[i], end));
    reader.take(piece);
    piece.fill(0);
  }
  const { status, headers, isWhole, keepsAlive } = reader;
  return { reader, status, headers, isWhole, keepsAlive, body: Buffer.concat(body).toString('latin1') };
}

const OK = 'HTTP/1.1 200 OK\r\n';

describe('a response', () => {
  it.each<[string, string, object]>([
    ['says how long its body is', `${OK}Content-Length: 3\r\n\r\nabc`, { body: 'abc', keepsAlive: true }],
    ['has an empty body', `${OK}content-length: 0\r\n\r\n`, { body: '', keepsAlive: true }],
    ['has none', 'HTTP/1.1 204 No Content\r\n\r\n', { status: 204, body: '', keepsAlive: true }],
    ['has no words with its status', 'HTTP/1.1 200\r\nContent-Length: 1\r\n\r\na', { status: 200, body: 'a' }],
    [
      'comes in chunks',
      `${OK}Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n`,
      { body: 'abc', keepsAlive: true },
    ],
    [
      'comes in chunks with extensions and trailers',
      `${OK}Transfer-Encoding: Chunked\r\n\r\n0A ; name="x"\r\n0123456789\r\n1\r\na\r\n000\r\nDate: x\r\n\r\n`,
      { body: '0123456789a', keepsAlive: true },
    ],
    [
      'says that it is the last',
      `${OK}Content-Length: 1\r\nConnection: Close\r\n\r\na`,
      { body: 'a', keepsAlive: false },
    ],
    ['is of the older version', 'HTTP/1.0 200 OK\r\nContent-Length: 1\r\n\r\na', { body: 'a', keepsAlive: false }],
    [
      'says both lengths',
      `${OK}Content-Length: 9\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`,
      { keepsAlive: false },
    ],
    ['has more behind it', `${OK}Content-Length: 1\r\n\r\nab`, { body: 'a', keepsAlive: false }],
    [
      'comes after others that are none yet',
      `HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: a\r\n\r\n${OK}Content-Length: 1\r\n\r\na`,
      { status: 200, headers: { 'content-length': '1' }, body: 'a' },
    ],
    [
      'has headers of any case, twice, and empty',
      `${OK}Content-Length:1\r\nWARNING: a \r\nwarning:\tb\r\nX:\r\n\r\na`,
      { headers: { 'content-length': '1', warning: 'a, b', x: '' } },
    ],
    ['ends its lines as some do', 'HTTP/1.1 200 OK\nContent-Length: 1\n\na', { body: 'a', keepsAlive: true }],
  ])('that %s is read', (_, text, expected) => {
    expect(read(text)).toMatchObject({ isWhole: true, ...expected });
  });

  it('to a HEAD has no body, whatever it says', () => {
    expect(read(`${OK}Content-Length: 100\r\n\r\n`, { hasBody: false })).toMatchObject({
      isWhole: true,
      keepsAlive: true,
    });
  });

  it('without a length ends with its connection', () => {
    const { reader, isWhole, body } = read(`${OK}\r\nabc`);
    expect([isWhole, body]).toEqual([false, 'abc']);
    reader.end();
    expect(reader).toMatchObject({ isWhole: true, keepsAlive: false });
  });

  it.each([
    ['no head', 'HTTP/1.1 200 OK\r\nContent-Length: 1'],
    ['too short a body', `${OK}Content-Length: 3\r\n\r\nab`],
    ['no last chunk', `${OK}Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n`],
    ['no end of the trailers', `${OK}Transfer-Encoding: chunked\r\n\r\n0\r\n`],
  ])('with %s is not whole when its connection ends', (_, text) => {
    const { reader } = read(text);
    reader.end();
    expect(reader.isWhole).toBe(false);
  });

  it.each([
    ['another protocol', 'SSH-2.0-OpenSSH\r\n', 'no HTTP/1.1 answer'],
    ['another version', 'HTTP/2 200\r\n', 'no HTTP/1.1 answer'],
    ['a line that is no header', `${OK}hello\r\n`, 'no HTTP header'],
    ['a header that goes on in the next line', `${OK}A: b\r\n : c\r\n`, 'no HTTP header'],
    ['two lengths', `${OK}Content-Length: 1\r\nContent-Length: 2\r\n\r\n`, '"1, 2" bytes'],
    ['a length that is no number', `${OK}Content-Length: -1\r\n\r\n`, '"-1" bytes'],
    ['a chunk without a size', `${OK}Transfer-Encoding: chunked\r\n\r\nxyz\r\n`, '"xyz" bytes'],
    ['another transfer coding', `${OK}Transfer-Encoding: gzip, chunked\r\n\r\n`, 'transfer coding gzip, chunked'],
    ['a change of the protocol', 'HTTP/1.1 101 Switching Protocols\r\n\r\n', 'another protocol'],
    ['an endless line', `${OK}A: ${'a'.repeat(70_000)}`, 'too long a line'],
    ['an endless head', OK + 'A: a\r\n'.repeat(20_000), 'too long a head'],
  ])('that is %s is refused', (_, text, words) => {
    expect(() => read(text)).toThrow(words);
  });

  it('is the same in whatever pieces it comes', () => {
    const chunk = fc.string({ minLength: 1, maxLength: 40 });
    const cuts = fc.array(fc.nat(), { maxLength: 20 });
    fc.assert(
      fc.property(fc.array(chunk), cuts, fc.constantFrom('length', 'chunks', 'rest'), (chunks, cuts, framing) => {
        const parts = chunks.map((text) => Buffer.from(text));
        const body = Buffer.concat(parts);
        const framed = {
          length: [Buffer.from(`Content-Length: ${body.length}\r\n\r\n`), body],
          chunks: [
            Buffer.from('Transfer-Encoding: chunked\r\n\r\n'),
            ...parts.flatMap((part) => [Buffer.from(`${part.length.toString(16)}\r\n`), part, Buffer.from('\r\n')]),
            Buffer.from('0\r\n\r\n'),
          ],
          rest: [Buffer.from('\r\n'), body],
        };
        const response = read(Buffer.concat([Buffer.from(OK), ...framed[framing]]), { cuts });
        expect(response).toMatchObject({ body: body.toString('latin1'), isWhole: framing !== 'rest' });
      }),
    );
  });
});
