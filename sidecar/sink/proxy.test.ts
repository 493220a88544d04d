import { describe, expect, it } from 'vitest';
import { proxyFor, type ProxySettings } from './proxy.ts';

const none: ProxySettings = { http: undefined, https: undefined, none: undefined };

describe('the proxy', () => {
  it.each<[string, string, Partial<ProxySettings>, string | undefined]>([
    ['none is set', 'http://es:9200', {}, undefined],
    ['one for http is set', 'http://es:9200', { http: 'http://p:1' }, 'http://p:1/'],
    ['one for https is set', 'https://es:9200', { https: 'https://p:1' }, 'https://p:1/'],
    ['only one for https is set', 'http://es:9200', { https: 'http://p:1' }, undefined],
    ['only one for http is set', 'https://es:9200', { http: 'http://p:1' }, undefined],
    ['it has no scheme', 'http://es:9200', { http: 'p:3128' }, 'http://p:3128/'],
    ['it has a user', 'http://es:9200', { http: 'http://u:s%40@p:1' }, 'http://u:s%40@p:1/'],
  ])('for an address where %s', (_, url, settings, expected) => {
    expect(proxyFor(new URL(url), { ...none, ...settings })?.href).toBe(expected);
  });

  it.each(['socks5://u:secret@p:1', 'http://u:secret@p:port'])(
    '%s is said to be wrong, without its password',
    (http) => {
      const read = () => proxyFor(new URL('http://es:9200'), { ...none, http });
      expect(read).toThrow('HTTP_PROXY is no http:// or https:// URL');
      expect(read).not.toThrow('secret');
    },
  );
});

describe('NO_PROXY', () => {
  const DIRECT = [
    ['*', 'http://es:9200'],
    ['es', 'http://es:9200'],
    ['ES', 'http://es:9200'],
    ['other, es', 'http://es:9200'],
    ['es:9200', 'http://es:9200'],
    ['es:443', 'https://es'],
    ['svc', 'http://es.shop.svc'],
    ['.svc', 'http://es.shop.svc'],
    ['*.svc', 'http://es.shop.svc'],
    ['.cluster.local', 'http://es.shop.svc.cluster.local'],
    ['10.1.2.3', 'http://10.1.2.3'],
    ['10.0.0.0/8', 'http://10.1.2.3'],
    ['fd00::1', 'http://[fd00::1]:9200'],
    ['[fd00::1]:9200', 'http://[fd00::1]:9200'],
    ['fd00::/8', 'http://[fd00::1]'],
  ];
  const PROXIED = [
    ['', 'http://es'],
    [',, ', 'http://es'],
    ['es', 'http://test-es'],
    ['.svc', 'http://svc.com'],
    ['es:9201', 'http://es:9200'],
    ['10.0.0.0/8', 'http://11.1.2.3'],
    ['10.0.0.0/99', 'http://10.1.2.3'],
    ['10.0.0.0/8', 'http://es'],
    ['10.0.0.0/8', 'http://[fd00::1]'],
    ['fd00::/8', 'http://10.1.2.3'],
    ['[fd00::1]:9201', 'http://[fd00::1]:9200'],
  ];
  const isDirect = (list: string, url: string) =>
    proxyFor(new URL(url), { http: 'http://p:1', https: 'http://p:1', none: list }) === undefined;

  it.each(DIRECT)('"%s" lets %s be asked directly', (list, url) => {
    expect(isDirect(list, url)).toBe(true);
  });
  it.each(PROXIED)('"%s" leaves %s to the proxy', (list, url) => {
    expect(isDirect(list, url)).toBe(false);
  });
});
