import { X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { connect, createServer } from 'node:tls';
import { describe, expect, it } from 'vitest';
import { caPem, certificateNames, faultOf, judge, renew, type Certificates } from './certs.ts';

const NAMES = certificateNames('tracewell', 'ops');
const DAY_MS = 24 * 3_600_000;
const START = new Date('2026-01-02T00:00:00Z');
const after = (days: number) => new Date(START.getTime() + days * DAY_MS);
const made = (now = START) => renew('renew all', undefined, NAMES, now);

const parsed = ({ ca, cert }: Certificates) => ({ ca: new X509Certificate(ca), leaf: new X509Certificate(cert) });

describe('new certificates', () => {
  it('chain: the leaf is signed by the authority, which is one, and neither is the other', async () => {
    const { ca, leaf } = parsed(await made());
    expect(leaf.verify(ca.publicKey)).toBe(true);
    expect(ca.verify(ca.publicKey)).toBe(true);
    expect([ca.ca, leaf.ca]).toEqual([true, false]);
  });

  it('are for the Services of the webhook and of the reports', () => {
    expect(NAMES).toEqual([
      'tracewell.ops.svc',
      'tracewell.ops.svc.cluster.local',
      'tracewell-reports.ops.svc',
      'tracewell-reports.ops.svc.cluster.local',
    ]);
  });

  it.each(NAMES)('are for %s', async (name) => {
    expect(parsed(await made()).leaf.checkHost(name)).toBe(name);
  });

  it('are for no other name', async () => {
    expect(parsed(await made()).leaf.checkHost('tracewell.shop.svc')).toBeUndefined();
  });

  it('are valid from the day before, for clocks that are behind', async () => {
    const { ca, leaf } = parsed(await made());
    for (const one of [ca, leaf]) expect(new Date(one.validFrom)).toEqual(after(-1));
    expect(new Date(leaf.validTo)).toEqual(after(365));
    expect(new Date(ca.validTo)).toEqual(after(3650));
  });

  it('serve TLS to who trusts the authority', async () => {
    const { ca, cert, key } = await made(new Date());
    const server = createServer({ cert, key }, (socket) => socket.end('hello')).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const socket = connect({ port, host: '127.0.0.1', ca, servername: NAMES[0]! });
    expect(String((await once(socket, 'data'))[0])).toBe('hello');
    socket.destroy();
    server.close();
  });
});

describe('certificates are judged', () => {
  it('to be made, where there are none', () => {
    expect(judge(undefined, NAMES, START)).toBe('renew all');
  });

  // A year and the day before are 366 days, ten years and it 3651.
  it.each([
    [0, 'keep'],
    [242, 'keep'],
    [243, 'renew leaf'],
    [400, 'renew leaf'],
    [2432, 'renew leaf'],
    [2433, 'renew all'],
    [5000, 'renew all'],
  ])('after %i days: %s', async (days, verdict) => {
    expect(judge(await made(), NAMES, after(days))).toBe(verdict);
  });

  it('to need a new leaf when the release has another name', async () => {
    expect(judge(await made(), ['other.ops.svc'], START)).toBe('renew leaf');
  });

  it('to need a new leaf when it is of another authority', async () => {
    const [mine, other] = await Promise.all([made(), made()]);
    expect(judge({ ...mine, cert: other.cert, key: other.key }, NAMES, START)).toBe('renew leaf');
  });

  it.each([
    ['caKey', 'renew all'],
    ['key', 'renew leaf'],
  ] as const)('to be of no use with another %s: %s', async (part, verdict) => {
    const [mine, other] = await Promise.all([made(), made()]);
    expect(judge({ ...mine, [part]: other[part] }, NAMES, START)).toBe(verdict);
  });

  it.each([
    ['ca', 'renew all'],
    ['caKey', 'renew all'],
    ['cert', 'renew leaf'],
    ['key', 'renew leaf'],
  ] as const)('to be of no use when %s cannot be read: %s', async (part, verdict) => {
    expect(judge({ ...(await made()), [part]: 'garbage' }, NAMES, START)).toBe(verdict);
  });

  it.each([
    [6, 'keep'],
    [8, 'forget the old authority'],
  ])('%i days after a change of authority: %s', async (days, verdict) => {
    const changed = await renew('renew all', await made(), NAMES, START);
    expect(judge(changed, NAMES, after(days))).toBe(verdict);
    expect(judge(await renew('forget the old authority', changed, NAMES, after(days)), NAMES, after(days))).toBe(
      'keep',
    );
  });
});

describe('what is wrong with certificates', () => {
  it.each<[string, (own: Certificates, other: Certificates) => Certificates, number, string | undefined]>([
    ['nothing', (own) => own, 0, undefined],
    ['a certificate that cannot be read', (own) => ({ ...own, cert: 'x' }), 0, 'the certificate cannot be read'],
    ['an authority that cannot be read', (own) => ({ ...own, ca: 'x' }), 0, 'the authority cannot be read'],
    ['another key', (own, { key }) => ({ ...own, key }), 0, 'the key does not fit the certificate'],
    ['a key that cannot be read', (own) => ({ ...own, key: 'x' }), 0, 'the key does not fit the certificate'],
    ['a clock two days behind', (own) => own, -2, 'the certificate is not valid before 2026-01-01T00:00:00.000Z'],
    ['age', (own) => own, 366, 'the certificate ended at 2027-01-02T00:00:00.000Z'],
    ['another authority', (own, { ca }) => ({ ...own, ca }), 0, 'the certificate is not signed by the authority'],
    ['nothing, with two authorities', (own, { ca }) => ({ ...own, ca: `${ca}\n${own.ca}` }), 0, undefined],
  ])('%s', async (_, change, days, fault) => {
    const [own, other] = await Promise.all([made(), made()]);
    expect(faultOf(change(own, other), NAMES, after(days))).toBe(fault);
  });

  it('a name that is missing', async () => {
    expect(faultOf(await made(), ['other.ops.svc'], START)).toBe('the certificate is not for other.ops.svc');
  });

  it('nothing, when the certificate is its own authority', async () => {
    const { ca, caKey } = await made();
    expect(faultOf({ ca, cert: ca, key: caKey }, [], START)).toBeUndefined();
  });
});

describe('renewing', () => {
  it('keeps what is good', async () => {
    const before = await made();
    expect(await renew('keep', before, NAMES, START)).toBe(before);
  });

  it('a leaf keeps the authority, so nobody has to hear of it', async () => {
    const before = await made();
    const now = await renew('renew leaf', before, NAMES, after(300));
    expect(now.ca).toBe(before.ca);
    expect(now.oldCa).toBeUndefined();
    expect(parsed(now).leaf.verify(parsed(before).ca.publicKey)).toBe(true);
    expect(judge(now, NAMES, after(300))).toBe('keep');
  });

  it('all keeps the old authority beside the new one, and a leaf after that keeps both', async () => {
    const before = await made();
    const now = await renew('renew all', before, NAMES, after(2500));
    expect(now.oldCa).toBe(before.ca);
    expect(now.ca).not.toBe(before.ca);
    expect((await renew('renew leaf', now, NAMES, after(2800))).oldCa).toBe(before.ca);
  });

  it('both authorities are told, the new one first, each once', async () => {
    const before = await made();
    const now = await renew('renew all', before, NAMES, START);
    const found = caPem(now, before, undefined).match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g)!;
    expect(found.map((pem) => new X509Certificate(pem).fingerprint256)).toEqual(
      [now.ca, before.ca].map((pem) => new X509Certificate(pem).fingerprint256),
    );
  });

  it('what cannot be read is not told: the API server would refuse all of it', async () => {
    const own = await made();
    const broken = own.ca.replace(/\n[A-Za-z0-9]{5}/, '\nAAAAA');
    expect(caPem({ ...own, oldCa: 'garbage' }, { ...own, ca: broken })).toBe(caPem(own));
  });
});
