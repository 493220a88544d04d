import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as z from 'zod';
import { REDACTIONS, type Redaction } from '../api/names.ts';
import { Permanent } from '../runtime/errors.ts';
import type { Level } from '../runtime/log.ts';
import type { ElasticSettings } from './elastic/client.ts';
import type { Credentials } from './elastic/connection.ts';
import { numberOf } from './inject/quantity.ts';
import type { SidecarSettings } from './inject/sidecar.ts';
import type { KibanaSettings } from './kibana/client.ts';
import { hoursOf, type Bounds } from './policy/bounds.ts';

/** What the chart sets; docs/operator.md says what each is for. */
export interface Config {
  /** Namespace and name of the release: Service, webhook configuration, and `<name>-certs`. */
  namespace: string;
  name: string;
  /** The chart's ClusterRole: what is ours goes with it at uninstall. */
  owner: string;
  sidecar: SidecarSettings;
  elastic: ElasticSettings;
  /** Undefined: nothing is imported there. */
  kibana: KibanaSettings | undefined;
  /** Built-in rules of redaction that no policy can switch off. */
  redactRequired: readonly Redaction[];
  /** What the platform allows to policies. */
  bounds: Bounds;
  webhookPort: number;
  /** On which sidecars report. */
  reportsPort: number;
  httpPort: number;
  /** This pod's; undefined: sidecars have no way here, and do not report. */
  podIp: string | undefined;
  /** By which the Lease names this replica; none, outside of a pod. */
  podName: string;
  /** The Secret that cert-manager writes; empty: certificates of our own. */
  certManagerSecret: string;
  /** For how long requests are still served at the end, milliseconds. */
  drainMs: number;
  logLevel: Level;
}

const quantities = z.record(z.string(), z.string());
const retention = z.string().refine((text) => hoursOf(text) > 0, 'must be hours or days, such as 36h or 14d');
const quantity = z.string().refine((text) => numberOf(text) > 0, 'must be a quantity, such as 500m or 256Mi');
const port = z.coerce.number().int().min(1).max(65_535);
/** Without a user: URLs stand in logs, in statuses, and in every sidecar's configuration. */
const elasticUrl = z
  .url({ protocol: /^https?$/ })
  .refine((url) => !url.includes('@'), 'must not hold a user or password: they belong into the Secret');
/** Empty: none. Without a user: it stands in every pod. */
const proxyUrl = z.union([z.literal(''), elasticUrl]).default('');
const names = z.string().transform((text) => text.split(',').map((name) => name.trim()));
const environment = z.object({
  TRACEWELL_NAMESPACE: z.string().min(1),
  TRACEWELL_NAME: z.string().min(1),
  TRACEWELL_OWNER: z.string().min(1),
  TRACEWELL_CLUSTER_NAME: z.string().default(''),
  TRACEWELL_SIDECAR_IMAGE: z.string().min(1),
  TRACEWELL_SIDECAR_PULL_POLICY: z.enum(['Always', 'IfNotPresent', 'Never']).default('IfNotPresent'),
  TRACEWELL_SIDECAR_PULL_SECRETS: names.default([]),
  TRACEWELL_SIDECAR_RESOURCES: z
    .string()
    .transform(parseJson)
    .pipe(z.object({ requests: quantities, limits: quantities })),
  TRACEWELL_SIDECAR_PROXY: z
    .string()
    .default('{}')
    .transform(parseJson)
    .pipe(z.object({ http: proxyUrl, https: proxyUrl, none: z.string().default('') })),
  TRACEWELL_ELASTICSEARCH_URLS: z
    .string()
    .transform((text) => text.split(',').map((url) => url.trim()))
    .pipe(z.array(elasticUrl).min(1)),
  TRACEWELL_ELASTICSEARCH_AUTH: z.string().min(1),
  TRACEWELL_ELASTICSEARCH_CA: z.string().optional(),
  TRACEWELL_ELASTICSEARCH_REPLICAS: z.coerce.number().int().min(0).max(16).optional(),
  TRACEWELL_KIBANA_URL: elasticUrl.optional(),
  TRACEWELL_KIBANA_SPACE: z
    .string()
    .regex(/^[a-z0-9_-]*$/, 'must be the identifier of a space: a-z, 0-9, _ and -')
    .default(''),
  TRACEWELL_REDACT_REQUIRED: names.pipe(z.array(z.enum(REDACTIONS))).default([]),
  TRACEWELL_BOUNDS: z
    .string()
    .default('{}')
    .transform(parseJson)
    .pipe(
      z.strictObject({
        retention: z.strictObject({ min: retention.optional(), max: retention.optional() }).default({}),
        resources: z.strictObject({ cpu: quantity.optional(), memory: quantity.optional() }).default({}),
      }),
    ),
  TRACEWELL_WEBHOOK_PORT: port.default(9443),
  TRACEWELL_REPORTS_PORT: port.default(9444),
  TRACEWELL_HTTP_PORT: port.default(8080),
  TRACEWELL_POD_IP: z.union([z.ipv4(), z.ipv6()]).optional(),
  TRACEWELL_POD_NAME: z.string().default(''),
  TRACEWELL_CERT_MANAGER_SECRET: z.string().default(''),
  TRACEWELL_DRAIN_SECONDS: z.coerce.number().min(0).max(3600).default(15),
  TRACEWELL_LOG_LEVEL: z.enum(['debug', 'info', 'warn', 'error']).default('info'),
});

