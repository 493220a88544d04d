import { API_VERSION, PLURAL, POLICY_KINDS, SECRET } from '../api/names.ts';
import type { Part } from '../runtime/lifecycle.ts';
import type { Log } from '../runtime/log.ts';
import { wait } from '../runtime/wait.ts';
import { breakerQuery, projectState, type ConfigMap, type StateObject } from './breaker/config-map.ts';
import { projectRefusal, REFUSED, UNMOUNTED, type EventObject, type Refusal } from './breaker/refusal.ts';
import { changedScopes, type State } from './breaker/state.ts';
import { stopped } from './breaker/words.ts';
import type { Cluster, KubeObject } from './cluster.ts';
import { projectLimitRange, type LimitRange } from './inject/limit-range.ts';
import { projectNode, type Node } from './inject/node.ts';
import type { Pod } from './inject/pod.ts';
import { projectQuota, type Quota } from './inject/quota.ts';
import type { View } from './inject/webhook.ts';
import type { Policy } from '../api/policy.ts';
import type { Platform, RawPolicy } from './policy/accept.ts';
import { Policies } from './policy/policies.ts';
import { project } from './reconcile/pods.ts';
import { Reflector, type ReflectorOptions } from './reconcile/reflector.ts';
import type { Secret } from './reconcile/secret.ts';

export interface Namespace extends KubeObject {
  metadata: KubeObject['metadata'] & { creationTimestamp?: string; deletionTimestamp?: string };
}

/** Who hears of changes. */
export interface Listener {
  policyChanged(now: RawPolicy | undefined, before: RawPolicy | undefined): void;
  namespaceChanged(now: Namespace | undefined, before: Namespace | undefined): void;
  secretChanged(namespace: string): void;
  podChanged(now: Pod | undefined, before: Pod | undefined): void;
  /** By scope: `''` is the whole cluster. */
  breakerChanged(scopes: readonly string[]): void;
}

export interface CachesOptions {
  cluster: Cluster;
  platform: Platform;
  listener: Listener;
  log: Log;
  random: () => number;
  /** Of the release. */
  name: string;
  /** The sidecar's. */
  image: string;
}

/** Changes that come together are looked at together. */
const SETTLE_MS = 50;
/** The API server sends no bookmarks of Events (it keeps no cache of them), and takes a silent connection for a dead one. */
const EVENT_WATCH_SECONDS = 120;

/** The operator's copies of what it decides by: one list and one watch for each kind, and no question to the API server after that. */
export class Caches implements Part, View {
  readonly name = 'caches';
  readonly policies: Policies;
  readonly namespaces: Reflector<Namespace>;
  readonly secrets: Reflector<Secret>;
  /** Of the namespaces that a policy reaches, and of those where sidecars are left of one that went. */
  readonly pods: Reflector<Pod & KubeObject>;
  readonly #policyKinds: Reflector<RawPolicy>[];
  readonly #nodes: Reflector<Node>;
  readonly #quotas: Reflector<Quota>;
  readonly #limitRanges: Reflector<LimitRange>;
  readonly #breaker: Reflector<StateObject>;
  /** What Kubernetes says against our part of pods. */
  readonly #refusals: Reflector<Refusal>[];
  readonly #stop = new AbortController();
  /** By namespace, when it changed last, counted; `''`: all of them. */
  readonly #changes = new Map<string, number>();
  #count = 0;
  #watched = new Set<string>();
  #settling: NodeJS.Timeout | undefined;

