import type { Policy } from '../../api/policy.ts';
import { stemOf } from '../policy/accept.ts';
import type { Finding as Condition } from '../reconcile/status.ts';
import { verifiedFinding } from './condition.ts';
import type { Standing } from './standing.ts';

export interface SaidOptions {
  standing: Standing;
  /** How long a count stands, milliseconds. */
  saidMs: number;
  /** Milliseconds that only ever grow. */
  clock: () => number;
}

/** What policies say of the audit. A status that counted each file would be written all the time, so counts stand for a while. */
export class Said {
  readonly #options: SaidOptions;
  /** By uid of the policy. */
  readonly #said = new Map<string, { condition: Condition; key: string; at: number }>();

  constructor(options: SaidOptions) {
    this.#options = options;
  }

  /** Of a policy in the namespaces that it reaches. `trouble`: why nothing can be looked at. */
  of(policy: Policy, namespaces: readonly string[], trouble: string | undefined): Condition {
    const { standing, clock, saidMs } = this.#options;
    const stem = stemOf(policy);
    const within = new Set(namespaces);
    const findings = standing.findings.filter((one) => one.policy === stem && within.has(one.of.namespace));
    const condition = verifiedFinding(standing.over(namespaces, stem), findings, trouble);
    const key = condition.status === 'True' ? condition.reason : condition.message;
    const { uid } = policy.metadata;
    const before = this.#said.get(uid);
    if (before?.key === key && clock() - before.at < saidMs) return before.condition;
    this.#said.set(uid, { condition, key, at: clock() });
    return condition;
  }
}
