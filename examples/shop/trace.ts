import { randomBytes } from 'node:crypto';

/** One hop of a request: the whole request's id, 32 hex digits, and the hop's own, 16. */
export interface Span {
  readonly traceId: string;
  readonly spanId: string;
}

/** W3C Trace Context, section 3.2: version, trace id, parent id, flags. */
const TRACEPARENT = /^(?!ff)[0-9a-f]{2}-(?!0{32})([0-9a-f]{32})-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}$/;

/** A new hop of the request that the caller's `traceparent` names, or of a new request. */
export function newSpan(traceparent?: string): Span {
  const traceId = TRACEPARENT.exec(traceparent ?? '')?.[1];
  return { traceId: traceId ?? randomBytes(16).toString('hex'), spanId: randomBytes(8).toString('hex') };
}

/** The header by which the next service knows what it is a part of. */
export const traceparentOf = ({ traceId, spanId }: Span): string => `00-${traceId}-${spanId}-01`;
