import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import packageJson from '../package.json' with { type: 'json' };
import { describe } from '../runtime/errors.ts';
import { startAll, stopAll } from '../runtime/lifecycle.ts';
import { IssuedSecret, OwnSecret } from './cert-secret.ts';
import { CertStore } from './cert-store.ts';
import { certificateNames } from './certs.ts';
import { Canaries } from './breaker/canaries.ts';
import { BreakerMetrics } from './breaker/metrics.ts';
import { stopOf } from './breaker/state.ts';
import { Caches } from './caches.ts';
import { Cluster } from './cluster.ts';
import { readConfig } from './config.ts';
import { Elastic } from './elastic/client.ts';
import { ElasticMetrics } from './elastic/metrics.ts';
import { Events } from './events.ts';
import { registerExpiry } from './health/expiry.ts';
import { Metrics } from './health/metrics.ts';
import { HealthServer } from './health/server.ts';
import { WebhookServer } from './inject/server.ts';
import { webhookApp } from './inject/webhook.ts';
import { Leader } from './leader.ts';
import { Ledger } from './ledger/ledger.ts';
import { exportLedger } from './ledger/metrics.ts';
import { workloadOf } from './ledger/workload.ts';
import { stemOf } from './policy/accept.ts';
import { operatorLog } from './log.ts';
import { storedKeys } from './reconcile/secret.ts';
import { ProofMetrics } from './proof/metrics.ts';
import { webhookPath } from './reconcile/webhook-config.ts';
import { Reports } from './reports/reports.ts';
import { Term } from './term.ts';
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
  const unsupported = await unsupportedBy(cluster);
  if (unsupported) log.error('pods are not injected', { reason: unsupported });

  // What happens in the cluster -> copies of it, and the leader's controller.
  const caches = new Caches({
    cluster,
    platform: { ownNamespace: namespace, bounds: config.bounds },
    listener: {
      policyChanged: (is, was) => term?.policyChanged(is, was),
      namespaceChanged: (is, was) => term?.namespaceChanged(is, was),
      secretChanged: (of) => term?.secretChanged(of),
      podChanged: (is, was) => {
        // Before its last report is forgotten.
        term?.podChanged(is, was);
        if (!is) {
          reports.latest.forget(was!.metadata.uid!);
          ledger.gone(was!.metadata.uid!);
        }
      },
      breakerChanged: (scopes) => term?.breakerChanged(scopes),
    },
    name,
    image: config.sidecar.image,
    log,
    random,
  });

  const elastic = new Elastic({
    ...config.elastic,
    version: packageJson.version,
    clusterUid: () => caches.namespaces.get(undefined, 'kube-system')?.metadata.uid,
  });

  // Pods that are created -> the webhook.
  const site = { settings: config.sidecar, ownNamespace: namespace };
  const canaries = new Canaries(log);
  const isCanary: Term['isCanary'] = (of, pod) =>
    term ? term.isCanary(of, pod) : canaries.takeLate(stopOf(caches.breakers, of), pod, now());
  const onReview: Metrics['review'] = (result, seconds) => metrics.review(result, seconds);
  const webhook = new WebhookServer(
    webhookApp({ view: caches, ...site, isCanary, now, log, onReview }),
    config.webhookPort,
  );

  // How sidecars stand -> the last report of each pod, and what they add up to.
  const ledger = new Ledger({
    now: clock,
    workloadOf: (pod) => workloadOf(pod, caches.pods.get(pod.namespace, pod.name)),
    isPolicy: (of, stem) => caches.policies.about(of).some((policy) => stemOf(policy) === stem),
  });
  // A counter that ran up to where the last leader's stood would be taken for so many records within a minute.
  exportLedger(metrics.registry, { standings: () => (reports.isSettled ? ledger.standings() : []) });
  const { podIp: ip, reportsPort } = config;
  const reports = new Reports({
    cluster,
    name,
    namespace,
    owner,
    ip,
    port: reportsPort,
    metrics,
    clock,
    log,
    onNews: (pod, report) => term?.sidecarChanged(pod, report),
    onTaken: (pod, report) => ledger.take(pod, report),
  });

  // Who trusts us -> certificates.
  const names = certificateNames(name, namespace);
  const secret = { cluster, namespace, names, now, log };
  const certs = new CertStore({
    cluster,
    source: config.certManagerSecret
      ? new IssuedSecret({ ...secret, secret: config.certManagerSecret })
      : new OwnSecret({ ...secret, secret: `${name}-certs` }),
    configuration: webhookPath(name),
    names,
    onServe: (certificates) => {
      webhook.use(certificates);
      reports.server.use(certificates);
    },
    publish: async () => term?.publish(),
    now,
    log,
  });

  // What is to be said of an object -> an Event.
  const identity = config.podName || hostname();
  const events = new Events({ cluster, instance: identity, now, clock, log });
  const breakerMetrics = new BreakerMetrics(metrics.registry);
  const elasticMetrics = new ElasticMetrics(metrics.registry);
  registerExpiry({
    registry: metrics.registry,
    certificates: () => certs.current,
    keys: () => (term ? storedKeys(caches.secrets.all()) : []),
  });
  const proofMetrics = new ProofMetrics(metrics.registry);

  // Keys -> the world in order: only the leader does this, and each of its terms begins anew.
  const { version } = packageJson;
  const shared = {
    cluster,
    config,
    caches,
    elastic,
    reports,
    ledger,
    certs,
    events,
    metrics,
    breakerMetrics,
    elasticMetrics,
    proofMetrics,
    unsupported,
    version,
  };
  let term: Term | undefined;
  const leader = new Leader({
    cluster,
    namespace,
    name,
    // A pod's name and more: of a container that was restarted the old process may still be ending.
    identity: `${identity}_${randomUUID()}`,
    onGained: async () => {
      metrics.leads(true);
      term = new Term({ ...shared, now, clock, random, log });
      await term.start();
    },
    onLost: async () => {
      const ended = term;
      term = undefined;
      await ended?.stop();
      ledger.clear();
      metrics.leads(false);
    },
    clock,
    now,
    random,
    log,
  });

  let stopping = false;
  const health = new HealthServer({
    port: config.httpPort,
    registry: metrics.registry,
    unready: () => [
      ...(stopping ? ['the end: it is stopping'] : []),
      ...certs.unready,
      ...caches.missing.map((path) => `the list of ${path}`),
    ],
  });

  // The last one stops first: the webhook answers from copies that are still kept up to date.
  const parts = [health, caches, certs, webhook];
  await startAll([...parts, leader]);
  log.info('started', {
    version: packageJson.version,
    elasticsearch: config.elastic.urls,
    sidecar: config.sidecar.image,
  });
  await new Promise<void>((resolve) => {
    for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => resolve());
  });
  stopping = true;
  log.info('stopping', { drainSeconds: config.drainMs / 1000 });
  await Promise.all([webhook.drain(config.drainMs), leader.stop()]);
  await stopAll(parts);
  await elastic.close();
  log.info('ended');
} catch (error) {
  log.error('ended with an error', { error: describe(error) });
  process.exitCode = 1;
}
