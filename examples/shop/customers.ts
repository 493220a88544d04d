import { setTimeout as delay } from 'node:timers/promises';
import type { Log } from './log.ts';
import { sendOrder } from './order.ts';
import { newSpan } from './trace.ts';

const LARGE = 2_000;

export interface CustomersOptions {
  readonly log: Log;
  readonly storefront: string;
  readonly requests: number;
}

/** Sends orders 1 to `requests`, each a request with a trace id of its own; every tenth is a large one. Returns an exit code. */
export async function customers({ log, storefront, requests }: CustomersOptions): Promise<number> {
  if (!(await isOpen(storefront))) {
    log.end({ level: 'error', message: `${storefront} does not open` });
    return 1;
  }
  for (let order = 1; order <= requests; order++) {
    const span = newSpan();
    const items = order % 10 === 0 ? LARGE : 1 + (order % 5);
    const { status } = await sendOrder(storefront, { order, items }, span);
    const message = status === 200 ? 'order confirmed' : 'order not confirmed';
    log.write({ level: 'info', message, span, fields: { order, items, status } });
  }
  log.end({ level: 'info', message: 'all customers were served' });
  return 0;
}

/** Waits, without a word, until the storefront answers: a minute at most. */
async function isOpen(storefront: string): Promise<boolean> {
  for (let tries = 0; tries < 240; tries++) {
    const answered = await fetch(new URL('/healthz', storefront)).then(
      ({ ok }) => ok,
      () => false,
    );
    if (answered) return true;
    await delay(250);
  }
  return false;
}
