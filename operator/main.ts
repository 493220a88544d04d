import { randomBytes } from 'node:crypto';
import packageJson from '../package.json' with { type: 'json' };
import { describe } from '../runtime/errors.ts';
import { startAll, stopAll } from '../runtime/lifecycle.ts';
import { CertStore } from './cert-store.ts';
import { authorities, caBundle } from './certs.ts';
import { Cluster, type KubeObject } from './cluster.ts';
import { readConfig } from './config.ts';
import { Elastic } from './elastic/client.ts';
import { Metrics } from './health/metrics.ts';
import { HealthServer } from './health/server.ts';
import { WebhookServer } from './inject/server.ts';
import { projectLimitRange, type LimitRange } from './inject/limit-range.ts';
import { projectNode, type Node } from './inject/node.ts';
import { projectQuota, type Quota } from './inject/quota.ts';
import { surroundingsOf, webhookApp, type View } from './inject/webhook.ts';
import { operatorLog } from './log.ts';
import { accept } from './policy/accept.ts';
import { Controller } from './reconcile/controller.ts';
import { POLICIES_PATH, Reconciler, type RawPolicy } from './reconcile/reconciler.ts';
import { Reflector } from './reconcile/reflector.ts';
import { Selection } from './reconcile/selection.ts';
import { Reports } from './reports/reports.ts';
import { unsupportedBy } from './version.ts';

const now = () => new Date();
const clock = () => performance.now();
const random = Math.random;
let log = operatorLog('info');

try {
  const config = readConfig(process.env);
  log = operatorLog(config.logLevel);
  const { name, namespace, owner } = config;
  const cluster = Cluster.fromDefault();
  const metrics = new Metrics(packageJson.version, process.version);
  const elastic = new Elastic(config.elastic);
  const unsupported = await unsupportedBy(cluster);
  if (unsupported) log.error('pods are not injected', { reason: unsupported });

  // What happens in the cluster -> the controller.
  const policies = new Reflector<RawPolicy>({
    cluster,
    path: POLICIES_PATH,
    log,
    random,
    onChange: (is, was) => controller.policyChanged(is, was),
  });
  const namespaces = new Reflector<KubeObject>({
    cluster,
    path: '/api/v1/namespaces',
    log,
    random,
    onChange: (is, was) => controller.namespaceChanged(is, was),
  });
  // What speaks against a sidecar: looked at when it is asked for, so no change of it is news.
  const looked = { cluster, log, random, onChange: () => {} };
  const nodes = new Reflector<Node>({ ...looked, path: '/api/v1/nodes', project: projectNode });
  const quotas = new Reflector<Quota>({ ...looked, path: '/api/v1/resourcequotas', project: projectQuota });
  const limits = new Reflector<LimitRange>({ ...looked, path: '/api/v1/limitranges', project: projectLimitRange });
  const looks = [nodes, quotas, limits];
  const isIn = (of: string) => (object: KubeObject) => object.metadata.namespace === of;
  const policiesOf = (of: string) => [...policies.all()].filter(({ metadata }) => metadata.namespace === of);
  const labelsOf = (of: string) => {
    const found = namespaces.get(undefined, of);
    return found && (found.metadata.labels ?? {});
  };

  // Pods that are created -> the webhook.
  const view: View = {
    policiesOf: (of) =>
      policiesOf(of).flatMap((raw) => {
        const judged = accept(raw, namespace);
        return judged.ok ? [judged.policy] : [];
      }),
    namespaceLabels: labelsOf,
    quotasOf: (of) => [...quotas.all()].filter(isIn(of)),
    limitRangesOf: (of) => [...limits.all()].filter(isIn(of)),
    nodes: () => [...nodes.all()],
  };
  const site = { settings: config.sidecar, ownNamespace: namespace };
  const onReview: Metrics['review'] = (result, seconds) => {
    metrics.review(result, seconds);
    controller.podReviewed(result.namespace);
  };
  const webhook = new WebhookServer(webhookApp({ view, ...site, now, log, onReview }), config.webhookPort);

  // How sidecars stand -> the last report of each pod.
  const { podIp: ip, reportsPort } = config;
  const reports = new Reports({ cluster, name, namespace, owner, ip, port: reportsPort, metrics, clock, log });
  const certs = new CertStore({
    cluster,
    namespace,
    name,
    now,
    log,
    onChange: (certificates) => {
      webhook.use(certificates);
      reports.server.use(certificates);
      if (selection.published)
        void selection
          .publish()
          .catch((error: unknown) => log.error('cannot publish the new authority', { error: describe(error) }));
    },
  });

  // Keys -> the world in order.
  const selection = new Selection({
    cluster,
    name,
    namespace,
    owner,
    now,
    log,
    caBundle: () => caBundle(certs.current!),
  });
  const reconciler = new Reconciler({
    cluster,
    elastic,
    settings: config.elastic,
    redactRequired: config.redactRequired,
    reports: () => (reports.url && certs.current ? { url: reports.url, ca: authorities(certs.current) } : undefined),
    newRedactionKey: () => randomBytes(32).toString('hex'),
    selection,
    ownNamespace: namespace,
    policiesOf,
    labelsOf,
    surroundingsOf: (of) => surroundingsOf(view, of, site),
    unsupported,
    metrics,
    now,
    log,
  });
  const controller = new Controller({
    policies,
    namespaces,
    reconciler,
    selection,
    ownNamespace: namespace,
    metrics,
    log,
    random,
  });

  let stopping = false;
  const health = new HealthServer({
    port: config.httpPort,
    registry: metrics.registry,
    unready: () => [
      ...(stopping ? ['the end: it is stopping'] : []),
      ...(certs.current ? [] : ['certificates']),
      ...(policies.synced && namespaces.synced ? [] : ['the list of policies and namespaces']),
      ...(looks.every(({ synced }) => synced) ? [] : ['the lists of nodes, quotas and limit ranges']),
      ...(selection.published ? [] : ['the webhook configuration']),
    ],
  });

  const parts = [health, certs, webhook, policies, namespaces, ...looks, controller, reports];
  await startAll(parts);
  log.info('started', {
    version: packageJson.version,
    elasticsearch: config.elastic.urls,
    sidecar: config.sidecar.image,
  });
  await new Promise<void>((resolve) => {
    for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => resolve());
  });
  stopping = true;
  await stopAll(parts);
  await elastic.close();
  log.info('ended');
} catch (error) {
  log.error('ended with an error', { error: describe(error) });
  process.exitCode = 1;
}
