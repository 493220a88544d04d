import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { API_VERSION, PLURAL, POLICY_KINDS } from '../../api/names.ts';
import { certificateNames } from '../../operator/certs.ts';
import { readConfig } from '../../operator/config.ts';
import type { RawPolicy } from '../../operator/policy/accept.ts';
import { webhookPath } from '../../operator/reconcile/webhook-config.ts';
import { ApiServer } from '../../test/operator/api-server.ts';
import { ElasticServer } from '../../test/operator/elastic-server.ts';
import { parsePath } from '../../test/operator/object-store.ts';
import { freePort } from '../../test/operator/port.ts';
import { SETTINGS } from '../../test/operator/objects.ts';
import { until } from '../../test/wait.ts';
import { startNode, type Child } from '../child.ts';
import { bundle, imageEnvironment } from '../image.ts';
import type { Address } from './load.ts';
import { fill, type Size } from './world.ts';

const NAME = 'tracewell';
const READY_MS = 300_000;
const KEY_MS = 90 * 24 * 3_600_000;

/** The operator as it is installed, in a process of its own, with a cluster and an Elasticsearch that are in this one. */
export interface Installed {
  child: Child;
  /** Of the webhook. */
  address: Address;
  /** Where sidecars report. */
  reports: Address;
  /** Where its metrics are. */
  metricsUrl: string;
  api: ApiServer;
  stop: () => Promise<void>;
}

/** Resolves when every policy is in force. */
export async function startOperator(
  size: Size,
  { folder, signal }: { folder: string; signal: AbortSignal },
): Promise<Installed> {
  const program = await bundle('operator');
  const [api, elastic] = await Promise.all([ApiServer.start(), ElasticServer.start()]);
  // Else every key would have ended long ago, and be renewed at every look.
  elastic.expiration = Date.now() + KEY_MS;
  const [webhook, reports, http] = await Promise.all([freePort(), freePort(), freePort()]);
  const auth = join(folder, 'elasticsearch');
  mkdirSync(auth);
  for (const file of ['username', 'password']) writeFileSync(join(auth, file), 'bench');
  const kubeconfig = join(folder, 'kubeconfig');
  writeFileSync(kubeconfig, api.config().exportConfig());
  const env = {
    ...imageEnvironment('operator'),
    KUBECONFIG: kubeconfig,
    TRACEWELL_NAMESPACE: NAME,
    TRACEWELL_NAME: NAME,
    TRACEWELL_OWNER: NAME,
    TRACEWELL_SIDECAR_IMAGE: SETTINGS.image,
    TRACEWELL_SIDECAR_RESOURCES: JSON.stringify(SETTINGS.resources),
    TRACEWELL_ELASTICSEARCH_URLS: elastic.url,
    TRACEWELL_ELASTICSEARCH_AUTH: auth,
    TRACEWELL_WEBHOOK_PORT: String(webhook),
    TRACEWELL_POD_IP: '127.0.0.1',
    TRACEWELL_REPORTS_PORT: String(reports),
    TRACEWELL_HTTP_PORT: String(http),
    TRACEWELL_DRAIN_SECONDS: '0',
  };
  fill(api.objects, size, readConfig(env).sidecar);
  for (const [path, name] of [
    [`/apis/rbac.authorization.k8s.io/v1/clusterroles/${NAME}`, NAME],
    [`/api/v1/namespaces/${NAME}`, NAME],
  ] as const)
    api.objects.put(path, { metadata: { name } });
  const child = startNode(program, env, signal);
  const stop = async () => {
    await child.stop();
    await Promise.all([api.stop(), elastic.stop()]);
  };
  const ready = until('every policy to be in force', () => areInForce(api), { timeoutMs: READY_MS });
  await Promise.race([ready, child.ended.then(() => Promise.reject(new Error('the operator has ended')))]);
  // What it remembers for tests would have this process collect garbage while it measures.
  api.objects.compact();
  api.requests.length = 0;
  elastic.requests.length = 0;
  const configuration = api.objects.get<{ webhooks: { clientConfig: { caBundle: string } }[] }>(webhookPath(NAME))!;
  const ca = Buffer.from(configuration.webhooks[0]!.clientConfig.caBundle, 'base64').toString();
  const at = (port: number) => ({ port, servername: certificateNames(NAME, NAME)[0]!, ca });
  return {
    child,
    api,
    stop,
    address: at(webhook),
    reports: at(reports),
    metricsUrl: `http://127.0.0.1:${http}/metrics`,
  };
}

function areInForce(api: ApiServer): boolean {
  const places = POLICY_KINDS.map((kind) => parsePath(`/apis/${API_VERSION}/${PLURAL[kind]}`));
  const policies = places.flatMap((place) => api.objects.list(place) as unknown as RawPolicy[]);
  return policies.every(({ status }) => status?.inForceSince);
}
