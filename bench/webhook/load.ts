import { once } from 'node:events';
import { Agent, request } from 'node:https';
import type { IncomingMessage } from 'node:http';
import { setTimeout } from 'node:timers/promises';
import { text } from 'node:stream/consumers';

/** Where a webhook listens on this machine, and how its certificate is checked. */
export interface Address {
  port: number;
  servername: string;
  /** PEM. */
  ca: string;
}

export interface Load {
  perSecond: number;
  seconds: number;
  /** The nth body. */
  bodyOf: (n: number) => string;
  /** Hears of every answer. */
  onAnswer: (n: number, answer: string) => void;
}

/**
 * Sends reviews at a steady rate, whether the ones before are answered or not, by connections that are kept, as the API server
 * does. Resolves with the milliseconds from each one's sending to the end of its answer. Throws when one is not answered 200.
 */
export async function send(
  { port, servername, ca }: Address,
  { perSecond, seconds, bodyOf, onAnswer }: Load,
  signal: AbortSignal,
): Promise<number[]> {
  const agent = new Agent({ keepAlive: true, ca, servername });
  const post = async (n: number): Promise<number> => {
    const body = bodyOf(n);
    const headers = { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) };
    const began = performance.now();
    const sent = request({ host: '127.0.0.1', port, path: '/inject', method: 'POST', headers, agent, signal }).end(
      body,
    );
    const [response] = (await once(sent, 'response')) as [IncomingMessage];
    const answer = await text(response);
    const took = performance.now() - began;
    if (response.statusCode !== 200) throw new Error(`the webhook has answered ${response.statusCode}: ${answer}`);
    onAnswer(n, answer);
    return took;
  };
  try {
    const began = performance.now();
    const open: Promise<number>[] = [];
    for (let n = 0; n < perSecond * seconds; n++) {
      await setTimeout(Math.max(0, began + (1000 * n) / perSecond - performance.now()), undefined, { signal });
      const answered = post(n);
      // All of them are waited for at the end.
      answered.catch(() => undefined);
      open.push(answered);
    }
    return await Promise.all(open);
  } finally {
    agent.destroy();
  }
}
