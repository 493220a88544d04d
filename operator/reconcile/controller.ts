import type { PolicyStatus } from '../../api/policy.ts';
import { describe } from '../../runtime/errors.ts';
import type { Part } from '../../runtime/lifecycle.ts';
import type { Log } from '../../runtime/log.ts';
import { wait } from '../../runtime/wait.ts';
import type { KubeObject } from '../cluster.ts';
import { ElasticTrouble } from '../elastic/client.ts';
import type { Metrics } from '../health/metrics.ts';
import { accept } from '../policy/accept.ts';
import { Queue } from './queue.ts';
import type { RawPolicy, Reconciler } from './reconciler.ts';
import type { Reflector } from './reflector.ts';
import type { Selection } from './selection.ts';

export interface ControllerOptions {
  policies: Reflector<RawPolicy>;
  namespaces: Reflector<KubeObject>;
  reconciler: Reconciler;
  selection: Selection;
  ownNamespace: string;
  metrics: Metrics;
  log: Log;
  random: () => number;
}

/** Pods come and go without an event here, and so do changes of what is ours: all of it is looked at this often. */
const LOOK_MS = 15_000;
/** A Deployment's pods come together, and are counted together. */
const SETTLE_MS = 2_000;

/** Turns what happens into keys: a change of a policy or a namespace, and time. */
export class Controller implements Part {
  readonly name = 'controller';
  readonly #options: ControllerOptions;
  readonly #queue: Queue;
  readonly #stop = new AbortController();
  #running: Promise<void> | undefined;

  constructor(options: ControllerOptions) {
    const { reconciler, metrics, log, random } = options;
    this.#options = options;
    this.#queue = new Queue({
      random,
      work: async (namespace) => {
        await reconciler.reconcile(namespace);
        metrics.reconciled('ok');
      },
      onError: (namespace, error) => {
        metrics.reconciled('error');
        // Trouble with Elasticsearch has been said once already, and stands in the status.
        if (!(error instanceof ElasticTrouble))
          log.error('cannot bring a namespace in order; it is tried again', { namespace, error: describe(error) });
      },
    });
  }

  /** A policy came, changed or went. Our own writes to a status are no news. */
  policyChanged(now: RawPolicy | undefined, before: RawPolicy | undefined): void {
    const one = now ?? before;
    if (!one?.metadata.namespace) return;
    if (!now) this.#options.metrics.forgetPolicy({ namespace: one.metadata.namespace, policy: one.metadata.name });
    if (now && before && now.metadata.generation === before.metadata.generation) return;
    this.#queue.add(one.metadata.namespace);
  }

  namespaceChanged(now: KubeObject | undefined, before: KubeObject | undefined): void {
    const { name } = (now ?? before)!.metadata;
    if (this.#hasPolicy(name)) this.#queue.add(name);
  }

  /** The webhook was asked about a pod, which will be there in a moment, or not: the status is to be counted again. */
  podReviewed(namespace: string): void {
    if (this.#hasPolicy(namespace)) this.#queue.addLater(namespace, SETTLE_MS);
  }

  start(): void {
    this.#running = this.#run();
  }

  async stop(): Promise<void> {
    this.#stop.abort();
    await this.#running;
    await this.#queue.stop();
  }

  #hasPolicy(namespace: string): boolean {
    return [...this.#options.policies.all()].some(({ metadata }) => metadata.namespace === namespace);
  }

  async #run(): Promise<void> {
    const { policies, namespaces, selection, log, ownNamespace, metrics } = this.#options;
    const { signal } = this.#stop;
    while (!(policies.synced && namespaces.synced) && !signal.aborted) await wait(50, signal);
    for (let failed = false; !selection.published && !signal.aborted;) {
      try {
        for (const namespace of await selection.start((name) => sinceOf(policies.all(), name)))
          this.#queue.add(namespace);
      } catch (error) {
        if (!failed) log.error('cannot write the webhook configuration; it is tried again', { error: describe(error) });
        failed = true;
        await wait(2000, signal);
      }
    }
    this.#queue.start();
    while (!signal.aborted) {
      const judged = [...policies.all()].map((policy) => accept(policy, ownNamespace));
      const good = judged.filter(({ ok }) => ok).length;
      metrics.policies(good, judged.length - good);
      for (const { metadata } of policies.all()) if (metadata.namespace) this.#queue.add(metadata.namespace);
      await selection
        .look()
        .catch((error: unknown) =>
          log.error('cannot look after the webhook configuration', { error: describe(error) }),
        );
      await wait(LOOK_MS, signal);
    }
  }
}

/** Since when an earlier operator injected a namespace's pods, from its policies' status. */
function sinceOf(
  policies: Iterable<{ metadata: KubeObject['metadata']; status?: PolicyStatus }>,
  namespace: string,
): string | undefined {
  const times = [...policies].flatMap(({ metadata, status }) =>
    metadata.namespace === namespace && status?.inForceSince ? [status.inForceSince] : [],
  );
  return times.sort()[0];
}
