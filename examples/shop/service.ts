import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Log } from './log.ts';
import { readOrder, type Answer, type Order } from './order.ts';
import { newSpan, type Span } from './trace.ts';

export type Handler = (order: Order, span: Span) => Answer | Promise<Answer>;

/**
 * Serves `POST /orders`, and two things that it does not log: `GET /healthz` for Kubernetes, and `GET /lines`, which says
 * how many lines were logged so far. Logs once at the start; what comes with an order is the handler's.
 */
export async function serve({ port, log, handle }: { port: number; log: Log; handle: Handler }): Promise<void> {
  const respond = async (request: IncomingMessage, response: ServerResponse) => {
    const { status, said } = await answer(request, { log, handle });
    // One connection for each request, so that both replicas of the next service get their share.
    response.writeHead(status, { connection: 'close' }).end(said);
  };
  const server = createServer((request, response) => void respond(request, response));
  server.listen(port);
  await once(server, 'listening');
  log.write({ level: 'info', message: 'open', fields: { port: (server.address() as AddressInfo).port } });
}

async function answer(request: IncomingMessage, { log, handle }: { log: Log; handle: Handler }): Promise<Answer> {
  const asked = `${request.method} ${request.url}`;
  if (asked === 'GET /healthz') return { status: 200, said: 'ok\n' };
  if (asked === 'GET /lines') return { status: 200, said: `${JSON.stringify({ lines: log.lines })}\n` };
  if (asked !== 'POST /orders')
    return { status: 404, said: 'there is only POST /orders, GET /lines and GET /healthz\n' };
  const span = newSpan(request.headers['traceparent'] as string | undefined);
  try {
    return await handle(await readOrder(request), span);
  } catch (error) {
    log.write({ level: 'error', message: 'not an order', span, error: error as Error });
    return { status: 400, said: 'not an order\n' };
  }
}
