import { randomBytes } from 'node:crypto';
import { SECRET } from '../api/names.ts';
import { startAll, stopAll, type Part } from '../runtime/lifecycle.ts';
import type { Log } from '../runtime/log.ts';
import { Audit } from './audit/audit.ts';
import { Standings } from './audit/standings.ts';
import { Breaker } from './breaker/breaker.ts';
import type { BreakerMetrics } from './breaker/metrics.ts';
import type { Caches, Listener } from './caches.ts';
import type { CertStore } from './cert-store.ts';
import type { Cluster, KubeObject } from './cluster.ts';
import type { Config } from './config.ts';
import type { Elastic } from './elastic/client.ts';
import type { ElasticMetrics } from './elastic/metrics.ts';
import { Reaper } from './elastic/reaper.ts';
import { Upkeep } from './elastic/upkeep.ts';
import type { Events } from './events.ts';
import type { Metrics } from './health/metrics.ts';
import { isOutdated } from './inject/revision.ts';
import { surroundingsOf } from './inject/webhook.ts';
import { Kibana } from './kibana/client.ts';
import { Importer } from './kibana/importer.ts';
import type { Ledger } from './ledger/ledger.ts';
import { StatusFigures } from './ledger/status-figures.ts';
import { stemOf } from './policy/accept.ts';
import { MemoryKeeper } from './proof/memory.ts';
import type { ProofMetrics } from './proof/metrics.ts';
import { Proof } from './proof/proof.ts';
import { Controller } from './reconcile/controller.ts';
import { Provision } from './reconcile/provision.ts';
import { Reconciler } from './reconcile/reconciler.ts';
import { configures, keyIds, revisionOf } from './reconcile/secret.ts';
import { Selection } from './reconcile/selection.ts';
import { SidecarAnnotations } from './reports/annotations.ts';
import type { OnNews } from './reports/latest.ts';
import type { Reports } from './reports/reports.ts';

/** What a replica has whether it leads or not. */
export interface TermOptions {
  cluster: Cluster;
  config: Config;
  caches: Caches;
  elastic: Elastic;
  reports: Reports;
  ledger: Ledger;
  certs: CertStore;
  events: Events;
  metrics: Metrics;
  breakerMetrics: BreakerMetrics;
  elasticMetrics: ElasticMetrics;
  proofMetrics: ProofMetrics;
  /** Why nothing is injected in this cluster, if so. */
  unsupported: string | undefined;
  /** Of the operator. */
  version: string;
  now: () => Date;
  clock: () => number;
  random: () => number;
  log: Log;
}

/** A leader that has given up must be still before another one may lead, which is five seconds later at the earliest. */
const GRACE_MS = 3_000;

/**
 * What only the leader runs, from its gaining the Lease to its losing it: keys -> the world in order, and pods -> mended or
 * named. The next term begins anew.
 */
export class Term implements Part, Listener {
  readonly name = 'what the leader runs';
  readonly #parts: readonly Part[];
  readonly #over = new AbortController();
  readonly #standings: Standings;
  readonly #selection: Selection;
  readonly #controller: Controller;
  readonly #annotations: SidecarAnnotations;
  readonly #audit: Audit;
  readonly #breaker: Breaker;
  readonly #proof: Proof;

