import { hostname } from 'node:os';
import { cart } from './cart.ts';
import { catalogue } from './catalogue.ts';
import { customers } from './customers.ts';
import { openTelemetry, pino, text } from './formats.ts';
import { Log, type LogOptions } from './log.ts';
import { payment } from './payment.ts';
import { recommendations } from './recommendations.ts';
import { serve } from './service.ts';
import { storefront } from './storefront.ts';

/** `node main.ts PART`: runs one part of the shop; README.md has the variables. */
const part = process.argv[2] ?? '';
const env = (name: string, otherwise: string) => process.env[name] ?? otherwise;
const number = (name: string, otherwise: number) => Number(process.env[name] ?? otherwise);

const formats: Record<string, LogOptions['format']> = { storefront: pino(hostname()), payment: openTelemetry };
const log = new Log({
  format: formats[part] ?? text,
  write: (stream, line) => void process[stream].write(line),
  now: () => new Date(),
});
const port = number('PORT', 8080);

// The first process of a container gets no signal that it does not ask for.
process.once('SIGTERM', () => {
  log.end({ level: 'info', message: 'closed' });
  process.exit(0);
});

switch (part) {
  case 'storefront':
    await serve({ port, log, handle: storefront(log, env('CART_URL', 'http://cart:8080')) });
    break;
  case 'cart':
    await serve({ port, log, handle: cart(log, env('PAYMENT_URL', 'http://payment:8080')) });
    break;
  case 'payment':
    await serve({ port, log, handle: payment(log) });
    break;
  case 'customers':
    process.exitCode = await customers({
      log,
      storefront: env('STOREFRONT_URL', 'http://storefront:8080'),
      requests: number('REQUESTS', 30),
    });
    break;
  case 'catalogue':
    catalogue(log, number('PAGES', 20));
    break;
  case 'recommendations': {
    const options = { lines: number('LINES', 50), crashes: number('CRASHES', 2), state: env('STATE', '/state') };
    if (recommendations({ log, ...options })) {
      await serve({ port, log, handle: () => ({ status: 404, said: 'no orders here\n' }) });
    } else process.exitCode = 1;
    break;
  }
  default:
    console.error(`there is no part "${part}": storefront, cart, payment, customers, catalogue, recommendations`);
    process.exitCode = 2;
}
