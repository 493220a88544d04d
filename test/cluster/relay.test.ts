import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { connect, createServer } from 'node:net';
import type { AddressInfo, Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { relay } from './relay.ts';

describe('a relay', () => {
  let folder: string;
  // Answers only when the question has ended.
  const server = createServer({ allowHalfOpen: true }, (socket) => {
    let bytes = 0;
    socket.on('data', (chunk) => (bytes += chunk.length));
    socket.on('end', () => socket.end(`${bytes} bytes`));
    socket.on('error', () => {});
  });
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'tracewell-test-'));
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
  });
  afterAll(async () => {
    server.close();
    await rm(folder, { recursive: true });
  });

  it('passes a half-closed connection through TCP and a unix socket', async () => {
    const path = join(folder, 'a.sock');
    const second = await relay({ path }, { host: '127.0.0.1', port: (server.address() as AddressInfo).port });
    const first = await relay({ host: '127.0.0.1', port: 0 }, { path });
    const client = connect({ host: '127.0.0.1', port: first.port, allowHalfOpen: true });
    client.end('x'.repeat(3_000_000));
    expect(await text(client)).toBe('3000000 bytes');
    await first.close();
    await second.close();
  });

  it('ends a connection when there is nobody at the other side', async () => {
    const nobody = await relay({ host: '127.0.0.1', port: 0 }, { path: join(folder, 'nobody.sock') });
    const client = connect({ host: '127.0.0.1', port: nobody.port });
    expect(await endOf(client)).toBe('closed');
    await nobody.close();
  });

  it('ends open connections when it is closed', async () => {
    const open = await relay(
      { host: '127.0.0.1', port: 0 },
      { host: '127.0.0.1', port: (server.address() as AddressInfo).port },
    );
    const client = connect({ host: '127.0.0.1', port: open.port });
    await once(client, 'connect');
    client.write('unfinished');
    const [end] = await Promise.all([endOf(client), open.close()]);
    expect(end).toBe('closed');
    await expect(once(connect({ host: '127.0.0.1', port: open.port }), 'connect')).rejects.toThrow('ECONNREFUSED');
  });
});

/** Resolves when a socket is closed, by an end or by a reset. */
function endOf(socket: Socket): Promise<string> {
  socket.on('error', () => {});
  socket.resume();
  return new Promise((resolve) => {
    socket.on('close', () => resolve('closed'));
  });
}
