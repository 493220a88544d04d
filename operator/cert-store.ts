import { MANAGED_BY } from '../api/names.ts';
import { describe } from '../runtime/errors.ts';
import type { Part } from '../runtime/lifecycle.ts';
import type { Log } from '../runtime/log.ts';
import { judge, renew, type Certificates } from './certs.ts';
import { ApiError, type Cluster, type KubeObject } from './cluster.ts';
import { reportsService } from './reports/endpoint.ts';

export interface CertStoreOptions {
  cluster: Cluster;
  namespace: string;
  /** Of the release: the Secret is `<name>-certs`, the certificate is for the Services `<name>` and `<name>-reports`. */
  name: string;
  onChange: (certificates: Certificates) => void;
  now: () => Date;
  log: Log;
}

interface Secret extends KubeObject {
  data?: Record<string, string>;
}

const LOOK_MS = 3_600_000;
const FILES = { ca: 'ca.crt', caKey: 'ca.key', oldCa: 'old-ca.crt', cert: 'tls.crt', key: 'tls.key' } as const;

/** Keeps the webhook's certificates in a Secret: makes them once, takes over what another replica made, renews them in time. */
export class CertStore implements Part {
  readonly name = 'certificates';
  readonly #options: CertStoreOptions;
  #current: Certificates | undefined;
  #timer: NodeJS.Timeout | undefined;

  constructor(options: CertStoreOptions) {
    this.#options = options;
  }

  get current(): Certificates | undefined {
    return this.#current;
  }

  async start(): Promise<void> {
    await this.#look();
    this.#timer = setInterval(() => void this.#tryLook(), LOOK_MS);
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  async #tryLook(): Promise<void> {
    try {
      await this.#look();
    } catch (error) {
      this.#options.log.error('cannot look after the certificates; it is tried again in an hour', {
        error: describe(error),
      });
    }
  }

  async #look(): Promise<void> {
    const { cluster, namespace, name, now, onChange, log } = this.#options;
    const hosts = [name, reportsService(name)].map((service) => `${service}.${namespace}.svc`);
    const names = hosts.flatMap((host) => [host, `${host}.cluster.local`]);
    const secrets = `/api/v1/namespaces/${namespace}/secrets`;
    const path = `${secrets}/${name}-certs`;
    let stored = await cluster.get<Secret>(path);
    if (stored && stored.metadata.labels?.[MANAGED_BY.key] !== MANAGED_BY.value)
      throw new Error(`the Secret ${namespace}/${name}-certs is not Tracewell's: rename or delete it`);
    let certificates = stored && fromSecret(stored);
    const verdict = judge(certificates, names, now());
    if (verdict !== 'keep') {
      certificates = await renew(verdict, certificates, names, now());
      const secret = toSecret(certificates, { name: `${name}-certs`, namespace });
      if (stored) await cluster.apply(path, secret);
      else {
        // Created, not applied: of two replicas that start together the first wins, and the other takes over what it made.
        try {
          await cluster.create(secrets, secret);
        } catch (error) {
          if (!(error instanceof ApiError && error.status === 409)) throw error;
          stored = await cluster.get<Secret>(path);
          certificates = stored && fromSecret(stored);
          if (!certificates)
            throw new Error(`the Secret ${namespace}/${name}-certs is not complete; delete it, and it is made again`, {
              cause: error,
            });
        }
      }
      log.info('certificates were made', { verdict, secret: `${namespace}/${name}-certs` });
    }
    if (certificates && certificates.cert !== this.#current?.cert) {
      this.#current = certificates;
      onChange(certificates);
    }
  }
}

function fromSecret({ data = {} }: Secret): Certificates | undefined {
  const read = (file: string) => (data[file] ? Buffer.from(data[file], 'base64').toString('utf8') : '');
  const certificates = {
    ca: read(FILES.ca),
    caKey: read(FILES.caKey),
    oldCa: read(FILES.oldCa) || undefined,
    cert: read(FILES.cert),
    key: read(FILES.key),
  };
  return certificates.ca && certificates.caKey && certificates.cert && certificates.key ? certificates : undefined;
}

function toSecret(certificates: Certificates, metadata: { name: string; namespace: string }) {
  const data = Object.fromEntries(
    (Object.keys(FILES) as (keyof typeof FILES)[]).flatMap((part) => {
      const text = certificates[part];
      return text ? [[FILES[part], Buffer.from(text).toString('base64')]] : [];
    }),
  );
  return {
    apiVersion: 'v1',
    kind: 'Secret',
    type: 'Opaque',
    metadata: { ...metadata, labels: { [MANAGED_BY.key]: MANAGED_BY.value } },
    data,
  };
}
