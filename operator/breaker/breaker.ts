import { isDeepStrictEqual } from 'node:util';
import { policySpec, type Policy } from '../../api/policy.ts';
import { describe } from '../../runtime/errors.ts';
import type { Part } from '../../runtime/lifecycle.ts';
import type { Log } from '../../runtime/log.ts';
import { wait } from '../../runtime/wait.ts';
import type { Cluster, KubeObject } from '../cluster.ts';
import type { Notice } from '../events.ts';
import type { Pod } from '../inject/pod.ts';
import { revisionOf } from '../inject/revision.ts';
import type { SidecarSettings } from '../inject/sidecar.ts';
import { stemOf } from '../policy/accept.ts';
import { dueOf } from './blocked.ts';
import { Canaries } from './canaries.ts';
import { breakerName, breakersPath, configMapOf, type ConfigMap } from './config-map.ts';
import { decide, isFresh } from './decide.ts';
import { Freeing } from './freeing.ts';
import type { BreakerMetrics } from './metrics.ts';
import { noticeOf } from './notice.ts';
import { persistent, type Refusal } from './refusal.ts';
import { Sightings, type Seen } from './sightings.ts';
import { changedScopes, CLUSTER, isStopped, stopOf, type State } from './state.ts';
import { causeOf, placeOf } from './words.ts';

/** The operator's copies, as far as the breaker reads them. */
export interface Copies {
  readonly synced: boolean;
  readonly breakers: State;
  /** Hears of what was just written. */
  tookBreakers(written: ConfigMap): void;
  readonly pods: { all(): Iterable<Pod> };
  refusals(): Iterable<Refusal>;
  policiesOf(namespace: string): readonly Policy[];
  namespaceLabels(namespace: string): object | undefined;
}

export interface BreakerOptions {
  cluster: Cluster;
  copies: Copies;
  /** Of the release, and the chart's ClusterRole. */
  name: string;
  namespace: string;
  owner: string;
  settings: SidecarSettings;
  /** The operator's: another one may inject something else. */
  version: string;
  tell: (notice: Notice) => Promise<unknown>;
  metrics: BreakerMetrics;
  now: () => Date;
  log: Log;
  /** Between two looks, milliseconds. */
  paceMs?: number;
}

const PACE_MS = 1_000;
/** For what is not injected by a policy, and for the cluster. */
const NO_POLICY = policySpec.parse({});

/**
 * Stops injection where sidecars keep applications from starting, and frees the pods that wait. It is the leader's: it writes
 * how the breakers stand, and all replicas go by that. Whatever it knows is in the ConfigMap or in the operator's copies.
 */
export class Breaker implements Part {
  readonly name = 'breaker';
  readonly #options: BreakerOptions;
  readonly #sightings = new Sightings();
  readonly #canaries: Canaries;
  readonly #freeing: Freeing;
  readonly #stop = new AbortController();
  #running: Promise<void> | undefined;
  #owner: { name: string; uid: string } | undefined;
  #waiting: Seen['waiting'] = [];
  #trouble = '';

  constructor(options: BreakerOptions) {
    this.#options = options;
    const { cluster, tell, metrics, now, log } = options;
    this.#freeing = new Freeing({ cluster, tell, onFreed: (namespace) => metrics.deleted(namespace), now, log });
    this.#canaries = new Canaries(log);
  }

  podChanged(now: Pod | undefined, before: Pod | undefined): void {
    this.#sightings.podChanged(now, before, this.#options.now());
  }

