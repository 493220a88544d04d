import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { until } from '../../test/wait.ts';

const REQUESTS = 14;

/** One part of the shop as a process of this machine. */
class Part {
  readonly #child: ChildProcess;
  #text = '';

  constructor(name: string, env: Record<string, string>) {
    const main = join(import.meta.dirname, 'main.ts');
    const stdio = ['ignore', 'pipe', 'pipe'] as const;
    this.#child = spawn(process.execPath, [main, name], { env: { PORT: '0', ...env }, stdio: [...stdio] });
    for (const stream of [this.#child.stdout!, this.#child.stderr!]) {
      stream.setEncoding('utf8').on('data', (chunk: string) => (this.#text += chunk));
    }
  }

  get lines(): string[] {
    return this.#text.split('\n').slice(0, -1);
  }

  /** Where it listens, once it says so. */
  async url(): Promise<string> {
    const port = await until('the port', () => /(?:"port":|port=)(\d+)/.exec(this.#text)?.[1]);
    return `http://127.0.0.1:${port}`;
  }

  async exit(): Promise<number | null> {
    const { exitCode } = this.#child;
    return exitCode ?? ((await once(this.#child, 'close')) as [number | null])[0];
  }

  stop(): Promise<number | null> {
    this.#child.kill('SIGTERM');
    return this.exit();
  }
}

const traceIdOf = (line: string) => /"?trace_?[iI]d"?[=:]"?([0-9a-f]{32})/.exec(line)?.[1];
const numbersOf = (lines: readonly string[]) =>
  lines.map((line) => Number(/(?:"line":| line=)(\d+)/.exec(line)?.[1])).toSorted((a, b) => a - b);
const upTo = (count: number) => Array.from({ length: count }, (_, index) => index + 1);

describe('the shop', () => {
  let storefront: Part;
  let cart: Part;
  let payment: Part;
  let customers: Part;

  beforeAll(async () => {
    payment = new Part('payment', {});
    cart = new Part('cart', { PAYMENT_URL: await payment.url() });
    storefront = new Part('storefront', { CART_URL: await cart.url() });
    customers = new Part('customers', { STOREFRONT_URL: await storefront.url(), REQUESTS: `${REQUESTS}` });
    await customers.exit();
  });
  afterAll(() => Promise.all([storefront.stop(), cart.stop(), payment.stop()]));

  it('serves every customer', async () => {
    expect(await customers.exit()).toBe(0);
    expect(numbersOf(customers.lines)).toEqual(upTo(REQUESTS + 1));
    expect(customers.lines.at(-1)).toContain(` lines=${REQUESTS + 1}`);
  });

  it('logs one trace id from the customer to the payment, with a span id for each hop', () => {
    for (const order of upTo(REQUESTS)) {
      const ofOrder = (part: Part) => part.lines.filter((line) => new RegExp(`order"?[=:]${order}(?!\\d)`).test(line));
      const lines = [customers, storefront, cart, payment].map(ofOrder);
      expect(new Set(lines.flat().map(traceIdOf)).size).toBe(1);
      const spans = lines.map((own) => new Set(own.map((line) => /span_?[iI]d"?[=:]"?([0-9a-f]{16})/.exec(line)?.[1])));
      expect(spans.map((own) => own.size)).toEqual([1, 1, 1, 1]);
      expect(new Set(spans.flatMap((own) => [...own])).size).toBe(4);
    }
  });

  it('declines every seventh order, with a stack', () => {
    const declined = payment.lines.filter((line) => line.includes('"severity":"ERROR"'));
    expect(declined.map((line) => (JSON.parse(line) as { order: number }).order)).toEqual([7, 14]);
    expect(declined[0]).toMatch(/"exception.type":"CardDeclined".*"exception.stacktrace":"CardDeclined: .*payment.ts/);
  });

  it('has a line that is too long for the container runtime to keep in one piece', () => {
    expect(cart.lines.filter((line) => line.length > 16_384)).toHaveLength(1);
  });

  it('says how many lines it wrote, and does not log the question', async () => {
    for (const part of [storefront, cart, payment]) {
      const count = part.lines.length;
      for (const path of ['/lines', '/healthz', '/lines', '/nowhere']) await fetch(`${await part.url()}${path}`);
      const response = await fetch(`${await part.url()}/lines`);
      expect(await response.json()).toEqual({ lines: count });
      expect(numbersOf(part.lines)).toEqual(upTo(count));
    }
  });

  it('ends at SIGTERM, and its last line says how many there are', async () => {
    const part = new Part('cart', {});
    await part.url();
    expect(await part.stop()).toBe(0);
    expect(part.lines).toHaveLength(2);
    expect(part.lines.at(-1)).toMatch(/ closed line=2 lines=2$/);
  });

  it('answers for a service that is not there', async () => {
    const part = new Part('cart', { PAYMENT_URL: 'http://127.0.0.1:1' });
    const order = { method: 'POST', body: '{"order":1,"items":1}' };
    const response = await fetch(`${await part.url()}/orders`, order);
    expect(response.status).toBe(502);
    expect(await response.text()).toContain('http://127.0.0.1:1 does not answer');
    await part.stop();
  });

  it('refuses what is no order', async () => {
    const response = await fetch(`${await payment.url()}/orders`, { method: 'POST', body: '{"order":"seven"}' });
    expect(response.status).toBe(400);
  });
});

describe('its other parts', () => {
  let state: string;
  beforeAll(() => void (state = mkdtempSync(join(tmpdir(), 'tracewell-shop-'))));
  afterAll(() => rmSync(state, { recursive: true }));

  it('the catalogue counts its pages and ends', async () => {
    const part = new Part('catalogue', { PAGES: '3' });
    expect(await part.exit()).toBe(0);
    expect(numbersOf(part.lines)).toEqual([1, 2, 3, 4]);
    expect(part.lines.at(-1)).toContain(' lines=4');
  });

  it('recommendations crash as often as they are told, and then stay up, quiet', async () => {
    const env = { LINES: '3', CRASHES: '2', STATE: state };
    for (const run of [1, 2]) {
      const part = new Part('recommendations', env);
      expect(await part.exit()).toBe(1);
      expect(numbersOf(part.lines)).toEqual([1, 2, 3, 4]);
      expect(part.lines.find((line) => line.includes('ERROR'))).toMatch(new RegExp(`line=4 run=${run} lines=4$`));
    }
    const last = new Part('recommendations', env);
    const response = await fetch(`${await last.url()}/lines`);
    expect(await response.json()).toEqual({ lines: 4 });
    await last.stop();
  });

  it('a part that does not exist is named', async () => {
    const part = new Part('warehouse', {});
    expect(await part.exit()).toBe(2);
    expect(part.lines[0]).toContain('there is no part "warehouse"');
  });
});
