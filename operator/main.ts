import { randomBytes, randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import { SECRET } from '../api/names.ts';
import packageJson from '../package.json' with { type: 'json' };
import { describe } from '../runtime/errors.ts';
import { startAll, stopAll } from '../runtime/lifecycle.ts';
import { IssuedSecret, OwnSecret } from './cert-secret.ts';
import { CertStore } from './cert-store.ts';
import { certificateNames } from './certs.ts';
import { Audit } from './audit/audit.ts';
import { Breaker } from './breaker/breaker.ts';
import { Canaries } from './breaker/canaries.ts';
import { BreakerMetrics } from './breaker/metrics.ts';
import { stopOf } from './breaker/state.ts';
import { Caches } from './caches.ts';
import { Cluster } from './cluster.ts';
import { readConfig } from './config.ts';
import { Elastic } from './elastic/client.ts';
import { Events } from './events.ts';
import { Metrics } from './health/metrics.ts';
import { HealthServer } from './health/server.ts';
import { WebhookServer } from './inject/server.ts';
import { isOutdated } from './inject/revision.ts';
import { surroundingsOf, webhookApp } from './inject/webhook.ts';
import { Leader } from './leader.ts';
import { operatorLog } from './log.ts';
import { stemOf } from './policy/accept.ts';
import { Controller } from './reconcile/controller.ts';
import { Provision } from './reconcile/provision.ts';
import { Reconciler } from './reconcile/reconciler.ts';
import { configures, revisionOf } from './reconcile/secret.ts';
import { Selection } from './reconcile/selection.ts';
import { webhookPath } from './reconcile/webhook-config.ts';
import { SidecarAnnotations } from './reports/annotations.ts';
import { Reports } from './reports/reports.ts';
import { endTerm } from './term.ts';
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

  // What happens in the cluster -> copies of it, and the leader's controller.
  const caches = new Caches({
    cluster,
    platform: { ownNamespace: namespace, bounds: config.bounds },
    listener: {
      policyChanged: (is, was) => {
        term?.controller.policyChanged(is, was);
        term?.audit.policyChanged(is, was);
      },
      namespaceChanged: (is, was) => {
        term?.controller.namespaceChanged(is, was);
        term?.audit.touch((is ?? was)!.metadata.name);
      },
      secretChanged: (of) => {
        term?.controller.secretChanged(of);
        term?.audit.touch(of);
      },
      podChanged: (is, was) => {
        if (!is) reports.latest.forget(was!.metadata.uid!);
        term?.controller.podChanged(is, was);
        term?.audit.touch((is ?? was)!.metadata.namespace!);
        term?.breaker.podChanged(is, was);
      },
      breakerChanged: (scopes) => term?.controller.breakerChanged(scopes),
    },
    name,
    image: config.sidecar.image,
    log,
    random,
  });
  const { policies, secrets, pods } = caches;
  const labelsOf = (of: string) => caches.namespaceLabels(of);
  const namespaces = () => caches.namespaceNames();

  // Pods that are created -> the webhook.
  const site = { settings: config.sidecar, ownNamespace: namespace };
  const canaries = new Canaries(log);
  const isCanary: Breaker['isCanary'] = (of, pod) =>
    term ? term.breaker.isCanary(of, pod) : canaries.takeLate(stopOf(caches.breakers, of), pod, now());
  const onReview: Metrics['review'] = (result, seconds) => metrics.review(result, seconds);
  const webhook = new WebhookServer(
    webhookApp({ view: caches, ...site, isCanary, now, log, onReview }),
    config.webhookPort,
  );

  // How sidecars stand -> the last report of each pod.
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
    onNews: (pod, report) => {
      term?.controller.sidecarChanged(pod.namespace);
      term?.annotations.add(pod, report);
    },
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
    publish: async () => {
      if (term?.selection.published) await term.selection.publish();
    },
    now,
    log,
  });

  // What is to be said of an object -> an Event.
  const identity = config.podName || hostname();
  const events = new Events({ cluster, instance: identity, now, clock, log });
  const breakerMetrics = new BreakerMetrics(metrics.registry);

  // Keys -> the world in order: only the leader does this, and each of its terms begins anew.
  const newTerm = () => {
    // By this nothing is written once the term is over.
    const over = new AbortController();
    const own = cluster.until(over.signal);
    const selection = new Selection({ cluster: own, name, namespace, owner, now, log, caBundle: () => certs.caBundle });
    const provision = new Provision({
      cluster: own,
      elastic,
      settings: config.elastic,
      secrets: { get: (of) => secrets.get(of, SECRET), took: (written) => secrets.took(written) },
      redactRequired: config.redactRequired,
      newRedactionKey: () => randomBytes(32).toString('hex'),
      reports: () => (reports.url && certs.current ? { url: reports.url, ca: certs.caPem } : undefined),
      metrics,
      now,
    });
    const reconciler = new Reconciler({
      cluster: own,
      policies,
      provision,
      selection,
      namespaces,
      labelsOf,
      podsOf: (of) => pods.of(of),
      surroundingsOf: (of) => surroundingsOf(caches, of, site),
      isOutdated: (pod) => isOutdated(pod, config.sidecar),
      breakers: () => caches.breakers,
      sidecarsOf: (policy, within, before) => {
        const revision = revisionOf(policy, { ...config.elastic, redactRequired: config.redactRequired });
        return reports.sidecarsOf(policy, revision, within, before);
      },
      unsupported: () => unsupported,
      again: (key) => controller.again(key),
      metrics,
      now,
      log,
    });
    const controller: Controller = new Controller({
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
    const annotations = new SidecarAnnotations({ cluster: own, podOf: (of, pod) => pods.get(of, pod), now, log });
    // Pods against policies: what is missed is mended or named.
    const audit = new Audit({
      cluster: own,
      view: {
        namespaces,
        podsOf: (of) => pods.of(of),
        policiesOf: (of) => caches.policiesOf(of),
        refusedIn: (of) => policies.refusedIn(of).map(stemOf),
        surroundingsOf: (of) => surroundingsOf(caches, of, site),
        isConfigured: (of, stem) => configures(secrets.get(of, SECRET), stem),
        since: (policy, of) => selection.since(policy, of),
        isOutdated: (pod) => isOutdated(pod, config.sidecar),
        isReady: () => caches.synced && selection.published && !unsupported,
        took: (pod) => pods.took(pod),
      },
      events,
      metrics,
      now,
      clock,
      log,
    });
    const breaker = new Breaker({
      cluster: own,
      copies: caches,
      name,
      namespace,
      owner,
      settings: config.sidecar,
      version: packageJson.version,
      tell: (notice) => events.tell(notice),
      metrics: breakerMetrics,
      now,
      log,
    });
    const parts = [controller, annotations, reports, breaker, audit];
    return { selection, controller, annotations, audit, breaker, over, parts };
  };
  let term: ReturnType<typeof newTerm> | undefined;
  const leader = new Leader({
    cluster,
    namespace,
    name,
    // A pod's name and more: of a container that was restarted the old process may still be ending.
    identity: `${identity}_${randomUUID()}`,
    onGained: async () => {
      metrics.leads(true);
      term = newTerm();
      await startAll(term.parts);
    },
    onLost: async () => {
      const ended = term;
      term = undefined;
      if (ended) await endTerm(ended);
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
