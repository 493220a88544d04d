import { ANNOTATION } from '../../api/names.ts';
import type { Policy } from '../../api/policy.ts';
import type { Pod } from '../inject/pod.ts';
import { stemOf } from '../policy/accept.ts';
import { byPrecedence } from '../policy/govern.ts';

export interface WhoseOptions {
  podOf: (namespace: string, name: string) => Pod | undefined;
  /** Those that are accepted and reach the namespace. */
  policiesOf: (namespace: string) => readonly Policy[];
}

/** Pods whose policy is remembered after they have gone. */
const REMEMBERED = 50_000;

/** Which policy a pod's files belong to. */
export class Whose {
  readonly #options: WhoseOptions;
  /** By pod, the one that was told longest ago first. */
  readonly #told = new Map<string, string>();

  constructor(options: WhoseOptions) {
    this.#options = options;
  }

  /** A report of a pod says which policy it runs. */
  told({ namespace, name }: { namespace: string; name: string }, policy: string): void {
    const key = `${namespace}/${name}`;
    this.#told.delete(key);
    this.#told.set(key, policy);
    for (const oldest of this.#told.keys()) {
      if (this.#told.size <= REMEMBERED) return;
      this.#told.delete(oldest);
    }
  }

  /** `<Kind>.<name>`: what its report says, or its annotation; else the namespace's first policy, if it has one. */
  policyOf({ namespace, pod }: { namespace: string; pod: string }): string | undefined {
    const { podOf, policiesOf } = this.#options;
    const annotations = podOf(namespace, pod)?.metadata.annotations;
    const said = this.#told.get(`${namespace}/${pod}`) ?? annotations?.[ANNOTATION.policy];
    const stems = policiesOf(namespace).toSorted(byPrecedence).map(stemOf);
    // A report may say anything.
    return said !== undefined && stems.includes(said) ? said : stems[0];
  }
}