  constructor({ cluster, platform, listener, log, random, name, image }: CachesOptions) {
    const reflect = <T extends KubeObject>(
      path: string,
      options: Pick<ReflectorOptions<T>, 'onChange' | 'project' | 'watchSeconds'>,
    ) => new Reflector<T>({ cluster, path, log, random, ...options });
    this.#policyKinds = POLICY_KINDS.map((kind) =>
      reflect<RawPolicy>(`/apis/${API_VERSION}/${PLURAL[kind]}`, {
        onChange: (now, before) => {
          if (!this.policies.isSame(now, before)) this.#changed((now ?? before)!.metadata.namespace);
          listener.policyChanged(now, before);
          this.#settle();
        },
      }),
    );
    this.namespaces = reflect<Namespace>('/api/v1/namespaces', {
      onChange: (now, before) => {
        this.#changed((now ?? before)!.metadata.name);
        listener.namespaceChanged(now, before);
        this.#settle();
      },
    });
    // The only Secrets that the operator may list: those of its name.
    this.secrets = reflect<Secret>(`/api/v1/secrets?fieldSelector=metadata.name%3D${SECRET}`, {
      project: (secret) => (secret.metadata.name === SECRET ? secret : undefined),
      onChange: (now, before) => listener.secretChanged((now ?? before)!.metadata.namespace!),
    });
    this.pods = reflect<Pod & KubeObject>('/api/v1/pods', {
      project: (pod) => (this.#isWatched(pod.metadata.namespace!) ? (project(pod) as Pod & KubeObject) : undefined),
      onChange: (now, before) => {
        this.#changed((now ?? before)!.metadata.namespace);
        listener.podChanged(now, before);
      },
    });
    // What speaks against a sidecar is looked at when it is asked for, so no change of it is news.
    const onChange = (now: KubeObject | undefined, before: KubeObject | undefined) =>
      this.#changed((now ?? before)!.metadata.namespace);
    this.#nodes = reflect('/api/v1/nodes', { project: projectNode, onChange });
    this.#quotas = reflect('/api/v1/resourcequotas', { project: projectQuota, onChange });
    this.#limitRanges = reflect('/api/v1/limitranges', { project: projectLimitRange, onChange });
    this.#breaker = reflect<StateObject>(breakerQuery(platform.ownNamespace, name), {
      project: projectState,
      onChange: (now, before) => {
        if (now?.fault) log.error('the breakers are not readable, and count as closed', { fault: now.fault });
        this.#changed();
        listener.breakerChanged(changedScopes(now?.state ?? {}, before?.state ?? {}));
      },
    });
    this.#refusals = [REFUSED, UNMOUNTED].map((reason) =>
      reflect<Refusal>(`/api/v1/events?fieldSelector=reason%3D${reason}`, {
        project: (event) => projectRefusal(event as unknown as EventObject, image),
        onChange: () => {},
        watchSeconds: EVENT_WATCH_SECONDS,
      }),
    );
    this.policies = new Policies({
      all: () => this.#policyKinds.flatMap((kind) => [...kind.all()]),
      within: (namespace) => this.#policyKinds.flatMap((kind) => kind.of(namespace)),
      platform,
    });
  }

  get synced(): boolean {
    return this.pods.synced;
  }

  /** What has not been listed yet, as paths of the API. */
  get missing(): string[] {
    return [...this.#first, this.pods].flatMap(({ synced, path }) => (synced ? [] : [path]));
  }

  /** Another number whenever something came, changed or went by which pods of this namespace are judged. */
  changesOf(namespace: string): number {
    return Math.max(this.#changes.get('') ?? 0, this.#changes.get(namespace) ?? 0);
  }

  policiesOf(namespace: string): readonly Policy[] {
    return this.policies.reaching(namespace, this.namespaceLabels(namespace) ?? {});
  }

  quotasOf(namespace: string): readonly Quota[] {
    return this.#quotas.of(namespace);
  }

  limitRangesOf(namespace: string): readonly LimitRange[] {
    return this.#limitRanges.of(namespace);
  }

  nodes(): readonly Node[] {
    return this.#nodes.of('');
  }

  /** How all breakers stand, as the leader has written it. */
  get breakers(): State {
    return [...this.#breaker.all()][0]?.state ?? {};
  }

  /** Of what was just written. */
  tookBreakers(written: ConfigMap): void {
    this.#breaker.took(projectState(written));
  }

  breakerOf(namespace: string): string | undefined {
    return stopped(this.breakers, namespace);
  }

  *refusals(): Generator<Refusal> {
    for (const kind of this.#refusals) yield* kind.all();
  }

  /** Undefined when the namespace is gone or going. */
  namespaceLabels(namespace: string): Readonly<Record<string, string>> | undefined {
    const found = this.namespaces.get(undefined, namespace);
    return found && !found.metadata.deletionTimestamp ? (found.metadata.labels ?? {}) : undefined;
  }

  /** Those that are there and not going. */
  namespaceNames(): string[] {
    return [...this.namespaces.all()].flatMap(({ metadata }) => (metadata.deletionTimestamp ? [] : [metadata.name]));
  }

  /** Resolves at once; `synced` says when everything is there. */
  start(): void {
    // Events may be more than an operator is allowed to see: it can be ready without them.
    for (const part of [...this.#first, ...this.#refusals]) part.start();
    void this.#startPods();
  }

  async stop(): Promise<void> {
    this.#stop.abort();
    clearTimeout(this.#settling);
    await Promise.all([...this.#first, ...this.#refusals, this.pods].map((part) => part.stop()));
  }

  get #first(): Reflector<never>[] {
    const looks = [this.#nodes, this.#quotas, this.#limitRanges, this.#breaker];
    return [...this.#policyKinds, this.namespaces, this.secrets, ...looks] as unknown as Reflector<never>[];
  }

  /** Whose pods are kept depends on the others. */
  async #startPods(): Promise<void> {
    const { signal } = this.#stop;
    while (!this.#first.every(({ synced }) => synced) && !signal.aborted) await wait(20, signal);
    if (signal.aborted) return;
    this.#watched = this.#toWatch();
    this.pods.start();
  }

  /** Without a namespace: everywhere. */
  #changed(namespace = ''): void {
    this.#changes.set(namespace, ++this.#count);
  }

  #isWatched(namespace: string): boolean {
    return this.#watched.has(namespace) || this.secrets.get(namespace, SECRET) !== undefined;
  }

  #toWatch(): Set<string> {
    const names = [...this.namespaces.all()].map(({ metadata }) => metadata.name);
    return new Set(names.filter((name) => this.policies.reaching(name, this.namespaceLabels(name) ?? {}).length > 0));
  }

  /** A namespace that is reached from now on has pods already. */
  #settle(): void {
    if (this.#settling || !this.pods.synced) return;
    this.#settling = setTimeout(() => {
      this.#settling = undefined;
      const before = this.#watched;
      this.#watched = this.#toWatch();
      if ([...this.#watched].some((namespace) => !before.has(namespace))) this.pods.refresh();
    }, SETTLE_MS);
  }
}
