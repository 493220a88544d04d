import { tracingPolicy, type TracingPolicy } from '../../api/policy.ts';
import { faultsOfRules } from './rules.ts';

/** A policy as it stands in the API server, and what became of it. */
export type Judged =
  | { ok: true; policy: TracingPolicy }
  | {
      ok: false;
      name: string;
      namespace: string;
      generation: number;
      reason: 'Invalid' | 'SystemNamespace';
      message: string;
    };

export const SYSTEM_NAMESPACES: readonly string[] = ['kube-system', 'kube-public', 'kube-node-lease'];

interface Raw {
  metadata: { name: string; namespace?: string; generation?: number };
}

/**
 * Checks what the API server let in: its schema is generated from the same source, but an object may be older than the
 * schema, and a namespace cannot be judged there.
 */
export function accept(raw: Raw, ownNamespace: string): Judged {
  const { name, namespace = '', generation = 0 } = raw.metadata;
  const refused = (reason: 'Invalid' | 'SystemNamespace', message: string): Judged => ({
    ok: false,
    name,
    namespace,
    generation,
    reason,
    message,
  });
  if (SYSTEM_NAMESPACES.includes(namespace) || namespace === ownNamespace) {
    return refused(
      'SystemNamespace',
      `Pods of ${namespace} are never injected: a fault of ours must not stop the cluster. Put the policy into a namespace of an application.`,
    );
  }
  const parsed = tracingPolicy.safeParse(raw);
  const faults = parsed.success
    ? faultsOfRules(parsed.data.spec)
    : parsed.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`);
  if (parsed.success && faults.length === 0) return { ok: true, policy: parsed.data };
  return refused(
    'Invalid',
    `${faults.slice(0, 3).join('; ')}. Correct the policy and apply it again; other policies are not affected.`,
  );
}