  /** Whether this pod is the one that is injected to see what becomes of it; the answer is yes once. */
  isCanary(namespace: string, pod: Pod): boolean {
    const { copies, now } = this.#options;
    const stop = stopOf(copies.breakers, namespace);
    if (stop?.entry.phase !== 'half-open') return false;
    const isUnderWay = this.#waiting.some(
      (one) => (stop.scope === CLUSTER || stop.scope === one.namespace) && isFresh(one, stop.entry),
    );
    return !isUnderWay && this.#canaries.take(stop, pod, now());
  }

  start(): void {
    this.#running = this.#run();
  }

  async stop(): Promise<void> {
    this.#stop.abort();
    await this.#running;
    this.#sightings.clear();
    this.#options.metrics.forget();
  }

  async #run(): Promise<void> {
    const { copies, metrics, now, log, paceMs = PACE_MS } = this.#options;
    const { signal } = this.#stop;
    while (!copies.synced && !signal.aborted) await wait(paceMs, signal);
    for (const pod of copies.pods.all()) this.#sightings.podChanged(pod, undefined, now());
    for (; !signal.aborted; await wait(paceMs, signal)) {
      try {
        metrics.stands(copies.breakers);
        await this.#look();
        this.#trouble = '';
      } catch (error) {
        const trouble = describe(error);
        if (trouble !== this.#trouble)
          log.error('the breaker cannot do its work; it is tried again', { error: trouble });
        this.#trouble = trouble;
      }
    }
  }

  async #look(): Promise<void> {
    const { copies, now, settings } = this.#options;
    const state = copies.breakers;
    const time = now();
    const isProbed = (namespace: string) => stopOf(state, namespace)?.entry.phase === 'half-open';
    const refusals = persistent(copies.refusals(), time, isProbed);
    if (this.#sightings.isQuiet && refusals.size === 0 && Object.keys(state).length === 0) return;
    const revisions = this.#revisions();
    const seen = this.#sightings.look({ now: time, refusals, revisionOf: revisions, image: settings.image });
    this.#waiting = seen.waiting;
    const next = decide(state, seen.evidence, {
      now: time,
      hashOf: (scope, policy) => this.#hash(policy === '' ? revisionOf(settings, NO_POLICY) : revisions(scope, policy)),
      isThere: (namespace) => copies.namespaceLabels(namespace) !== undefined,
    });
    if (!isDeepStrictEqual(next, state)) {
      await this.#write(next);
      for (const scope of changedScopes(next, state)) await this.#say(scope, next, state);
    }
    // By what was written a look ago, so that all replicas know: a pod that comes back is not injected again.
    await this.#freeing.free(dueOf(state, seen.blocked, time));
  }

  #hash(revision: string | undefined): string | undefined {
    return revision && `${this.#options.version}/${revision}`;
  }

  /** What each policy's pods are injected with today, found once a look. */
  #revisions(): (namespace: string, stem: string) => string | undefined {
    const { copies, settings } = this.#options;
    const found = new Map<string, ReadonlyMap<string, string>>();
    return (namespace, stem) => {
      let all = found.get(namespace);
      if (!all) {
        all = new Map(copies.policiesOf(namespace).map((one) => [stemOf(one), revisionOf(settings, one.spec)]));
        found.set(namespace, all);
      }
      return all.get(stem);
    };
  }

  async #write(state: State): Promise<void> {
    const { cluster, copies, name, namespace } = this.#options;
    const owner = await this.#identify();
    const path = `${breakersPath(namespace)}/${breakerName(name)}`;
    copies.tookBreakers(await cluster.apply<ConfigMap>(path, configMapOf(state, { name, namespace, owner })));
  }

  async #say(scope: string, next: State, before: State): Promise<void> {
    const { copies, log, metrics, name, namespace, tell } = this.#options;
    const [is, was] = [next[scope], before[scope]];
    const where = { scope: placeOf(scope) };
    metrics.stands(next);
    if (is?.phase === 'open') {
      metrics.opened(is.reason);
      const { reason, example, image, nodes, message, openings } = is;
      log.warn('injection is stopped: sidecars keep pods from starting', {
        ...where,
        reason,
        example,
        image,
        nodes,
        openings,
        why: message,
      });
    } else if (is?.phase === 'half-open') log.info('injection is tried with one pod', { ...where, cause: causeOf(is) });
    else if (isStopped(was) && !isStopped(next[CLUSTER])) log.info('injection goes on', where);
    const policy = copies.policiesOf(scope).find((one) => !is?.tried.policy || stemOf(one) === is.tried.policy);
    const notice = noticeOf(scope, is, was, { policy, release: { name, namespace } });
    if (notice) await tell(notice);
  }

  async #identify(): Promise<{ name: string; uid: string }> {
    const { cluster, owner } = this.#options;
    if (this.#owner) return this.#owner;
    const role = await cluster.get<KubeObject>(`/apis/rbac.authorization.k8s.io/v1/clusterroles/${owner}`);
    if (!role?.metadata.uid)
      throw new Error(`the ClusterRole ${owner} does not exist: install the operator by its chart`);
    return (this.#owner = { name: owner, uid: role.metadata.uid });
  }
}
