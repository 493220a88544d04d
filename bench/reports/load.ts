import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import { Agent, request } from 'node:https';
import { setTimeout } from 'node:timers/promises';
import { text } from 'node:stream/consumers';
import { reportAnswer } from '../../api/report.ts';
import type { Address } from '../webhook/load.ts';
import type { ReportingPods } from './pods.ts';

export interface Round {
  /** Pods, which report one after the other, again and again. */
  pods: number;
  perSecond: number;
  seconds: number;
  /** How many reports each pod has posted. */
  before: number;
  /** False: each report has a connection of its own, as those of sidecars do. */
  keepAlive: boolean;
}

export interface Posted {
  tookMs: number[];
  /** What the last answer asks for. */
  nextSeconds: number;
  /** Not answered 200, or not in time. */
  refused: number;
}

/** As long as a sidecar waits for an answer. */
const PATIENCE_MS = 10_000;

/** Posts reports at a steady rate, whether those before are answered or not. */
export async function post(
  { port, servername, ca }: Address,
  of: ReportingPods,
  { pods, perSecond, seconds, before, keepAlive }: Round,
  signal: AbortSignal,
): Promise<Posted> {
  const agent = new Agent({ keepAlive, ca, servername, ...(keepAlive ? {} : { maxCachedSessions: 0 }) });
  const posted: Posted = { tookMs: [], nextSeconds: 0, refused: 0 };
  const one = async (n: number): Promise<void> => {
    const pod = n % pods;
    const body = of.bodyOf(pod, before + Math.floor(n / pods));
    const headers = {
      'content-type': 'application/json',
      'content-length': Buffer.byteLength(body),
      authorization: `Bearer ${of.tokenOf(pod)}`,
    };
    const began = performance.now();
    const patience = AbortSignal.any([signal, AbortSignal.timeout(PATIENCE_MS)]);
    const to = { host: '127.0.0.1', port, path: '/report', method: 'POST', headers, agent, signal: patience };
    const sent = request(to).end(body);
    const [response] = (await once(sent, 'response')) as [IncomingMessage];
    const answer = await text(response);
    if (response.statusCode !== 200) throw new Error(answer);
    posted.tookMs.push(performance.now() - began);
    posted.nextSeconds = reportAnswer.parse(JSON.parse(answer)).nextSeconds;
  };
  try {
    const began = performance.now();
    const open: Promise<void>[] = [];
    for (let n = 0; n < perSecond * seconds; n++) {
      await setTimeout(Math.max(0, began + (1000 * n) / perSecond - performance.now()), undefined, { signal });
      // A sidecar that is refused comes again later, too.
      const refused = () => void posted.refused++;
      open.push(one(n).catch(refused));
    }
    await Promise.all(open);
    return posted;
  } finally {
    agent.destroy();
  }
}
