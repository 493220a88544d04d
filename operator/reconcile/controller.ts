import { describe } from '../../runtime/errors.ts';
import type { Part } from '../../runtime/lifecycle.ts';
import type { Log } from '../../runtime/log.ts';
import { wait } from '../../runtime/wait.ts';
import type { KubeObject } from '../cluster.ts';
import { ElasticTrouble } from '../elastic/trouble.ts';
import type { Metrics } from '../health/metrics.ts';
import type { Pod } from '../inject/pod.ts';
import type { RawPolicy } from '../policy/accept.ts';
import { selects } from '../policy/govern.ts';
import type { Policies } from '../policy/policies.ts';
import { clusterPolicyKey, namespaceKey } from './key.ts';
import { Queue } from './queue.ts';
import type { Reconciler } from './reconciler.ts';
import type { Selected, Selection } from './selection.ts';

export interface ControllerOptions {
  policies: Policies;
  /** Names of the namespaces that are there and not going. */
  namespaces: () => string[];
  labelsOf: (namespace: string) => Readonly<Record<string, string>> | undefined;
  /** All that is watched has been listed once. */
  isSynced: () => boolean;
  reconciler: Reconciler;
  selection: Selection;
  metrics: Metrics;
  clock: () => number;
  log: Log;
  random: () => number;
}

/** Changes that nothing tells us of, as those in Elasticsearch, are found by looking this often. */
const LOOK_MS = 15_000;
/** A Deployment's pods come together, and are counted together. */
const SETTLE_MS = 1_000;
/** Its sidecars take over a configuration in their own time, and each says so. */
const REPORTS_MS = 5_000;

/** Turns what happens into keys: a change of a policy, a namespace or a pod, and time. */
export class Controller implements Part {
  readonly name = 'controller';
  readonly #options: ControllerOptions;
  readonly #queue: Queue;
  readonly #stop = new AbortController();
  #running: Promise<void> | undefined;

