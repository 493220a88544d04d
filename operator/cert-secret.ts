import { MANAGED_BY } from '../api/names.ts';
import type { Log } from '../runtime/log.ts';
import { faultOf, judge, renew, type Certificates, type OwnCertificates } from './certs.ts';
import { ApiError, type Cluster, type KubeObject } from './cluster.ts';

/** Where the certificates come from. Throws, in words, when there are none that could be served. */
export interface CertSource {
  read(): Promise<Certificates>;
}

export interface CertSecretOptions {
  cluster: Cluster;
  namespace: string;
  /** Of the Secret. */
  secret: string;
  /** That the certificate must be for. */
  names: readonly string[];
  now: () => Date;
  log: Log;
}

interface Secret extends KubeObject {
  type?: string;
  data?: Record<string, string>;
}

const FILES = { ca: 'ca.crt', caKey: 'ca.key', oldCa: 'old-ca.crt', cert: 'tls.crt', key: 'tls.key' } as const;
/** Two replicas reach for the Secret together; more often than this somebody else writes it all the time. */
const TRIES = 3;

/**
 * An authority and a certificate of our own, in a Secret that all replicas share: whoever looks first makes them, or renews
 * them in time. It is created, and then only replaced in the version that was read, so that no replica overwrites another's.
 */
export class OwnSecret implements CertSource {
  readonly #options: CertSecretOptions;
  readonly #path: string;
  /** What stood there last. */
  #last: OwnCertificates | undefined;

  constructor(options: CertSecretOptions) {
    this.#options = options;
    this.#path = `/api/v1/namespaces/${options.namespace}/secrets`;
  }

  async read(): Promise<OwnCertificates> {
    for (let tries = 1; ; tries++) {
      try {
        return (this.#last = await this.#look());
      } catch (error) {
        // Another replica was faster: take over what it wrote.
        if (!(error instanceof ApiError && error.status === 409) || tries === TRIES) throw error;
      }
    }
  }

  async #look(): Promise<OwnCertificates> {
    const { cluster, namespace, secret, names, now, log } = this.#options;
    const path = `${this.#path}/${secret}`;
    const stored = await cluster.get<Secret>(path);
    if (stored && stored.metadata.labels?.[MANAGED_BY.key] !== MANAGED_BY.value)
      throw new Error(`the Secret ${namespace}/${secret} is not Tracewell's: rename or delete it`);
    const found = stored && ownOf(stored);
    const verdict = judge(found, names, now());
    if (found && verdict === 'keep') return found;
    // Of a Secret that was deleted or broken the authority is still known here: others still meet what it signed.
    const renewed = await renew(verdict, found ?? this.#last, names, now());
    const object = { ...(stored ?? this.#empty()), data: dataOf(renewed) };
    await (stored ? cluster.update(path, object) : cluster.create(this.#path, object));
    log.info('certificates were made', { verdict, secret: `${namespace}/${secret}` });
    return renewed;
  }

  #empty(): Secret {
    const { namespace, secret } = this.#options;
    const labels = { [MANAGED_BY.key]: MANAGED_BY.value };
    return { apiVersion: 'v1', kind: 'Secret', type: 'Opaque', metadata: { name: secret, namespace, labels } };
  }
}

/** What cert-manager keeps in its Secret (`tls.crt`, `tls.key`, `ca.crt`); read, never written. */
export class IssuedSecret implements CertSource {
  readonly #options: CertSecretOptions;

  constructor(options: CertSecretOptions) {
    this.#options = options;
  }

  async read(): Promise<Certificates> {
    const { cluster, namespace, secret, names, now } = this.#options;
    const what = `the Secret ${namespace}/${secret}`;
    const stored = await cluster.get<Secret>(`/api/v1/namespaces/${namespace}/secrets/${secret}`);
    if (!stored)
      throw new Error(
        `${what} does not exist: cert-manager has not written it yet (kubectl describe certificate ${secret})`,
      );
    const [ca, cert, key] = [textOf(stored, FILES.ca), textOf(stored, FILES.cert), textOf(stored, FILES.key)];
    if (!cert || !key) throw new Error(`${what} is not complete: cert-manager has not issued the certificate yet`);
    if (!ca)
      throw new Error(`${what} has no ${FILES.ca}: use an issuer that says its authority (CA, Vault, self-signed)`);
    const certificates = { ca, cert, key };
    const fault = faultOf(certificates, names, now());
    if (fault) throw new Error(`${what} is of no use: ${fault}`);
    return certificates;
  }
}

const textOf = ({ data = {} }: Secret, file: string): string =>
  Buffer.from(data[file] ?? '', 'base64').toString('utf8');

/** Undefined when a part is missing. */
function ownOf(stored: Secret): OwnCertificates | undefined {
  const [ca, caKey] = [textOf(stored, FILES.ca), textOf(stored, FILES.caKey)];
  const [cert, key] = [textOf(stored, FILES.cert), textOf(stored, FILES.key)];
  const oldCa = textOf(stored, FILES.oldCa) || undefined;
  return ca && caKey && cert && key ? { ca, caKey, oldCa, cert, key } : undefined;
}

const dataOf = (certificates: OwnCertificates): Record<string, string> =>
  Object.fromEntries(
    (Object.keys(FILES) as (keyof typeof FILES)[]).flatMap((part) => {
      const text = certificates[part];
      return text ? [[FILES[part], Buffer.from(text).toString('base64')]] : [];
    }),
  );
