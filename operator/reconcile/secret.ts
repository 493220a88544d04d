import { createHash } from 'node:crypto';
import { GROUP, MANAGED_BY, SECRET, SECRET_FILE, type Redaction } from '../../api/names.ts';
import type { Policy } from '../../api/policy.ts';
import { DEFAULT_LIMITS, sidecarConfig, type SidecarConfig } from '../../api/sidecar-config.ts';
import type { KubeObject } from '../cluster.ts';
import type { StoredKey } from '../elastic/keys.ts';
import { streamsOf } from '../elastic/streams.ts';
import { stemOf } from '../policy/accept.ts';
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

/** Ids of the API keys that Secrets hold. */
export function* keyIds(secrets: Iterable<Secret>): Generator<string> {
  for (const secret of secrets) {
    const { id = '' } = storedKey(secret) ?? {};
    if (id) yield id;
  }
}

/** The keys that our Secrets hold, by namespace. */
export function* storedKeys(secrets: Iterable<Secret>): Generator<StoredKey & { namespace: string }> {
  for (const secret of secrets) {
    const key = isManaged(secret) ? storedKey(secret) : undefined;
    if (key) yield { namespace: secret.metadata.namespace!, ...key };
  }
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
  /** Those that are accepted and reach the namespace. */
  policies: readonly Policy[];
  /** Files of policies that were accepted before and are not now: their sidecars go on with what was good. */
  lastGood: Readonly<Record<string, string>>;
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
export function secretOf({ namespace, policies, lastGood, key, redactionKey, ca, reports, ...common }: SecretContents) {
  const files: Record<string, string> = {
    ...lastGood,
    [SECRET_FILE.apiKey]: key.encoded,
    [SECRET_FILE.redactionKey]: redactionKey,
  };
  if (ca) files[SECRET_FILE.elasticsearchCa] = ca;
  if (reports) {
    files[SECRET_FILE.operatorUrl] = reports.url;
    files[SECRET_FILE.operatorCa] = reports.ca;
  }
  for (const policy of policies) {
    files[fileOf(stemOf(policy))] = `${JSON.stringify(configOf(policy, namespace, common), null, 2)}\n`;
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

const fileOf = (stem: string): string => `${stem}.json`;

/** Whether the Secret holds a configuration for this policy. */
export const configures = (secret: Secret | undefined, stem: string): boolean =>
  secret?.data?.[fileOf(stem)] !== undefined;

/** The files that a Secret has for these policies, by name. */
export function filesOf(secret: Secret | undefined, stems: readonly string[]): Record<string, string> {
  const { data = {} } = secret ?? {};
  return Object.fromEntries(
    stems.map(fileOf).flatMap((file) => {
      const text = data[file];
      return text === undefined ? [] : [[file, Buffer.from(text, 'base64').toString('utf8')]];
    }),
  );
}

const POLICY_FILE = /^[A-Za-z]+\..+\.json$/;

/** Whether a Secret stands as it is wanted. What somebody added to it is theirs, but for a policy's file: a sidecar would read it. */
export function stands(secret: Secret | undefined, wanted: ReturnType<typeof secretOf>): boolean {
  const { metadata, data = {} } = secret ?? {};
  return (
    holds(data, wanted.data) &&
    holds(metadata?.labels ?? {}, wanted.metadata.labels) &&
    holds(metadata?.annotations ?? {}, wanted.metadata.annotations) &&
    Object.keys(data).every((file) => !POLICY_FILE.test(file) || file in wanted.data)
  );
}

const holds = (all: Record<string, string>, some: Record<string, string>): boolean =>
  Object.entries(some).every(([key, value]) => all[key] === value);

/** A policy as its sidecars read it. */
export function configOf(policy: Policy, namespace: string, common: Common): SidecarConfig {
  const revision = revisionOf(policy, common);
  return sidecarConfig.parse({ version: 1, revision, ...contentOf(policy, namespace, common) });
}

/**
 * A hash of all that a policy's sidecars are told: it changes when, and only when, something of that does. It is the same in
 * all namespaces.
 */
export function revisionOf(policy: Policy, common: Common): string {
  const content = JSON.stringify(contentOf(policy, '', common));
  return createHash('sha256').update(content).digest('hex').slice(0, 12);
}

function contentOf(policy: Policy, namespace: string, { cluster, urls, redactRequired }: Common) {
  return {
    cluster,
    policy: { kind: policy.kind, namespace, name: policy.metadata.name },
    elasticsearch: { urls: [...urls] },
    streams: streamsOf(namespace),
    logs: { ...policy.spec.logs, redact: redactionOf(policy.spec.logs.redact, redactRequired) },
    limits: DEFAULT_LIMITS,
  };
}
