import { getBuiltinModule } from 'node:process';

/** `BlockList` is loaded when somebody asks for it. */
const net = () => getBuiltinModule('node:net');

/** The usual variables, as `readEnvironment` found them. */
export interface ProxySettings {
  /** For `http:` addresses. */
  http: string | undefined;
  /** For `https:` addresses. */
  https: string | undefined;
  /** Comma-separated hosts that are asked directly. */
  none: string | undefined;
}

/**
 * The proxy for an address; undefined: none. Throws, without the URL, for it may hold a password, when that is no `http:` or
 * `https:` URL.
 */
export function proxyFor(target: URL, { http, https, none }: ProxySettings): URL | undefined {
  const isSecure = target.protocol === 'https:';
  const proxy = isSecure ? https : http;
  if (!proxy || isDirect(target, none ?? '')) return undefined;
  const url = URL.parse(/^[A-Za-z][A-Za-z0-9+.-]*:\/\//.test(proxy) ? proxy : `http://${proxy}`);
  const name = isSecure ? 'HTTPS_PROXY' : 'HTTP_PROXY';
  if (!url || !/^https?:$/.test(url.protocol)) throw new Error(`${name} is no http:// or https:// URL`);
  return url;
}

/** Whether NO_PROXY names the host: itself, a domain above it, its network, with or without a port; or `*`. */
function isDirect({ hostname, port, protocol }: URL, list: string): boolean {
  const host = hostname.replace(/^\[(.*)\]$/, '$1').toLowerCase();
  const at = port || (protocol === 'https:' ? '443' : '80');
  const entries = list.toLowerCase().split(/[\s,]+/);
  return entries.filter(Boolean).some((entry) => {
    const { name, only } = read(entry);
    if (only !== undefined && only !== at) return false;
    return name === '*' || host === name || host.endsWith(`.${name}`) || isWithin(host, name);
  });
}

/** `example.com`, `.example.com`, `*.example.com`, `example.com:9200`, `[fd00::1]:9200`, `fd00::1`, `10.0.0.0/8`. */
function read(entry: string): { name: string; only: string | undefined } {
  if (net().isIP(entry) === 6 || entry.includes('/')) return { name: entry, only: undefined };
  const [, name = '', only] = /^\[?([^\]]*?)\]?(?::(\d+))?$/.exec(entry) ?? [];
  return { name: name.replace(/^\*?\./, ''), only };
}

function isWithin(host: string, network: string): boolean {
  const [address = '', bits = ''] = network.split('/');
  const { BlockList, isIP } = net();
  const family = isIP(address);
  if (family === 0 || family !== isIP(host) || !/^\d{1,3}$/.test(bits) || Number(bits) > (family === 4 ? 32 : 128)) {
    return false;
  }
  const type = family === 4 ? 'ipv4' : 'ipv6';
  const block = new BlockList();
  block.addSubnet(address, Number(bits), type);
  return block.check(host, type);
}
