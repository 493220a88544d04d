import type { Log } from './log.ts';
import { sendOrder } from './order.ts';
import type { Handler } from './service.ts';

/** Reserves the articles of an order, and gives them back when nobody pays. A large order makes a line of many parts. */
export function cart(log: Log, payment: string): Handler {
  return async (order, span) => {
    const articles = Array.from({ length: order.items }, (_, index) => `sku-${order.order}-${index + 1}`).join(',');
    log.write({ level: 'info', message: 'articles reserved', span, fields: { ...order, articles } });
    const answer = await sendOrder(payment, order, span);
    if (answer.status !== 200) log.write({ level: 'warn', message: 'articles given back', span, fields: { ...order } });
    return answer;
  };
}
