import { randomBytes } from 'node:crypto';
import packageJson from '../package.json' with { type: 'json' };
import { describe } from '../runtime/errors.ts';
import { startAll, stopAll } from '../runtime/lifecycle.ts';
import { CertStore } from './cert-store.ts';
import { authorities, caBundle } from './certs.ts';
import { SECRET } from '../api/names.ts';
import { Caches } from './caches.ts';
import { Cluster } from './cluster.ts';
import { readConfig } from './config.ts';
import { Elastic } from './elastic/client.ts';
import { Metrics } from './health/metrics.ts';
import { HealthServer } from './health/server.ts';
import { WebhookServer } from './inject/server.ts';
import { isOutdated } from './inject/revision.ts';
import { surroundingsOf, webhookApp } from './inject/webhook.ts';
import { operatorLog } from './log.ts';
import { Controller } from './reconcile/controller.ts';
import { Provision } from './reconcile/provision.ts';
import { Reconciler } from './reconcile/reconciler.ts';
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

  // What happens in the cluster -> copies of it, and the controller.
  const caches = new Caches({
    cluster,
    platform: { ownNamespace: namespace, bounds: config.bounds },
    listener: {
      policyChanged: (is, was) => controller.policyChanged(is, was),
      namespaceChanged: (is, was) => controller.namespaceChanged(is, was),
      secretChanged: (of) => controller.secretChanged(of),
      podChanged: (is, was) => controller.podChanged(is, was),
    },
    log,
    random,
  });
  const { policies, secrets, pods } = caches;
  const labelsOf = (of: string) => caches.namespaceLabels(of);
  const namespaces = () => caches.namespaceNames();

  // Pods that are created -> the webhook.
  const site = { settings: config.sidecar, ownNamespace: namespace };
  const onReview: Metrics['review'] = (result, seconds) => metrics.review(result, seconds);
  const webhook = new WebhookServer(webhookApp({ view: caches, ...site, now, log, onReview }), config.webhookPort);

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
  const provision = new Provision({
    cluster,
    elastic,
    settings: config.elastic,
    secrets: { get: (of) => secrets.get(of, SECRET), took: (secret) => secrets.took(secret) },
    redactRequired: config.redactRequired,
    newRedactionKey: () => randomBytes(32).toString('hex'),
    reports: () => (reports.url && certs.current ? { url: reports.url, ca: authorities(certs.current) } : undefined),
    metrics,
    now,
  });
  const reconciler = new Reconciler({
    cluster,
    policies,
    provision,
    selection,
    namespaces,
    labelsOf,
    podsOf: (of) => pods.of(of),
    surroundingsOf: (of) => surroundingsOf(caches, of, site),
    isOutdated: (pod) => isOutdated(pod, config.sidecar),
    unsupported: () => unsupported,
    again: (key) => controller.again(key),
    metrics,
    now,
    log,
  });
  const controller = new Controller({
    policies,
    namespaces,
    labelsOf,
    isSynced: () => caches.synced,
    reconciler,
    selection,
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
      ...(caches.synced ? [] : ['the lists of what it decides by']),
      ...(selection.published ? [] : ['the webhook configuration']),
    ],
  });

  const parts = [health, certs, webhook, caches, controller, reports];
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
