import type { IncomingMessage } from 'node:http';
import { report, type Report, type ReportAnswer } from '../../api/report.ts';
import { describe } from '../../runtime/errors.ts';
import type { PodIdentity } from './identity.ts';
import type { LatestReports } from './latest.ts';
import { nextSeconds } from './pace.ts';
import { Refusal, type ReportResult } from './refusal.ts';
import type { Tokens } from './tokens.ts';

/** Bytes of a body. */
export const BODY_LIMIT = 262_144;

export interface Taken {
  result: ReportResult;
  answer: ReportAnswer;
}

export interface IntakeOptions {
  tokens: Pick<Tokens, 'verdict'>;
  latest: LatestReports;
}

/** Takes one request in: whose it is by its token, what it says by its body. Throws a `Refusal`. */
export async function takeIn(request: IncomingMessage, { tokens, latest }: IntakeOptions): Promise<Taken> {
  const { pathname } = new URL(request.url ?? '', 'https://localhost');
  if (request.method !== 'POST' || pathname !== '/report')
    throw new Refusal(404, 'NotFound', 'there is nothing here; sidecars report by POST /report');
  const pod = await identify(request, tokens);
  const body = await read(request);
  const taken = latest.take(pod, parse(body));
  return { result: taken ? 'Accepted' : 'Late', answer: { nextSeconds: nextSeconds(latest.reporting) } };
}

async function identify({ headers }: IncomingMessage, tokens: IntakeOptions['tokens']): Promise<PodIdentity> {
  const token = /^Bearer (\S+)$/.exec(headers.authorization ?? '')?.[1];
  if (token === undefined)
    throw new Refusal(401, 'Unauthorized', 'a report needs the token of its pod (Authorization: Bearer)');
  const verdict = await tokens.verdict(token).catch((error: unknown) => {
    throw new Refusal(503, 'Unavailable', `the API server cannot be asked about the token: ${describe(error)}`);
  });
  if ('pod' in verdict) return verdict.pod;
  throw new Refusal(verdict.status, verdict.status === 401 ? 'Unauthorized' : 'Forbidden', verdict.error);
}

async function read(request: IncomingMessage): Promise<Buffer> {
  const tooLarge = new Refusal(413, 'TooLarge', `a report of more than ${BODY_LIMIT} bytes is refused`);
  if (Number(request.headers['content-length'] ?? 0) > BODY_LIMIT) throw tooLarge;
  const chunks: Buffer[] = [];
  let size = 0;
  // Who is refused in the middle of it still gets an answer.
  for await (const chunk of request.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > BODY_LIMIT) throw tooLarge;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

function parse(body: Buffer): Report {
  let value: unknown;
  try {
    value = JSON.parse(body.toString('utf8'));
  } catch (error) {
    throw new Refusal(400, 'Invalid', 'the body is no report: it is not JSON', { cause: error });
  }
  if (typeof value === 'object' && value !== null && 'pod' in value)
    throw new Refusal(403, 'Forbidden', 'the report names a pod; whose it is, its token says alone');
  const parsed = report.safeParse(value);
  if (parsed.success) return parsed.data;
  const faults = parsed.error.issues.slice(0, 3).map(({ path, message }) => `${path.join('.') || 'it'}: ${message}`);
  throw new Refusal(400, 'Invalid', `the body is no report: ${faults.join('; ')}`);
}
