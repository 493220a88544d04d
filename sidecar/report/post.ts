import { getBuiltinModule } from 'node:process';
import { Permanent } from '../../runtime/errors.ts';
import { retryAfterMs } from '../sink/answer.ts';
import { exchange } from '../sink/exchange.ts';
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
  if (!/^https:/i.test(url) || !URL.canParse(url)) throw new Permanent(`${JSON.stringify(url)} is no https URL`);
  const body = Buffer.from(report);
  const request = getBuiltinModule('node:https').request(url, {
    method: 'POST',
    // Kept open, thousands of connections would be all that the operator is busy with.
    agent: false,
    ca,
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json', 'content-length': body.length },
    timeout: totalMs,
    ...(signal ? { signal } : {}),
  });
  const bounds = { connectMs: totalMs, silenceMs: totalMs, totalMs, bytes: ANSWER_BYTES, count: 0 };
  const { status, headers, text } = await exchange(request, body, bounds);
  return read(status, text, retryAfterMs(headers, new Date()));
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
