import { createHash } from 'node:crypto';
import { GROUP, MANAGED_BY, SECRET, SECRET_FILE, type Redaction } from '../../api/names.ts';
import type { TracingPolicy } from '../../api/policy.ts';
import { DEFAULT_LIMITS, sidecarConfig, type SidecarConfig } from '../../api/sidecar-config.ts';
import type { KubeObject } from '../cluster.ts';
import type { StoredKey } from '../elastic/keys.ts';
import { streamsOf } from '../elastic/streams.ts';
import { redactionOf } from '../policy/redaction.ts';

/** The namespace's Secret as read from the API server. */
export interface Secret extends KubeObject {
  data?: Record<string, string>;
}

const KEY_ID = `${GROUP}/api-key-id`;
const KEY_EXPIRES = `${GROUP}/api-key-expires`;

export const secretPath = (namespace: string): string => `/api/v1/namespaces/${namespace}/secrets/${SECRET}`;

/** Made by us: a Secret of our name without our label is somebody's, and is never touched. */
export const isManaged = (secret: KubeObject): boolean => secret.metadata.labels?.[MANAGED_BY.key] === MANAGED_BY.value;

/** The key that a Secret holds, with what the operator noted beside it; undefined when it holds none. */
export function storedKey(secret: Secret | undefined): StoredKey | undefined {
  const encoded = secret?.data?.[SECRET_FILE.apiKey];
  if (!encoded) return undefined;
  const annotations = secret?.metadata.annotations ?? {};
  return {
    id: annotations[KEY_ID] ?? '',
    expires: annotations[KEY_EXPIRES] ?? '',
    encoded: Buffer.from(encoded, 'base64').toString('utf8'),
  };
}

const REDACTION_KEY = /^[0-9a-f]{64}$/;

/** The key of redacted values that a Secret holds; another one would make every hash another one. */
export function storedRedactionKey(secret: Secret | undefined): string | undefined {
  const key = Buffer.from(secret?.data?.[SECRET_FILE.redactionKey] ?? '', 'base64').toString('utf8');
  return REDACTION_KEY.test(key) ? key : undefined;
}

/** What every policy's sidecars are told alike. */
export interface Common {
  cluster: string;
  urls: readonly string[];
  /** Built-in rules of redaction that no policy can switch off. */
  redactRequired: readonly Redaction[];
}

export interface SecretContents extends Common {
  namespace: string;
  policies: readonly TracingPolicy[];
  key: StoredKey;
  /** 64 hex digits. */
  redactionKey: string;
  ca: string | undefined;
  reports: ReportTarget | undefined;
}

/** Where sidecars report, and whom they trust there: PEM. */
export interface ReportTarget {
  url: string;
  ca: string;
}

/** Everything that the namespace's sidecars need: a configuration per policy, the keys, the authorities, and where to report. */
export function secretOf({ namespace, policies, key, redactionKey, ca, reports, ...common }: SecretContents) {
  const files: Record<string, string> = {
    [SECRET_FILE.apiKey]: key.encoded,
    [SECRET_FILE.redactionKey]: redactionKey,
  };
  if (ca) files[SECRET_FILE.elasticsearchCa] = ca;
  if (reports) {
    files[SECRET_FILE.operatorUrl] = reports.url;
    files[SECRET_FILE.operatorCa] = reports.ca;
  }
  for (const policy of policies) {
    files[`TracingPolicy.${policy.metadata.name}.json`] = `${JSON.stringify(configOf(policy, common), null, 2)}\n`;
  }
  return {
    apiVersion: 'v1',
    kind: 'Secret',
    type: 'Opaque',
    metadata: {
      name: SECRET,
      namespace,
      labels: { [MANAGED_BY.key]: MANAGED_BY.value },
      annotations: { [KEY_ID]: key.id, [KEY_EXPIRES]: key.expires },
    },
    data: Object.fromEntries(Object.entries(files).map(([name, text]) => [name, Buffer.from(text).toString('base64')])),
  };
}

/** A policy as its sidecars read it. The revision is a hash of the rest: it changes when, and only when, something else does. */
export function configOf(policy: TracingPolicy, { cluster, urls, redactRequired }: Common): SidecarConfig {
  const { name, namespace } = policy.metadata;
  const rest = {
    cluster,
    policy: { kind: 'TracingPolicy' as const, namespace, name },
    elasticsearch: { urls: [...urls] },
    streams: streamsOf(namespace),
    logs: { ...policy.spec.logs, redact: redactionOf(policy.spec.logs.redact, redactRequired) },
    limits: DEFAULT_LIMITS,
  };
  const revision = createHash('sha256').update(JSON.stringify(rest)).digest('hex').slice(0, 12);
  return sidecarConfig.parse({ version: 1, revision, ...rest });
}
