import { Permanent } from '../../runtime/errors.ts';
import { retryAfterMs } from '../sink/answer.ts';
import { Connection } from '../sink/connection.ts';
import { exchange } from '../sink/exchange.ts';
import { secureContextOf } from '../sink/route.ts';
import type { ReportTarget } from './operator-files.ts';

/** The operator's answer: when it wants the next report, or why it did not take this one. */
export type ReportReply =
  | { nextSeconds: number }
  /** `afterMs`: not before so many milliseconds. */
  | { error: string; afterMs: number | undefined };

export interface PostOptions {
  /** Milliseconds for all of it. */
  totalMs: number;
  signal?: AbortSignal;
}

const ANSWER_BYTES = 4096;
const LONGEST_SECONDS = 3600;

/** Posts a report over a connection of its own. Throws where there is no answer. */
export async function postReport(
  { url, ca, token }: ReportTarget,
  report: string,
  { totalMs, signal }: PostOptions,
): Promise<ReportReply> {
  // The token would be anybody's.
  const target = URL.parse(url);
  if (target?.protocol !== 'https:') throw new Permanent(`${JSON.stringify(url)} is no https URL`);
  const body = Buffer.from(report);
  const route = { target, proxy: undefined, secureContext: secureContextOf(ca) };
  const connection = new Connection(route, Buffer.allocUnsafe(ANSWER_BYTES));
  const abort = () => connection.close(new Error('aborted'));
  signal?.addEventListener('abort', abort);
  try {
    await connection.open(totalMs);
    const bounds = { silenceMs: totalMs, totalMs, bytes: ANSWER_BYTES, count: 0 };
    const request = { head: headOf(target, token, body.length), body, hasAnswer: true };
    const { status, headers, text } = await exchange(connection, request, bounds);
    return read(status, text, retryAfterMs(headers, Date.now()));
  } finally {
    signal?.removeEventListener('abort', abort);
    // Kept open, thousands of connections would be all that the operator is busy with.
    connection.close();
  }
}

/** Up to its body: RFC 9112, section 3. */
function headOf({ host, pathname, search }: URL, token: string, length: number): string {
  if (!/^[\x21-\x7e]+$/.test(token)) throw new Permanent('the token has characters that no header can have');
  const fields = [
    `POST ${pathname}${search} HTTP/1.1`,
    `Host: ${host}`,
    `Authorization: Bearer ${token}`,
    'Content-Type: application/json',
    `Content-Length: ${length}`,
    'Connection: close',
  ];
  return `${fields.join('\r\n')}\r\n\r\n`;
}

function read(status: number, text: string, afterMs: number | undefined): ReportReply {
  const { nextSeconds, error } = parse(text);
  const words = typeof error === 'string' ? error : text;
  if (status !== 200) return { error: `${status} ${words.slice(0, 300)}`, afterMs };
  if (typeof nextSeconds === 'number' && nextSeconds >= 1 && nextSeconds <= LONGEST_SECONDS) return { nextSeconds };
  return { error: `200 with an answer that cannot be read: ${text.slice(0, 100)}`, afterMs };
}

function parse(text: string): { nextSeconds?: unknown; error?: unknown } {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? value : {};
  } catch {
    return {};
  }
}
