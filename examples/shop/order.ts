import { text } from 'node:stream/consumers';
import type { Readable } from 'node:stream';
import { traceparentOf, type Span } from './trace.ts';

export interface Order {
  /** 1, 2, … */
  readonly order: number;
  /** How many articles. */
  readonly items: number;
}

/** An HTTP status, and what was said with it. */
export interface Answer {
  readonly status: number;
  readonly said: string;
}

/** Passes an order on to the next service, with the trace context of this hop. No answer is an answer, too: 502. */
export async function sendOrder(service: string, order: Order, span: Span): Promise<Answer> {
  try {
    const response = await fetch(new URL('/orders', service), {
      method: 'POST',
      headers: { 'content-type': 'application/json', traceparent: traceparentOf(span) },
      body: JSON.stringify(order),
    });
    return { status: response.status, said: await response.text() };
  } catch (error) {
    return { status: 502, said: `${service} does not answer: ${String((error as Error).cause ?? error)}` };
  }
}

/** Reads an order from a request's body; throws when there is none. */
export async function readOrder(body: Readable): Promise<Order> {
  const { order, items } = JSON.parse(await text(body)) as Record<string, unknown>;
  if (typeof order !== 'number' || typeof items !== 'number')
    throw new TypeError('an order is {"order": 1, "items": 3}');
  return { order, items };
}
