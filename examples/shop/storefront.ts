import type { Log } from './log.ts';
import { sendOrder } from './order.ts';
import type { Handler } from './service.ts';

/** Takes orders and asks the cart for them. */
export function storefront(log: Log, cart: string): Handler {
  return async (order, span) => {
    log.write({ level: 'info', message: 'order received', span, fields: { ...order } });
    const answer = await sendOrder(cart, order, span);
    const { status, said } = answer;
    if (status === 200) {
      log.write({ level: 'info', message: 'order confirmed', span, fields: { ...order, status } });
    } else {
      log.write({ level: 'warn', message: `order not confirmed: ${said}`, span, fields: { ...order, status } });
    }
    return answer;
  };
}