  constructor(options: TermOptions) {
    const { config, caches, elastic, reports, ledger, certs, metrics, breakerMetrics, unsupported, events } = options;
    const { elasticMetrics, proofMetrics, version, now, clock, random, log } = options;
    const { name, namespace, owner } = config;
    const { policies, secrets, pods } = caches;
    // By this nothing is written once the term is over.
    const cluster = options.cluster.until(this.#over.signal);
    const namespaces = () => caches.namespaceNames();
    const labelsOf = (of: string) => caches.namespaceLabels(of);
    const site = { settings: config.sidecar, ownNamespace: namespace };
    const standings = new Standings({
      podsOf: (of) => pods.of(of),
      policiesOf: (of) => caches.policiesOf(of),
      surroundingsOf: (of) => surroundingsOf(caches, of, site),
      isOutdated: (pod) => isOutdated(pod, config.sidecar),
      changesOf: (of) => caches.changesOf(of),
    });
    const selection = new Selection({ cluster, name, namespace, owner, now, log, caBundle: () => certs.caBundle });
    const provision = new Provision({
      cluster,
      elastic,
      settings: config.elastic,
      secrets: { get: (of) => secrets.get(of, SECRET), took: (written) => secrets.took(written) },
      redactRequired: config.redactRequired,
      newRedactionKey: () => randomBytes(32).toString('hex'),
      reports: () => (reports.url && certs.current ? { url: reports.url, ca: certs.caPem } : undefined),
      metrics,
      now,
    });
    const figures = new StatusFigures({ ledger, queriedOf: (...of) => proof.queriedOf(...of), now: clock });
    const reconciler = new Reconciler({
      cluster,
      policies,
      provision,
      selection,
      namespaces,
      labelsOf,
      podsOf: (of) => pods.of(of),
      standingsOf: (of) => standings.of(of),
      breakers: () => caches.breakers,
      sidecarsOf: (policy, within, before) => {
        const revision = revisionOf(policy, { ...config.elastic, redactRequired: config.redactRequired });
        return reports.sidecarsOf(policy, revision, within, before);
      },
      figuresOf: (...of) => figures.of(...of),
      verifiedOf: (...of) => proof.verifiedOf(...of),
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
      clock,
      log,
      random,
    });
    const annotations = new SidecarAnnotations({ cluster, podOf: (of, pod) => pods.get(of, pod), now, log });
    // Pods against policies: what is missed is mended or named.
    const audit = new Audit({
      cluster,
      view: {
        namespaces,
        podsOf: (of) => pods.of(of),
        policiesOf: (of) => caches.policiesOf(of),
        refusedIn: (of) => policies.refusedIn(of).map(stemOf),
        surroundingsOf: (of) => surroundingsOf(caches, of, site),
        isConfigured: (of, stem) => configures(secrets.get(of, SECRET), stem),
        since: (policy, of) => selection.since(policy, of),
        standingsOf: (of) => standings.of(of),
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
      cluster,
      copies: caches,
      name,
      namespace,
      owner,
      settings: config.sidecar,
      version,
      tell: (notice) => events.tell(notice),
      metrics: breakerMetrics,
      now,
      log,
    });
    const reaper = new Reaper({
      keys: () => elastic.ownKeys(),
      invalidate: (ids) => elastic.invalidateKeys(ids),
      referenced: () => (caches.synced ? new Set([...keyIds(caches.secrets.all()), ...provision.keyIds()]) : undefined),
      now,
      log,
    });
    const upkeep = new Upkeep({
      elastic,
      reaper,
      tell: (notice) => events.tell(notice),
      release: { name, namespace },
      metrics: elasticMetrics,
      now,
      random,
      log,
    });
    // Files in Elasticsearch against seals and reports.
    const proof = new Proof({
      elastic,
      cluster: config.elastic.cluster,
      latest: reports.latest,
      podOf: (of, pod) => pods.get(of, pod),
      policiesOf: (of) => caches.policiesOf(of),
      isThere: async ({ namespace: of, pod }, uid) => {
        const path = `/api/v1/namespaces/${of}/pods?fieldSelector=metadata.name%3D${pod}`;
        return (await cluster.list<KubeObject>(path)).items.some(({ metadata }) => metadata.uid === uid);
      },
      memory: new MemoryKeeper({ cluster, name, namespace, owner }),
      events,
      metrics: proofMetrics,
      onNews: (of) => controller.sidecarChanged(of),
      now,
      clock,
      log,
    });
    const importers = config.kibana ? [new Importer({ kibana: new Kibana(config.kibana), metrics, random, log })] : [];
    this.#parts = [controller, annotations, reports, breaker, audit, upkeep, proof, ...importers];
    this.#standings = standings;
    this.#selection = selection;
    this.#controller = controller;
    this.#annotations = annotations;
    this.#audit = audit;
    this.#breaker = breaker;
    this.#proof = proof;
  }

  start(): Promise<void> {
    return startAll(this.#parts);
  }

  stop(): Promise<void> {
    return endTerm(this.#parts, this.#over);
  }

  /** Writes the webhook configuration with the authorities of now, if it is ours already. */
  async publish(): Promise<void> {
    if (this.#selection.published) await this.#selection.publish();
  }

  isCanary(...of: Parameters<Breaker['isCanary']>): boolean {
    return this.#breaker.isCanary(...of);
  }

  sidecarChanged(...[pod, report]: Parameters<OnNews>): void {
    this.#controller.sidecarChanged(pod.namespace);
    this.#annotations.add(pod, report);
  }

  policyChanged(...change: Parameters<Listener['policyChanged']>): void {
    this.#controller.policyChanged(...change);
    this.#audit.policyChanged(...change);
  }

  namespaceChanged(...change: Parameters<Listener['namespaceChanged']>): void {
    this.#controller.namespaceChanged(...change);
    const [now, before] = change;
    const { name } = (now ?? before)!.metadata;
    if (!now) this.#standings.forget(name);
    this.#audit.touch(name);
  }

  secretChanged(namespace: string): void {
    this.#controller.secretChanged(namespace);
    this.#audit.touch(namespace);
  }

  podChanged(...change: Parameters<Listener['podChanged']>): void {
    this.#controller.podChanged(...change);
    const [now, before] = change;
    this.#audit.touch((now ?? before)!.metadata.namespace!);
    this.#breaker.podChanged(...change);
    if (!now) this.#proof.podGone(before!);
  }

  breakerChanged(scopes: readonly string[]): void {
    this.#controller.breakerChanged(scopes);
  }
}

/** Stops what only a leader runs; what that still asks of the API server after a while is cut off by `over`. Throws as `stopAll` does. */
export async function endTerm(parts: readonly Part[], over: AbortController, graceMs = GRACE_MS): Promise<void> {
  const cut = setTimeout(() => over.abort(), graceMs);
  try {
    await stopAll(parts);
  } finally {
    clearTimeout(cut);
    over.abort();
  }
}
