import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import { Agent, request } from 'node:https';
import type { Socket } from 'node:net';
import { text } from 'node:stream/consumers';
import express from 'express';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { freePort } from '../../test/operator/port.ts';
import { until } from '../../test/wait.ts';
import { renew, type Certificates } from '../certs.ts';
import { WebhookServer } from './server.ts';

const NAME = 'tracewell.ops.svc';
let certificates: Certificates;
let port: number;
let server: WebhookServer;
let agent: Agent;
/** Lets an answer to `/slow` go. */
let go: () => void;
let asked: number;

beforeAll(async () => {
  certificates = await renew('renew all', undefined, [NAME], new Date());
});
beforeEach(async () => {
  asked = 0;
  const app = express();
  app.get('/', (_, response) => void response.send('quick'));
  app.get('/slow', (_, response) => {
    asked++;
    go = () => response.send('slow');
  });
  port = await freePort();
  server = new WebhookServer(app, port);
  server.use(certificates);
  await server.start();
  // Connections are kept, as the API server keeps them.
  agent = new Agent({ keepAlive: true, ca: certificates.ca, servername: NAME });
});
afterEach(async () => {
  agent.destroy();
  await server.stop();
});

async function get(path = '/'): Promise<{ body: string; connection: string | undefined; socket: Socket }> {
  const sent = request({ host: '127.0.0.1', port, path, agent }).end();
  const [response] = (await once(sent, 'response')) as [IncomingMessage];
  const { socket } = response;
  return { body: await text(response), connection: response.headers.connection, socket };
}

describe('a server that is draining', () => {
  it('answers, and asks every client to come back by a new connection', async () => {
    const before = await get();
    expect(before.connection).toBe('keep-alive');
    const drained = server.drain(500);
    const during = await get();
    expect(during).toMatchObject({ body: 'quick', connection: 'close' });
    expect(during.socket).toBe(before.socket);
    const after = await get();
    expect(after).toMatchObject({ body: 'quick', connection: 'close' });
    expect(after.socket).not.toBe(before.socket);
    await drained;
    expect((await get()).body).toBe('quick');
  });

  it('does so as long as it was told, and takes nobody after its end', async () => {
    const began = performance.now();
    await server.drain(200);
    expect(performance.now() - began).toBeGreaterThan(190);
    await server.stop();
    await expect(get()).rejects.toThrow('ECONNREFUSED');
  });

  it('finishes what it is asked at its end', async () => {
    const answer = get('/slow');
    await until('the request', () => asked === 1, { everyMs: 5 });
    const stopped = server.stop();
    await expect(get()).rejects.toThrow('ECONNREFUSED');
    go();
    expect((await answer).body).toBe('slow');
    await stopped;
  });
});

it('says that it keeps idle connections longer than the API server does, who is to close them', async () => {
  const sent = request({ host: '127.0.0.1', port, agent }).end();
  const [{ headers }] = (await once(sent, 'response')) as [IncomingMessage];
  // client-go: 90 s.
  expect(Number(/timeout=(\d+)/.exec(headers['keep-alive'] as string)![1])).toBeGreaterThan(90);
});
