import { invariant } from '../../runtime/errors.ts';
import { accept, stemOf, untouched, type Judged, type Platform, type RawPolicy } from './accept.ts';
import { reaches } from './govern.ts';
import type { Policy } from '../../api/policy.ts';

type Labels = Readonly<Record<string, string>>;

export interface PoliciesOptions {
  /** Every policy of either kind, as it stands. */
  all: () => Iterable<RawPolicy>;
  platform: Platform;
}

/** The policies of the cluster, each judged once: the webhook asks about them at every pod. */
export class Policies {
  readonly #options: PoliciesOptions;
  readonly #judged = new WeakMap<RawPolicy, Judged>();
  readonly #sources = new WeakMap<Policy, { raw: RawPolicy; notes: readonly string[] }>();

  constructor(options: PoliciesOptions) {
    this.#options = options;
  }

  all(): RawPolicy[] {
    return [...this.#options.all()];
  }

  judge(raw: RawPolicy): Judged {
    const known = this.#judged.get(raw);
    if (known) return known;
    const judged = accept(raw, this.#options.platform);
    this.#judged.set(raw, judged);
    if (judged.ok) this.#sources.set(judged.policy, { raw, notes: judged.notes });
    return judged;
  }

  /** Those of the namespace and of the cluster that are not accepted. */
  refusedIn(namespace: string): RawPolicy[] {
    return this.all().filter((raw) => (raw.metadata.namespace ?? namespace) === namespace && !this.judge(raw).ok);
  }

  /** What one of our policies was made of, and what was said about it. */
  sourceOf(policy: Policy): { raw: RawPolicy; notes: readonly string[] } {
    const source = this.#sources.get(policy);
    invariant(source, `${stemOf(policy)} was not judged here`);
    return source;
  }

  /** Those that are accepted and have a say in a namespace; none has where pods are never injected. */
  reaching(namespace: string, labels: Labels): Policy[] {
    if (untouched(this.#options.platform.ownNamespace).includes(namespace)) return [];
    const found: Policy[] = [];
    for (const raw of this.#options.all()) {
      if (raw.kind === 'TracingPolicy' && raw.metadata.namespace !== namespace) continue;
      const judged = this.judge(raw);
      if (judged.ok && reaches(judged.policy, { name: namespace, labels })) found.push(judged.policy);
    }
    return found;
  }
}
