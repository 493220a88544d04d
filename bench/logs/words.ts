import type { Random } from './random.ts';

const WORDS = (
  'request processed user payment cache miss database connection timeout retry session expired validation failed ' +
  'upstream returned status order created inventory updated token refreshed queue drained worker started shard ' +
  'allocated http GET POST /api/v1/orders /api/v1/users in ms bytes from pod for tenant'
).split(' ');
export const LEVELS = ['info', 'info', 'info', 'info', 'warn', 'debug', 'error'] as const;

/** What logs talk about: words of 30 to some 120 characters, and a number at the end. */
export function sentence(random: Random): string {
  let message = '';
  const length = 30 + random.below(84);
  while (message.length < length) message += `${random.pick(WORDS)} `;
  return message + random.below(100_000);
}

const RESOURCES = ['orders', 'users', 'carts', 'payments', 'inventory', 'sessions'] as const;
export const METHODS = ['GET', 'GET', 'GET', 'POST', 'PUT', 'DELETE'] as const;
export const STATUSES = [200, 200, 200, 200, 200, 201, 204, 304, 400, 404, 500, 503] as const;

/** A path of an API, at times with a query. */
export function path(random: Random): string {
  const resource = `/api/v1/${random.pick(RESOURCES)}`;
  if (random.percent(30)) return `${resource}?page=${random.below(50)}&limit=${random.pick([10, 20, 50])}`;
  return `${resource}/${random.below(1_000_000)}`;
}
