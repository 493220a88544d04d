// The X.509 library's dependency injection needs it, and it must come first.
import '@abraham/reflection';
import { createPrivateKey, X509Certificate } from 'node:crypto';
import * as x509 from '@peculiar/x509';
import { reportsService } from './reports/endpoint.ts';

/** What a server of ours shows, and by which authority others know it; all PEM. */
export interface Certificates {
  /** One certificate, or several where cert-manager's issuer gives them. */
  ca: string;
  /** The authority before this one, kept for those who still meet a certificate that it signed. */
  oldCa?: string | undefined;
  /** Intermediate ones may follow it. */
  cert: string;
  key: string;
}
/** With the authority's key, so that the next certificate can be made. */
export interface OwnCertificates extends Certificates {
  caKey: string;
}

/** Names by which the API server reaches the webhook's Service, and sidecars that of the reports. */
export const certificateNames = (name: string, namespace: string): string[] =>
  [name, reportsService(name)].flatMap((service) => [
    `${service}.${namespace}.svc`,
    `${service}.${namespace}.svc.cluster.local`,
  ]);

const DAY_MS = 24 * 3_600_000;
const CA_DAYS = 3650;
const LEAF_DAYS = 365;
/** What is made now is valid from the day before, for clocks that are behind. */
const BEFORE_MS = DAY_MS;
/** Long after every certificate of the old authority has been replaced, and every mounted copy of the new one is there. */
const OLD_CA_MS = 7 * DAY_MS;
const ALGORITHM = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' } as const;

export type Verdict = 'keep' | 'renew leaf' | 'renew all' | 'forget the old authority';

/** A certificate is renewed at two thirds of its life, and at once when it is of no use. */
export function judge(certificates: OwnCertificates | undefined, names: readonly string[], now: Date): Verdict {
  const ca = certificates && readOne(certificates.ca);
  if (!ca || isAged(ca, now) || !fitsKey(ca, certificates.caKey)) return 'renew all';
  if (faultOf(certificates, names, now) || isAged(readOne(certificates.cert)!, now)) return 'renew leaf';
  const madeAt = ca.validFromDate.getTime() + BEFORE_MS;
  return certificates.oldCa && now.getTime() > madeAt + OLD_CA_MS ? 'forget the old authority' : 'keep';
}

/** Why nobody could trust a server with these, in words; undefined when all is well. */
export function faultOf({ ca, cert, key }: Certificates, names: readonly string[], now: Date): string | undefined {
  const [leaf, ...chain] = readAll(cert);
  const authorities = readAll(ca);
  if (!leaf) return 'the certificate cannot be read';
  if (authorities.length === 0) return 'the authority cannot be read';
  if (!fitsKey(leaf, key)) return 'the key does not fit the certificate';
  if (now < leaf.validFromDate) return `the certificate is not valid before ${leaf.validFromDate.toISOString()}`;
  if (now > leaf.validToDate) return `the certificate ended at ${leaf.validToDate.toISOString()}`;
  const missing = names.find((name) => leaf.checkHost(name, { subject: 'never' }) === undefined);
  if (missing) return `the certificate is not for ${missing}`;
  const valid = authorities.filter(({ validFromDate, validToDate }) => validFromDate <= now && now <= validToDate);
  if (valid.length === 0) return 'the authority has ended';
  return isTrusted(leaf, chain, valid) ? undefined : 'the certificate is not signed by the authority';
}

/** Is there a way from the certificate over those behind it to an authority? */
function isTrusted(leaf: X509Certificate, chain: readonly X509Certificate[], authorities: readonly X509Certificate[]) {
  const signed = (one: X509Certificate) => (by: X509Certificate) => one.checkIssued(by) && one.verify(by.publicKey);
  let at: X509Certificate | undefined = leaf;
  for (let depth = 0; at && depth <= chain.length; depth++) {
    const one: X509Certificate = at;
    if (authorities.some((authority) => authority.raw.equals(one.raw) || signed(one)(authority))) return true;
    at = chain.find(signed(one));
  }
  return false;
}

function fitsKey(certificate: X509Certificate, key: string): boolean {
  try {
    return certificate.checkPrivateKey(createPrivateKey(key));
  } catch {
    return false;
  }
}

function isAged({ validFromDate, validToDate }: X509Certificate, now: Date): boolean {
  const [from, to] = [validFromDate.getTime(), validToDate.getTime()];
  return now.getTime() >= from + (2 / 3) * (to - from);
}

