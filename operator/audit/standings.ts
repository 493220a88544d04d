import type { Policy } from '../../api/policy.ts';
import type { Pod } from '../inject/pod.ts';
import type { Surroundings } from '../inject/skip.ts';
import { standingOf, type Standing } from './standing.ts';

/** What pods are judged by: the operator's copies. */
export interface Ground {
  podsOf: (namespace: string) => readonly Pod[];
  /** Those that are accepted and reach the namespace. */
  policiesOf: (namespace: string) => readonly Policy[];
  /** Undefined when there is no such namespace. */
  surroundingsOf: (namespace: string) => Surroundings | undefined;
  isOutdated: (pod: Pod, policy: Policy) => boolean;
  /** Another number whenever any of this is something else for the namespace. */
  changesOf: (namespace: string) => number;
}

/** How the pods of a namespace stand, judged once for each change: most looks find all as it was. */
export class Standings {
  readonly #ground: Ground;
  readonly #known = new Map<string, { changes: number; standings: readonly Standing[] }>();

  constructor(ground: Ground) {
    this.#ground = ground;
  }

  /** Of the pods that a policy selects. */
  of(namespace: string): readonly Standing[] {
    const changes = this.#ground.changesOf(namespace);
    const known = this.#known.get(namespace);
    if (known?.changes === changes) return known.standings;
    const standings = this.#judge(namespace);
    if (standings) this.#known.set(namespace, { changes, standings });
    else this.#known.delete(namespace);
    return standings ?? [];
  }

  /** The namespace is gone. */
  forget(namespace: string): void {
    this.#known.delete(namespace);
  }

  #judge(namespace: string): Standing[] | undefined {
    const { podsOf, policiesOf, surroundingsOf, isOutdated } = this.#ground;
    const surroundings = surroundingsOf(namespace);
    const policies = policiesOf(namespace);
    if (!surroundings || policies.length === 0) return undefined;
    return podsOf(namespace).flatMap((pod) => standingOf(pod, { policies, surroundings, isOutdated }) ?? []);
  }
}
