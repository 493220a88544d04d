import { connect, createServer } from 'node:net';
import type { ListenOptions, NetConnectOpts, Socket } from 'node:net';
import { once } from 'node:events';

export interface Relay {
  /** The TCP port it listens on; 0 for a unix socket. */
  readonly port: number;
  readonly close: () => Promise<void>;
}

/** Passes every connection to `from` on to `to`, both of them TCP addresses or paths of unix sockets. */
export async function relay(from: ListenOptions, to: NetConnectOpts): Promise<Relay> {
  const open = new Set<Socket>();
  const server = createServer({ allowHalfOpen: true, noDelay: true }, (near) => {
    const far = connect({ ...to, allowHalfOpen: true });
    for (const [one, other] of [
      [near, far],
      [far, near],
    ] as const) {
      open.add(one);
      one.pipe(other);
      // One side's failure is the other's end; the programs at the two ends are the ones to complain.
      one.on('error', () => other.destroy());
      one.on('close', () => {
        open.delete(one);
        if (one.errored ?? !one.readableEnded) other.destroy();
      });
    }
  });
  server.listen(from);
  await once(server, 'listening');
  const address = server.address();
  return {
    port: typeof address === 'object' && address ? address.port : 0,
    async close() {
      const closed = once(server, 'close');
      server.close();
      for (const socket of open) socket.destroy();
      await closed;
    },
  };
}