  constructor(options: ControllerOptions) {
    const { reconciler, metrics, clock, log, random } = options;
    this.#options = options;
    this.#queue = new Queue({
      random,
      work: async (key) => {
        const began = clock();
        await reconciler.reconcile(key).finally(() => metrics.reconcileTook((clock() - began) / 1000));
        metrics.reconciled('ok');
      },
      onError: (key, error) => {
        // What was cut off is the next leader's to do.
        if (this.#stop.signal.aborted) return;
        metrics.reconciled('error');
        // Trouble with Elasticsearch has been said once already, and stands in the status.
        if (!(error instanceof ElasticTrouble))
          log.error('cannot bring a namespace or policy in order; it is tried again', { key, error: describe(error) });
      },
    });
  }

  /** A policy came, changed or went. Our own writes to a status are no news. */
  policyChanged(now: RawPolicy | undefined, before: RawPolicy | undefined): void {
    const one = now ?? before!;
    const isSame = now && before && now.metadata.generation === before.metadata.generation;
    if (isSame && now.metadata.deletionTimestamp === before.metadata.deletionTimestamp) return;
    const { namespace, name } = one.metadata;
    if (one.kind === 'TracingPolicy') return this.#queue.add(namespaceKey(namespace!));
    this.#queue.add(clusterPolicyKey(name));
    const selectors = [now, before].flatMap((raw) => {
      const judged = raw && this.#options.policies.judge(raw);
      return judged?.ok && judged.policy.kind === 'ClusterTracingPolicy' ? [judged.policy.spec.namespaceSelector] : [];
    });
    for (const each of this.#options.namespaces()) {
      const labels = this.#options.labelsOf(each);
      if (labels && selectors.some((selector) => selects(selector, labels))) this.#queue.add(namespaceKey(each));
    }
  }

  /** One came, went, or has other labels, by which other policies may reach it. */
  namespaceChanged(now: KubeObject | undefined, before: KubeObject | undefined): void {
    this.#queue.add(namespaceKey((now ?? before)!.metadata.name));
    for (const raw of this.#options.policies.all())
      if (raw.kind === 'ClusterTracingPolicy') this.#queue.addLater(clusterPolicyKey(raw.metadata.name), SETTLE_MS);
  }

  /** Somebody changed or deleted what is ours. */
  secretChanged(namespace: string): void {
    this.#queue.addLater(namespaceKey(namespace), SETTLE_MS);
  }

  podChanged(now: Pod | undefined, before: Pod | undefined): void {
    const { namespace } = (now ?? before)!.metadata;
    if (namespace) this.#queue.addLater(namespaceKey(namespace), SETTLE_MS);
  }

  /** Of the cluster (`''`), or of namespaces. */
  breakerChanged(scopes: readonly string[]): void {
    if (scopes.includes('')) this.#addAll();
    else for (const namespace of scopes) this.#queue.add(namespaceKey(namespace));
  }

  /** A sidecar of the namespace runs something else, or stands otherwise. */
  sidecarChanged(namespace: string): void {
    this.#queue.addLater(namespaceKey(namespace), REPORTS_MS);
  }

  /** Has a key reconciled within a second. */
  again(key: string): void {
    this.#queue.addLater(key, SETTLE_MS);
  }

  start(): void {
    this.#running = this.#run();
  }

  async stop(): Promise<void> {
    this.#stop.abort();
    await this.#running;
    await this.#queue.stop();
  }

  async #run(): Promise<void> {
    const { policies, selection, log, metrics } = this.#options;
    const { signal } = this.#stop;
    while (!this.#options.isSynced() && !signal.aborted) await wait(50, signal);
    for (let failed = false; !selection.published && !signal.aborted;) {
      try {
        this.#takeOver(await selection.start((of) => this.#sinceOf(of)));
      } catch (error) {
        if (!failed) log.error('cannot write the webhook configuration; it is tried again', { error: describe(error) });
        failed = true;
        await wait(2000, signal);
      }
    }
    this.#queue.start();
    // The first time at once, then over the time until the next look: all of a large cluster in one go would keep the webhook waiting.
    for (let spreadMs = 0; !signal.aborted; spreadMs = LOOK_MS) {
      const judged = policies.all().map((raw) => policies.judge(raw));
      const good = judged.filter(({ ok }) => ok).length;
      metrics.policies(good, judged.length - good);
      this.#addAll(spreadMs);
      await selection
        .look()
        .catch((error: unknown) =>
          log.error('cannot look after the webhook configuration', { error: describe(error) }),
        );
      await wait(LOOK_MS, signal);
    }
  }

  /** What an earlier operator selected may have lost its policy meanwhile. */
  #takeOver({ namespaces, clusterPolicies }: Selected): void {
    for (const namespace of namespaces) this.#queue.add(namespaceKey(namespace));
    for (const name of clusterPolicies) this.#queue.add(clusterPolicyKey(name));
  }

  #addAll(spreadMs = 0): void {
    const keys = new Set(this.#options.namespaces().map(namespaceKey));
    for (const { kind, metadata } of this.#options.policies.all()) {
      if (kind === 'ClusterTracingPolicy') keys.add(clusterPolicyKey(metadata.name));
      // A refused one in a namespace of the system says so, too.
      else keys.add(namespaceKey(metadata.namespace!));
    }
    for (const [i, key] of [...keys].entries()) {
      if (spreadMs === 0) this.#queue.add(key);
      else this.#queue.addLater(key, (spreadMs * i) / keys.size);
    }
  }

  /** Since when an earlier operator injected, from the status of policies. */
  #sinceOf(of: { namespace: string } | { clusterPolicy: string }): string | undefined {
    const times = this.#options.policies.all().flatMap(({ kind, metadata, status }) => {
      const isIt =
        'namespace' in of
          ? metadata.namespace === of.namespace
          : kind === 'ClusterTracingPolicy' && metadata.name === of.clusterPolicy;
      return isIt && status?.inForceSince ? [status.inForceSince] : [];
    });
    return times.sort()[0];
  }
}
