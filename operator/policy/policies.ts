import { invariant } from '../../runtime/errors.ts';
import { accept, stemOf, untouched, type Judged, type Platform, type RawPolicy } from './accept.ts';
import { reaches } from './govern.ts';
import type { Policy } from '../../api/policy.ts';

type Labels = Readonly<Record<string, string>>;

export interface PoliciesOptions {
  /** Every policy of either kind, as it stands. */
  all: () => Iterable<RawPolicy>;
  /** Those of one namespace; of `''`, those of the cluster. */
  within: (namespace: string) => Iterable<RawPolicy>;
  platform: Platform;
}

/** The policies of the cluster, each judged once: the webhook asks about them at every pod. */
export class Policies {
  readonly #options: PoliciesOptions;
  readonly #untouched: ReadonlySet<string>;
  readonly #judged = new WeakMap<RawPolicy, Judged>();
  readonly #sources = new WeakMap<Policy, { raw: RawPolicy; notes: readonly string[] }>();

  constructor(options: PoliciesOptions) {
    this.#options = options;
    this.#untouched = new Set(untouched(options.platform.ownNamespace));
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

  /**
   * Whether nothing by which it is judged is another one: a status that was written is no news. What was found of `before` is then
   * true of `now`, and the policy is the same object.
   */
  isSame(now: RawPolicy | undefined, before: RawPolicy | undefined): boolean {
    if (!now || !before) return false;
    const [is, was] = [now.metadata, before.metadata];
    if (is.uid !== was.uid || is.generation !== was.generation || is.deletionTimestamp !== was.deletionTimestamp)
      return false;
    const judged = this.judge(before);
    this.#judged.set(now, judged);
    if (judged.ok) this.#sources.set(judged.policy, { raw: now, notes: judged.notes });
    return true;
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

  /** The cluster's own, and those of the namespace: all that can have a say there. */
  about(namespace: string): RawPolicy[] {
    return [...this.#options.within(namespace), ...this.ofCluster()];
  }

  ofCluster(): RawPolicy[] {
    return [...this.#options.within('')];
  }

  /** Those that are accepted and have a say in a namespace; none has where pods are never injected. */
  reaching(namespace: string, labels: Labels): Policy[] {
    return this.about(namespace).flatMap((raw) => {
      const judged = this.judge(raw);
      return judged.ok && this.isReached(judged.policy, namespace, labels) ? [judged.policy] : [];
    });
  }

  isReached(policy: Policy, namespace: string, labels: Labels): boolean {
    return !this.#untouched.has(namespace) && reaches(policy, { name: namespace, labels });
  }
}
