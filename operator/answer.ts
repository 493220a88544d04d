import type { IncomingMessage } from 'node:http';
import { describe } from '../runtime/errors.ts';

/** No server is waited for longer than this. */
const LONGEST_PAUSE_MS = 10_000;

/**
 * Milliseconds after which a request that was turned away for now may come again (Kubernetes, "API Priority and Fairness":
 * 429 with `Retry-After`, in seconds). Not an eviction: what it is told is a disruption budget's answer, and its caller's to weigh.
 */
export function pauseOf({ statusCode, headers }: IncomingMessage, path: string): number | undefined {
  if (statusCode !== 429 || path.endsWith('/eviction')) return undefined;
  const seconds = Number(headers['retry-after']);
  return seconds > 0 ? Math.min(seconds * 1000, LONGEST_PAUSE_MS) : undefined;
}

/** An answer piece by piece; who stops in the middle closes its connection. */
async function* piecesOf(response: IncomingMessage, what: string): AsyncGenerator<string> {
  response.setEncoding('utf8');
  try {
    for await (const piece of response) yield piece as string;
  } catch (error) {
    throw faultOf(what, error);
  }
}

/** The whole of an answer; `what` was asked. */
export async function textOf(response: IncomingMessage, what: string): Promise<string> {
  return (await Array.fromAsync(piecesOf(response, what))).join('');
}

/** An answer's whole lines as they come: what a broken connection left of one is not handed over. */
export async function* linesOf(response: IncomingMessage, what: string): AsyncGenerator<string> {
  let rest = '';
  for await (const piece of piecesOf(response, what)) {
    const lines = (rest + piece).split('\n');
    rest = lines.pop()!;
    yield* lines;
  }
}

/** An error of the way to the API server, by what was asked. */
export const faultOf = (what: string, error: unknown): Error =>
  new Error(`${what}: ${describe(error)}`, { cause: error });

/** What the body of a refusal (a `Status` of Kubernetes) says. */
export function messageOf(body: string): string {
  try {
    return (JSON.parse(body) as { message?: string }).message ?? body;
  } catch {
    return body.slice(0, 500);
  }
}
