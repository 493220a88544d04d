import type { Log } from './log.ts';
import type { Order } from './order.ts';
import type { Handler } from './service.ts';

const PRICE = 12.5;

class CardDeclined extends Error {
  override readonly name = 'CardDeclined';
}

/** Charges the card. Every seventh order is declined. */
export function payment(log: Log): Handler {
  return (order, span) => {
    const amount = order.items * PRICE;
    try {
      charge(order);
    } catch (error) {
      const { message } = error as Error;
      log.write({ level: 'error', message, span, fields: { ...order, amount }, error: error as Error });
      return { status: 402, said: message };
    }
    log.write({ level: 'info', message: 'card charged', span, fields: { ...order, amount } });
    return { status: 200, said: 'paid' };
  };
}

function charge({ order }: Order): void {
  if (order % 7 === 0) throw new CardDeclined('the bank declined the card');
}
