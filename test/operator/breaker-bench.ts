import { decide, type Blocked, type Evidence, type Sighting } from '../../operator/breaker/decide.ts';
import type { Entry, State } from '../../operator/breaker/state.ts';

export const T0 = Date.parse('2026-01-02T00:00:00Z');
export const S = 1000;

export const blocked = (namespace: string, createdAt = T0, more: Partial<Blocked> = {}): Blocked => ({
  namespace,
  name: 'cart-0',
  createdAt,
  node: 'node-1',
  policy: 'TracingPolicy.all',
  reason: 'ImagePullBackOff',
  message: 'not found',
  image: 'sidecar:1',
  ...more,
});
export const started = (namespace: string, createdAt = T0, node = 'node-2'): Sighting => ({
  namespace,
  name: 'cart-1',
  createdAt,
  node,
});

/** What is remembered of a breaker. */
export const entryOf = (more: Partial<Entry> = {}): Entry => ({
  phase: 'open',
  since: '2026-01-02T00:00:00.000Z',
  openings: 1,
  tried: { policy: 'TracingPolicy.all', hash: 'first' },
  reason: 'ImagePullBackOff',
  message: 'not found',
  image: 'sidecar:1',
  example: 'shop/cart-0',
  nodes: ['node-1'],
  ...more,
});

/** The breakers' state with a clock and with what is injected, as its shell has them. */
export class Bench {
  state: State = {};
  at = T0;
  hash: string | undefined = 'first';
  gone: string[] = [];

  look(evidence: Partial<Evidence> = {}): this {
    this.state = decide(
      this.state,
      { blocked: [], started: [], runningOn: [], ...evidence },
      { now: new Date(this.at), hashOf: () => this.hash, isThere: (namespace) => !this.gone.includes(namespace) },
    );
    return this;
  }
  after(ms: number): this {
    this.at += ms;
    return this;
  }
  phase(scope: string) {
    return this.state[scope]?.phase;
  }
  /** Blocks a namespace, waits, and is half-open. */
  halfOpen(namespace = 'shop'): this {
    return this.look({ blocked: [blocked(namespace, this.at)] })
      .after(30 * 60 * S)
      .look();
  }
}
export const bench = () => new Bench();
