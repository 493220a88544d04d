import { Counter, Gauge, type Registry } from 'prom-client';
import { CLUSTER, isStopped, type State } from './state.ts';

/** What is told of the breakers, by the leader; the names are listed in docs/operator.md. */
export class BreakerMetrics {
  readonly #open: Gauge<'scope' | 'namespace'>;
  readonly #opened: Counter<'reason'>;
  readonly #deleted: Counter<'namespace'>;

  constructor(registry: Registry) {
    const registers = [registry];
    this.#open = new Gauge({
      name: 'tracewell_breaker_open',
      help: 'Whether injection is stopped, in the cluster or in a namespace, because sidecars kept pods from starting.',
      labelNames: ['scope', 'namespace'],
      registers,
    });
    this.#opened = new Counter({
      name: 'tracewell_breaker_openings_total',
      help: 'Times that injection was stopped, by what the kubelet or the API server said.',
      labelNames: ['reason'],
      registers,
    });
    this.#deleted = new Counter({
      name: 'tracewell_breaker_deleted_pods_total',
      help: 'Pods that the sidecar kept from starting and that were deleted, to come back without it.',
      labelNames: ['namespace'],
      registers,
    });
  }

  stands(state: State): void {
    this.#open.reset();
    this.#open.set({ scope: 'cluster', namespace: '' }, isStopped(state[CLUSTER]) ? 1 : 0);
    for (const [scope, entry] of Object.entries(state))
      if (scope !== CLUSTER && isStopped(entry)) this.#open.set({ scope: 'namespace', namespace: scope }, 1);
  }

  opened(reason: string): void {
    this.#opened.inc({ reason });
  }

  deleted(namespace: string): void {
    this.#deleted.inc({ namespace });
  }

  /** What only the leader knows is not exported by the others. */
  forget(): void {
    this.#open.reset();
  }
}
