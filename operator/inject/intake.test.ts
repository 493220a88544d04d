import { once } from 'node:events';
import { createServer, request, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import express from 'express';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { intake, onFault } from './intake.ts';

let server: Server;
beforeEach(async () => {
  const app = express();
  app.post('/', ...intake(200), (given, response) => void response.json(given.body));
  app.use(onFault);
  server = createServer(app).listen(0, '127.0.0.1');
  await once(server, 'listening');
});
afterEach(async () => {
  server.closeAllConnections();
  server.close();
  await once(server, 'close');
});

const open = (headers: object) => {
  const { port } = server.address() as AddressInfo;
  return request({ port, method: 'POST', headers: { 'content-type': 'application/json', ...headers } });
};

it('a body that does not come to its end is not waited for', async () => {
  const sent = open({ 'content-length': '100' });
  sent.write('{');
  const [error] = (await once(sent, 'error')) as [Error & { code: string }];
  expect(error.code).toBe('ECONNRESET');
});
