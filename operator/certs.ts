// The X.509 library's dependency injection needs it, and it must come first.
import '@abraham/reflection';
import { createPrivateKey, X509Certificate } from 'node:crypto';
import * as x509 from '@peculiar/x509';

/** The webhook's certificates as they stand in the operator's Secret, all PEM. */
export interface Certificates {
  ca: string;
  caKey: string;
  /** The authority before this one, kept for API servers that have not heard of the new one. */
  oldCa?: string | undefined;
  cert: string;
  key: string;
}

const DAY_MS = 24 * 3_600_000;
const CA_DAYS = 3650;
const LEAF_DAYS = 365;
const ALGORITHM = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' } as const;

export type Verdict = 'keep' | 'renew leaf' | 'renew all';

/** A certificate is renewed at two thirds of its life; one that its key does not fit, or a leaf for other names or of another authority, at once. */
export function judge(certificates: Certificates | undefined, names: readonly string[], now: Date): Verdict {
  if (!certificates) return 'renew all';
  try {
    const ca = new x509.X509Certificate(certificates.ca);
    const leaf = new x509.X509Certificate(certificates.cert);
    if (isAged(ca, now) || !fitsKey(certificates.ca, certificates.caKey)) return 'renew all';
    const alternatives = leaf
      .getExtension(x509.SubjectAlternativeNameExtension)
      ?.names.toJSON()
      .map(({ value }) => value);
    const fits = names.every((name) => alternatives?.includes(name)) && leaf.issuer === ca.subject;
    return fits && !isAged(leaf, now) && fitsKey(certificates.cert, certificates.key) ? 'keep' : 'renew leaf';
  } catch {
    return 'renew all';
  }
}

/** Throws where one of them cannot be read. */
const fitsKey = (certificate: string, key: string): boolean =>
  new X509Certificate(certificate).checkPrivateKey(createPrivateKey(key));

function isAged({ notBefore, notAfter }: x509.X509Certificate, now: Date): boolean {
  return now.getTime() >= notBefore.getTime() + (2 / 3) * (notAfter.getTime() - notBefore.getTime());
}

/** Makes what the verdict asks for; the authority before stays beside a new one. */
export async function renew(
  verdict: Verdict,
  certificates: Certificates | undefined,
  names: readonly string[],
  now: Date,
): Promise<Certificates> {
  if (verdict === 'keep' && certificates) return certificates;
  const authority =
    verdict === 'renew leaf' && certificates ? await readAuthority(certificates) : await newAuthority(now);
  const keys = await crypto.subtle.generateKey(ALGORITHM, true, ['sign', 'verify']);
  const leaf = await x509.X509CertificateGenerator.create({
    serialNumber: serial(),
    subject: `CN=${names[0]}`,
    issuer: authority.cert.subject,
    notBefore: new Date(now.getTime() - DAY_MS),
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

/** Whom to trust, PEM: the authority, and the one before it. */
export const authorities = ({ ca, oldCa }: Certificates): string => [ca, oldCa].filter(Boolean).join('\n');

/** What the webhook configuration carries of it. */
export const caBundle = (certificates: Certificates): string =>
  Buffer.from(authorities(certificates)).toString('base64');

async function newAuthority(now: Date): Promise<{ cert: x509.X509Certificate; key: CryptoKey }> {
  const keys = await crypto.subtle.generateKey(ALGORITHM, true, ['sign', 'verify']);
  const number = serial();
  const cert = await x509.X509CertificateGenerator.createSelfSigned({
    serialNumber: number,
    // The number tells two authorities apart where only subjects are compared.
    name: `CN=tracewell webhook ${number}`,
    notBefore: new Date(now.getTime() - DAY_MS),
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

async function readAuthority({ ca, caKey }: Certificates): Promise<{ cert: x509.X509Certificate; key: CryptoKey }> {
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