/** What is no secret of the operator's, and says how pods are injected: the kubectl plugin reads it from the Deployment. */
const site = environment.pick({
  TRACEWELL_SIDECAR_IMAGE: true,
  TRACEWELL_SIDECAR_PULL_POLICY: true,
  TRACEWELL_SIDECAR_PULL_SECRETS: true,
  TRACEWELL_SIDECAR_RESOURCES: true,
  TRACEWELL_SIDECAR_PROXY: true,
  TRACEWELL_ELASTICSEARCH_URLS: true,
  TRACEWELL_BOUNDS: true,
  TRACEWELL_REPORTS_PORT: true,
});

export interface Site {
  sidecar: SidecarSettings;
  bounds: Bounds;
  elasticsearch: readonly string[];
  reportsPort: number;
}

/** Undefined when the environment is not that of an operator of this version. */
export function readSite(env: Env): Site | undefined {
  const parsed = site.safeParse(given(env));
  return parsed.success
    ? {
        sidecar: sidecarOf(parsed.data),
        bounds: parsed.data.TRACEWELL_BOUNDS,
        elasticsearch: parsed.data.TRACEWELL_ELASTICSEARCH_URLS,
        reportsPort: parsed.data.TRACEWELL_REPORTS_PORT,
      }
    : undefined;
}

/** All that is read, as docs/operator.md lists it. */
export const VARIABLES: readonly string[] = Object.keys(environment.shape);

/** Throws `Permanent` with every variable that is missing or wrong. */
export function readConfig(env: Env): Config {
  const parsed = environment.safeParse(given(env));
  if (!parsed.success) {
    const faults = parsed.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`);
    throw new Permanent(`the operator's environment is wrong (the chart sets it): ${faults.join('; ')}`);
  }
  const e = parsed.data;
  const caFile = e.TRACEWELL_ELASTICSEARCH_CA;
  const ca = caFile && existsSync(caFile) ? readFileSync(caFile, 'utf8') : undefined;
  const secret = (file: string) => readSecret(e.TRACEWELL_ELASTICSEARCH_AUTH, file);
  const credentials = readCredentials(e.TRACEWELL_ELASTICSEARCH_AUTH);
  return {
    namespace: e.TRACEWELL_NAMESPACE,
    name: e.TRACEWELL_NAME,
    owner: e.TRACEWELL_OWNER,
    sidecar: sidecarOf(e),
    elastic: {
      urls: e.TRACEWELL_ELASTICSEARCH_URLS,
      credentials,
      ca,
      replicas: e.TRACEWELL_ELASTICSEARCH_REPLICAS,
      cluster: e.TRACEWELL_CLUSTER_NAME,
    },
    kibana: e.TRACEWELL_KIBANA_URL
      ? {
          url: e.TRACEWELL_KIBANA_URL,
          space: e.TRACEWELL_KIBANA_SPACE,
          credentials: credentialsIn(secret, 'kibana-') ?? credentials,
          ca: secret('kibana-ca.crt') || ca,
        }
      : undefined,
    redactRequired: e.TRACEWELL_REDACT_REQUIRED,
    bounds: e.TRACEWELL_BOUNDS,
    webhookPort: e.TRACEWELL_WEBHOOK_PORT,
    reportsPort: e.TRACEWELL_REPORTS_PORT,
    httpPort: e.TRACEWELL_HTTP_PORT,
    podIp: e.TRACEWELL_POD_IP,
    podName: e.TRACEWELL_POD_NAME,
    certManagerSecret: e.TRACEWELL_CERT_MANAGER_SECRET,
    drainMs: e.TRACEWELL_DRAIN_SECONDS * 1000,
    logLevel: e.TRACEWELL_LOG_LEVEL,
  };
}

type Env = Record<string, string | undefined>;

/** An empty variable is how a chart says "not set". */
const given = (env: Env): Env => Object.fromEntries(Object.entries(env).filter(([, value]) => value !== ''));

const sidecarOf = (e: z.output<typeof site>): SidecarSettings => ({
  image: e.TRACEWELL_SIDECAR_IMAGE,
  pullPolicy: e.TRACEWELL_SIDECAR_PULL_POLICY,
  pullSecrets: e.TRACEWELL_SIDECAR_PULL_SECRETS,
  resources: e.TRACEWELL_SIDECAR_RESOURCES,
  proxy: e.TRACEWELL_SIDECAR_PROXY,
});

function parseJson(text: string, context: z.RefinementCtx): unknown {
  try {
    return JSON.parse(text);
  } catch {
    context.addIssue({ code: 'custom', message: 'must be JSON' });
    return z.NEVER;
  }
}

/** A file of the mounted Secret that `elasticsearch.existingSecret` names; empty when there is none. */
function readSecret(folder: string, file: string): string {
  const path = join(folder, file);
  return existsSync(path) ? readFileSync(path, 'utf8').trim() : '';
}

/** `username` and `password`, or `api-key`, with that before each name; undefined when there are none. */
function credentialsIn(read: (file: string) => string, prefix: string): Credentials | undefined {
  const [username, password, apiKey] = ['username', 'password', 'api-key'].map((file) => read(prefix + file));
  if (username && password) return { username, password };
  return apiKey ? { apiKey } : undefined;
}

function readCredentials(folder: string): Credentials {
  const credentials = credentialsIn((file) => readSecret(folder, file), '');
  if (credentials) return credentials;
  throw new Permanent(
    `the Secret for Elasticsearch (mounted at ${folder}) needs the keys username and password, or api-key`,
  );
}
