import { ANNOTATION } from '../../api/names.ts';
import type { Policy } from '../../api/policy.ts';
import { describe } from '../../runtime/errors.ts';
import type { Part } from '../../runtime/lifecycle.ts';
import { TokenBucket } from '../../runtime/token-bucket.ts';
import { wait } from '../../runtime/wait.ts';
import type { KubeObject } from '../cluster.ts';
import type { Pod } from '../inject/pod.ts';
import type { Surroundings } from '../inject/skip.ts';
import type { RawPolicy } from '../policy/accept.ts';
import { Evictor, isGone, podPath, type EvictorOptions } from './evictor.ts';
import { changesOf } from './follow.ts';
import { skipNotices } from './notices.ts';
import { find, planOf } from './plan.ts';
import type { Standing } from './standing.ts';
import type { Attempt } from './turn.ts';

/** What the audit knows of the cluster: the operator's copies, so that looking costs no request. */
export interface AuditView {
  namespaces(): string[];
  podsOf(namespace: string): readonly Pod[];
  /** Those that are accepted and reach the namespace. */
  policiesOf(namespace: string): readonly Policy[];
  /** Stems of those that are not accepted. */
  refusedIn(namespace: string): readonly string[];
  /** Undefined when there is no such namespace. */
  surroundingsOf(namespace: string): Surroundings | undefined;
  /** Whether sidecars of the namespace find this policy's configuration. */
  isConfigured(namespace: string, stem: string): boolean;
  /** Since when the policy's pods are injected there, RFC 3339. */
  since(policy: Policy, namespace: string): string | undefined;
  /** How these pods stand to these policies. */
  standingsOf(namespace: string): readonly Standing[];
  /** All of this is known, and the API server asks the webhook. */
  isReady(): boolean;
  /** Takes over a pod that was written here, before the watch tells of it. */
  took(pod: Pod & KubeObject): void;
}

export interface AuditOptions extends EvictorOptions {
  view: AuditView;
  pace?: Partial<Pace>;
}

/** Milliseconds. */
export interface Pace {
  /** Between two looks at namespaces in which something happened. */
  lookMs: number;
  /** Between two looks at all of them. */
  allMs: number;
  /** From the start to the first eviction: the webhook may have been away until now, and is to be reachable from everywhere. */
  restMs: number;
}
const PACE: Pace = { lookMs: 2_000, allMs: 30_000, restMs: 15_000 };
/** Between two namespaces. */
const BREATH_MS = 5;
/** Of annotations, in the whole cluster. */
const CHANGES = { burst: 20, perSecond: 10 };

/** Pods against policies, all the time: says of each that has no sidecar why, and mends what `spec.rollout` lets it mend. */
export class Audit implements Part {
  readonly name = 'audit';
  readonly #options: AuditOptions;
  readonly #pace: Pace;
  readonly #evictor: Evictor;
  readonly #changes: TokenBucket;
  /** By namespace, then by workload. */
  readonly #attempts = new Map<string, Map<string, Attempt>>();
  readonly #touched = new Set<string>();
  readonly #stop = new AbortController();
  #lookedAt = -Infinity;
  /** Namespaces about which something was said already. */
  readonly #troubles = new Set<string>();
  #running: Promise<void> | undefined;

  constructor(options: AuditOptions) {
    const { clock, pace } = options;
    this.#options = options;
    this.#pace = { ...PACE, ...pace };
    this.#evictor = new Evictor(options);
    this.#changes = new TokenBucket({ ...CHANGES, clock });
  }

  /** Something happened in a namespace. */
  touch(namespace: string): void {
    this.#touched.add(namespace);
  }

  /** It may concern every namespace; our own writes to a status concern none. */
  policyChanged(now: RawPolicy | undefined, before: RawPolicy | undefined): void {
    if (now?.metadata.generation !== before?.metadata.generation || now?.metadata.deletionTimestamp)
      this.#lookedAt = -Infinity;
  }

  start(): void {
    this.#running = this.#run();
  }

  async stop(): Promise<void> {
    this.#stop.abort();
    await this.#running;
  }

  async #run(): Promise<void> {
    const { view, clock } = this.#options;
    const { signal } = this.#stop;
    while (!view.isReady() && !signal.aborted) await wait(this.#pace.lookMs, signal);
    const began = clock();
    while (!signal.aborted) {
      for (const namespace of this.#due()) {
        if (signal.aborted) return;
        await this.#look(namespace, clock() - began >= this.#pace.restMs);
        // The webhook's requests come in between; each needs several turns of the event loop.
        await wait(BREATH_MS, signal);
      }
      await wait(this.#pace.lookMs, signal);
    }
  }

  /** The namespaces in which something happened or is under way, and now and then all of them. */
  #due(): Iterable<string> {
    const { view, clock } = this.#options;
    const touched = new Set([...this.#touched, ...this.#attempts.keys()]);
    this.#touched.clear();
    if (clock() - this.#lookedAt < this.#pace.allMs) return touched;
    this.#lookedAt = clock();
    return view.namespaces();
  }

  async #look(namespace: string, mayEvict: boolean): Promise<void> {
    const { view, now, events, log } = this.#options;
    const surroundings = view.surroundingsOf(namespace);
    const policies = view.policiesOf(namespace);
    if (!surroundings || policies.length === 0) return void this.#attempts.delete(namespace);
    try {
      await this.#follow(namespace, view.podsOf(namespace), policies);
      const pods = view.podsOf(namespace);
      const standings = view.standingsOf(namespace);
      const since = (policy: Policy) => view.since(policy, namespace);
      const { candidates, workloads } = find(pods, standings, { surroundings, since, now: now() });
      const plan = planOf(workloads, this.#attempts.get(namespace) ?? new Map(), now().getTime());
      await this.#evictor.regret(plan);
      if (mayEvict && !this.#evictor.isHeld) await this.#evictor.evict(plan);
      if (plan.attempts.size > 0) this.#attempts.set(namespace, plan.attempts);
      else this.#attempts.delete(namespace);
      // What is not in force yet says so in its status.
      const inForce = standings.filter(({ policy }) => since(policy) !== undefined);
      for (const notice of skipNotices(inForce, candidates)) await events.tell(notice);
      this.#troubles.delete(namespace);
    } catch (error) {
      if (!this.#troubles.has(namespace))
        log.warn('pods of a namespace cannot be brought in order; it is tried again', {
          namespace,
          error: describe(error),
        });
      this.#troubles.add(namespace);
      this.#touched.add(namespace);
    }
  }

  /** Has the annotation of running pods name the policy that governs them. */
  async #follow(namespace: string, pods: readonly Pod[], policies: readonly Policy[]): Promise<void> {
    const { view, cluster, log } = this.#options;
    const refused = view.refusedIn(namespace);
    const isConfigured = (stem: string) => view.isConfigured(namespace, stem);
    for (const { pod, policy } of changesOf(pods, { policies, refused, isConfigured })) {
      const { name = '', uid } = pod.metadata;
      // The rest of them at the next look.
      if (!this.#changes.take()) return void this.#touched.add(namespace);
      const change = { metadata: { uid, annotations: { [ANNOTATION.policy]: policy } } };
      try {
        view.took(await cluster.merge<Pod & KubeObject>(podPath(pod), change));
        log.info('another policy governs a running pod', { namespace, pod: name, policy: policy ?? '' });
      } catch (error) {
        if (!isGone(error)) throw error;
      }
    }
  }
}
