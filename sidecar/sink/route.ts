import { isIP, connect as connectTcp, type Socket, type OnReadOpts } from 'node:net';
import { getBuiltinModule } from 'node:process';
import type { SecureContext } from 'node:tls';
import { ResponseReader } from './response.ts';

/** Loaded when it is needed: it costs 3 MB. */
const tls = () => getBuiltinModule('node:tls');

/** How an address is reached. */
export interface Route {
  target: URL;
  /** Undefined: directly. */
  proxy: URL | undefined;
  /** Which authorities are trusted; undefined: no TLS. */
  secureContext: SecureContext | undefined;
}

/** `ca`: PEM; undefined: the system's authorities. Throws when it is no PEM. */
export function secureContextOf(ca: string | undefined): SecureContext {
  return tls().createSecureContext(ca === undefined ? {} : { ca });
}

/** Opens sockets, and waits until they can be written to. What it has begun can be destroyed by `onSocket`'s socket. */
export async function dial(
  { target, proxy, secureContext }: Route,
  onread: OnReadOpts,
  onSocket: (socket: Socket) => void,
): Promise<Socket> {
  const isSecure = target.protocol === 'https:';
  if (!proxy || !isSecure) {
    const socket = open(proxy ?? target, secureContext, onread);
    onSocket(socket);
    return established(socket);
  }
  const outer = open(proxy, secureContext);
  onSocket(outer);
  await established(outer);
  await openTunnel(outer, target, proxy);
  const socket = tls().connect({ socket: outer, ...namesOf(target), secureContext });
  onSocket(socket);
  // Node hands nothing over in a buffer of ours when it reads from another socket.
  socket.on('data', (bytes: Buffer) => onread.callback(bytes.length, bytes));
  return established(socket);
}

/** Of the proxy's URL, as a header; undefined when that has no user. */
export function authorizationOf({ username, password }: URL): string | undefined {
  if (!username && !password) return undefined;
  const user = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`;
  return `Basic ${Buffer.from(user).toString('base64')}`;
}

const hostOf = ({ hostname }: URL): string => hostname.replace(/^\[(.*)\]$/, '$1');
const portOf = ({ port, protocol }: URL): number => Number(port || (protocol === 'https:' ? 443 : 80));

/** An address has no name that a certificate could be asked by. */
function namesOf(url: URL) {
  const host = hostOf(url);
  return { host, servername: isIP(host) ? '' : host, ALPNProtocols: ['http/1.1'] };
}

function open(url: URL, secureContext: SecureContext | undefined, onread?: OnReadOpts): Socket {
  const options = { port: portOf(url), noDelay: true, keepAlive: true, ...(onread ? { onread } : {}) };
  if (url.protocol !== 'https:') return connectTcp({ host: hostOf(url), ...options });
  return tls().connect({ ...namesOf(url), ...options, secureContext });
}

function established(socket: Socket): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const event = 'encrypted' in socket ? 'secureConnect' : 'connect';
    const onClose = () => reject(new Error('closed before there was a connection'));
    socket.once(event, () => {
      socket.off('close', onClose).off('error', reject);
      resolve(socket);
    });
    socket.once('close', onClose).once('error', reject);
  });
}

/** Asks a proxy for a tunnel: RFC 9110, section 9.3.6. */
async function openTunnel(socket: Socket, target: URL, proxy: URL): Promise<void> {
  const to = `${target.hostname}:${portOf(target)}`;
  const authorization = authorizationOf(proxy);
  const user = authorization ? `Proxy-Authorization: ${authorization}\r\n` : '';
  socket.write(`CONNECT ${to} HTTP/1.1\r\nHost: ${to}\r\n${user}\r\n`, 'latin1');
  const response = new ResponseReader(false, () => undefined);
  await new Promise<void>((resolve, reject) => {
    const onData = (bytes: Buffer) => {
      try {
        response.take(bytes);
      } catch (error) {
        reject(error);
      }
      if (!response.isWhole) return;
      socket.pause().off('data', onData).off('error', reject).off('close', onClose);
      resolve();
    };
    const onClose = () => reject(new Error('the proxy closed the connection instead of opening a tunnel'));
    socket.on('data', onData).once('error', reject).once('close', onClose);
  });
  if (response.status === 407) throw new Error('the proxy refuses its user or password (407)');
  if (response.status !== 200) throw new Error(`the proxy opens no tunnel: ${response.status}`);
}