const PEM = /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g;

/** Certificates of a PEM text one by one; what cannot be read is left out. */
function readAll(pem: string): X509Certificate[] {
  return (pem.match(PEM) ?? []).flatMap((text) => {
    try {
      return [new X509Certificate(text)];
    } catch {
      return [];
    }
  });
}

/** When the certificate that is served ends, and when its authority does, in milliseconds; of what cannot be read nothing. */
export function endsOf(certificates: Certificates | undefined): { serving?: number; authority?: number } {
  const [serving, authority] = [certificates?.cert, certificates?.ca].map((pem) => pem && readOne(pem));
  return {
    ...(serving ? { serving: serving.validToDate.getTime() } : {}),
    ...(authority ? { authority: authority.validToDate.getTime() } : {}),
  };
}

const readOne = (pem: string): X509Certificate | undefined => readAll(pem)[0];

/** All authorities that others must know, PEM, each once; the first one's come first. */
export function caPem(...all: readonly (Certificates | undefined)[]): string {
  const texts = all.flatMap((one) => (one ? [one.ca, one.oldCa ?? ''] : [])).flatMap(readAll);
  return [...new Set(texts.map((certificate) => certificate.toString()))].join('');
}

/** Makes what the verdict asks for; the authority before stays beside a new one. */
export async function renew(
  verdict: Verdict,
  certificates: OwnCertificates | undefined,
  names: readonly string[],
  now: Date,
): Promise<OwnCertificates> {
  if (verdict === 'keep' && certificates) return certificates;
  if (verdict === 'forget the old authority' && certificates) return { ...certificates, oldCa: undefined };
  const authority =
    verdict === 'renew leaf' && certificates ? await readAuthority(certificates) : await newAuthority(now);
  const keys = await crypto.subtle.generateKey(ALGORITHM, true, ['sign', 'verify']);
  const leaf = await x509.X509CertificateGenerator.create({
    serialNumber: serial(),
    subject: `CN=${names[0]}`,
    issuer: authority.cert.subject,
    notBefore: new Date(now.getTime() - BEFORE_MS),
    notAfter: new Date(now.getTime() + LEAF_DAYS * DAY_MS),
    signingAlgorithm: ALGORITHM,
    publicKey: keys.publicKey,
    signingKey: authority.key,
    extensions: [
      new x509.BasicConstraintsExtension(false, undefined, true),
      new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.serverAuth]),
      new x509.SubjectAlternativeNameExtension(names.map((value) => ({ type: 'dns', value }))),
    ],
  });
  return {
    ca: authority.cert.toString('pem'),
    caKey: await privatePem(authority.key),
    oldCa: verdict === 'renew all' ? certificates?.ca : certificates?.oldCa,
    cert: leaf.toString('pem'),
    key: await privatePem(keys.privateKey),
  };
}

async function newAuthority(now: Date): Promise<{ cert: x509.X509Certificate; key: CryptoKey }> {
  const keys = await crypto.subtle.generateKey(ALGORITHM, true, ['sign', 'verify']);
  const number = serial();
  const cert = await x509.X509CertificateGenerator.createSelfSigned({
    serialNumber: number,
    // The number tells two authorities apart where only subjects are compared.
    name: `CN=tracewell webhook ${number}`,
    notBefore: new Date(now.getTime() - BEFORE_MS),
    notAfter: new Date(now.getTime() + CA_DAYS * DAY_MS),
    signingAlgorithm: ALGORITHM,
    keys,
    extensions: [
      new x509.BasicConstraintsExtension(true, 0, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign, true),
    ],
  });
  return { cert, key: keys.privateKey };
}

async function readAuthority({ ca, caKey }: OwnCertificates): Promise<{ cert: x509.X509Certificate; key: CryptoKey }> {
  const [der] = x509.PemConverter.decode(caKey);
  return {
    cert: new x509.X509Certificate(ca),
    key: await crypto.subtle.importKey('pkcs8', der!, ALGORITHM, true, ['sign']),
  };
}

async function privatePem(key: CryptoKey): Promise<string> {
  return x509.PemConverter.encode(await crypto.subtle.exportKey('pkcs8', key), 'PRIVATE KEY');
}

/** A positive number of 16 bytes (RFC 5280, 4.1.2.2). */
function serial(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[0] = (bytes[0]! & 0x7f) | 0x40;
  return Buffer.from(bytes).toString('hex');
}
