import { once } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { expect, it, onTestFinished } from 'vitest';
import { renew } from '../../operator/certs.ts';
import { postReport } from './post.ts';

interface Heard {
  method: string | undefined;
  path: string | undefined;
  authorization: string | undefined;
  connection: string | undefined;
  body: string;
}

/** An operator that answers as it is told to. */
async function operator(answer: (response: ServerResponse) => void) {
  const { ca, cert, key } = await renew('renew all', undefined, ['localhost'], new Date());
  const heard: Heard[] = [];
  const server = createServer({ cert, key }, (request: IncomingMessage, response) => {
    const { method, url: path, headers } = request;
    const { authorization, connection } = headers;
    request.once('end', () => answer(response));
    void text(request).then((body) => heard.push({ method, path, authorization, connection, body }));
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const url = `https://localhost:${(server.address() as AddressInfo).port}/report`;
  const post = (changes: object = {}, totalMs = 5000, signal?: AbortSignal) =>
    postReport({ url, ca, token: 'a.b.c', ...changes }, '{"version":1}', { totalMs, ...(signal ? { signal } : {}) });
  return { heard, post };
}

it('posts with the token, on a connection that is not kept', async () => {
  const { heard, post } = await operator((response) => response.end('{"nextSeconds":7}'));
  expect(await post()).toEqual({ nextSeconds: 7 });
  expect(heard).toEqual([
    { method: 'POST', path: '/report', authorization: 'Bearer a.b.c', connection: 'close', body: '{"version":1}' },
  ]);
});

it.each<[string, number, string, string]>([
  ['a refusal', 403, '{"error":"the token is not bound to a pod"}', '403 the token is not bound to a pod'],
  ['a refusal of a proxy', 502, 'Bad Gateway', '502 Bad Gateway'],
  ['a pace that is none', 200, '{"nextSeconds":0}', '200 with an answer that cannot be read: {"nextSeconds":0}'],
  ['a pace of days', 200, '{"nextSeconds":86400}', '200 with an answer that cannot be read: {"nextSeconds":86400}'],
  ['another JSON', 200, 'null', '200 with an answer that cannot be read: null'],
  ['no answer', 200, '', '200 with an answer that cannot be read: '],
])('%s is told in words', async (_, status, body, error) => {
  const { post } = await operator((response) => response.writeHead(status).end(body));
  expect(await post()).toEqual({ error, afterMs: undefined });
});

it('hears after how long it may come back', async () => {
  const { post } = await operator((response) =>
    response.writeHead(503, { 'retry-after': '10' }).end('{"error":"busy"}'),
  );
  expect(await post()).toEqual({ error: '503 busy', afterMs: 10_000 });
});

it('does not wait for ever, and not at all when it is told to stop', async () => {
  const { post } = await operator(() => undefined);
  await expect(post({}, 100)).rejects.toThrow('0.1 s');
  const stop = new AbortController();
  const posted = post({}, 60_000, stop.signal);
  stop.abort();
  await expect(posted).rejects.toThrow('aborted');
});

it('shows its token to nobody but the operator', async () => {
  const { heard, post } = await operator((response) => response.end('{"nextSeconds":7}'));
  const { ca } = await renew('renew all', undefined, ['localhost'], new Date());
  await expect(post({ ca })).rejects.toThrow('certificate');
  await expect(post({ ca: 'no PEM' })).rejects.toThrow('certificate');
  await expect(post({ url: 'http://localhost/report' })).rejects.toThrow('no https URL');
  await expect(post({ url: 'https://' })).rejects.toThrow('no https URL');
  expect(heard).toEqual([]);
});
