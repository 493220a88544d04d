import { Breaker } from '../../operator/breaker/breaker.ts';
import { projectState } from '../../operator/breaker/config-map.ts';
import { BreakerMetrics } from '../../operator/breaker/metrics.ts';
import type { State } from '../../operator/breaker/state.ts';
import { Caches } from '../../operator/caches.ts';
import { Cluster } from '../../operator/cluster.ts';
import type { Notice } from '../../operator/events.ts';
import { Metrics } from '../../operator/health/metrics.ts';
import { inject } from '../../operator/inject/patch.ts';
import type { Pod } from '../../operator/inject/pod.ts';
import { until } from '../wait.ts';
import { ApiServer } from './api-server.ts';
import { keepingLog } from './log.ts';
import type { StoredObject } from './object-store.ts';
import { podOf, policyOf, rawPolicy, SETTINGS } from './objects.ts';

export const S = 1000;
export const CONFIG_MAP = '/api/v1/namespaces/ops/configmaps/tracewell-breaker';
export const PODS = '/api/v1/namespaces/shop/pods';

export const ownerOf = (kind: string, apiVersion: string, name = 'cart') => ({
  apiVersion,
  kind,
  name,
  uid: `uid-of-${name}`,
  controller: true,
});
export const REPLICA_SET = ownerOf('ReplicaSet', 'apps/v1');

export const waiting = (reason: string) => ({ waiting: { reason, message: 'not found' } });
export const RUNNING = { running: { startedAt: new Date('2026-01-02T00:00:00Z') } };

export interface Given {
  /** The controller; none: a bare pod. */
  by?: object | undefined;
  /** States of the sidecar and of the application. */
  ours?: object;
  app?: object;
}

/** The breaker with its copies before an API server, where the namespace shop has a policy; and a clock that stands still. */
export class BreakerWorld {
  readonly server: ApiServer;
  readonly notices: Notice[] = [];
  readonly lines: string[];
  time = Date.parse('2026-01-02T00:00:00Z');
  settings = SETTINGS;
  caches!: Caches;
  breaker: Breaker | undefined;
  /** How often somebody asked for the time: each look does. */
  #asked = 0;
  readonly #log;
  readonly #metrics = new Metrics('0', 'v26');
  readonly #told = new BreakerMetrics(this.#metrics.registry);

  static async start(): Promise<BreakerWorld> {
    return new BreakerWorld(await ApiServer.start());
  }

  private constructor(server: ApiServer) {
    ({ log: this.#log, lines: this.lines } = keepingLog());
    this.server = server;
    const { objects } = server;
    objects.put('/apis/rbac.authorization.k8s.io/v1/clusterroles/tracewell', { metadata: { name: 'tracewell' } });
    objects.put('/api/v1/namespaces/shop', { metadata: { name: 'shop' } });
    objects.put('/apis/tracewell.dev/v1alpha1/namespaces/shop/tracingpolicies/all', rawPolicy() as never);
  }

  async stop(): Promise<void> {
    await this.#end();
    await this.server.stop();
  }

  /** An operator that leads: of what is in the cluster it has copies already. */
  async lead(): Promise<void> {
    const cluster = new Cluster(this.server.config());
    const log = this.#log;
    this.caches = new Caches({
      cluster,
      platform: { ownNamespace: 'ops', bounds: { retention: {}, resources: {} } },
      listener: {
        policyChanged: () => {},
        namespaceChanged: () => {},
        secretChanged: () => {},
        breakerChanged: () => {},
        podChanged: (is, was) => this.breaker?.podChanged(is, was),
      },
      name: 'tracewell',
      image: this.settings.image,
      log,
      random: () => 0,
    });
    this.caches.start();
    await soon('the copies', () => this.caches.synced);
    this.breaker = new Breaker({
      cluster,
      copies: this.caches,
      name: 'tracewell',
      namespace: 'ops',
      owner: 'tracewell',
      settings: this.settings,
      version: '0.1.0',
      tell: async (notice) => this.notices.push(notice),
      metrics: this.#told,
      now: () => {
        this.#asked++;
        return new Date(this.time);
      },
      log,
      paceMs: 5,
    });
    this.breaker.start();
  }

  async nextLeader(): Promise<void> {
    await this.#end();
    await this.lead();
  }

  async #end(): Promise<void> {
    await this.breaker?.stop();
    this.breaker = undefined;
    await this.caches.stop();
  }

  /** As the ConfigMap says. */
  get state(): State {
    return projectState(this.server.objects.get(CONFIG_MAP) ?? { metadata: { name: '' } }).state;
  }

  phaseIs(phase: string): Promise<unknown> {
    return soon(phase, () => this.state['shop']?.phase === phase && this.caches.breakers['shop']?.phase === phase);
  }

  /** Several looks, after which something would have been done. */
  async looks(): Promise<void> {
    const enough = this.#asked + 12;
    await soon('some looks', () => this.#asked >= enough);
  }

  /** A pod that was injected as pods are today, created now, and blocked unless it is said otherwise. */
  put(name: string, given: Given = {}): StoredObject {
    return this.server.objects.put(`${PODS}/${name}`, this.#pod(name, given) as never);
  }

  /** The operator has seen this pod. */
  known(name: string): Promise<unknown> {
    return soon(name, () => this.caches.pods.get('shop', name) !== undefined);
  }

  /** A pod for which patience is over. */
  async blocked(name: string, given: Given = {}): Promise<void> {
    this.put(name, given);
    await this.known(name);
    await this.looks();
    this.time += 21 * S;
  }

  /** A namespace whose breaker is open, and its pod gone. */
  async stopped(): Promise<void> {
    await this.blocked('cart-0', { by: REPLICA_SET });
    await this.phaseIs('open');
    await this.hasGone('cart-0');
  }

  isThere(name: string): boolean {
    return this.server.objects.get(`${PODS}/${name}`) !== undefined;
  }

  hasGone(name: string): Promise<unknown> {
    return soon(`the end of ${name}`, () => !this.isThere(name));
  }

  /** Lines of a metric. */
  async metric(name: string): Promise<string[]> {
    return (await this.#metrics.registry.metrics()).split('\n').filter((line) => line.startsWith(name));
  }

  #pod(name: string, { by, ours = waiting('ImagePullBackOff'), app = waiting('PodInitializing') }: Given): Pod {
    const now = new Date(this.time);
    const metadata = { name, creationTimestamp: now.toISOString(), ...(by ? { ownerReferences: [by] } : {}) };
    const pod = podOf({ nodeName: 'node-1' }, metadata);
    const injected = inject(pod, { policy: policyOf(), settings: this.settings, now });
    const status = (of: string, state: object) => {
      return { name: of, ready: 'ready' in state, restartCount: 0, image: '', imageID: '', state };
    };
    const initContainerStatuses = [status('tracewell', ours)];
    return {
      ...injected,
      status: { phase: 'Pending', initContainerStatuses, containerStatuses: [status('app', app)] },
    };
  }
}

export const soon = <T>(what: string, probe: () => T | Promise<T>) => until(what, probe, { everyMs: 5 });
