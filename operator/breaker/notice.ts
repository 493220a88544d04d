import { API_VERSION, SKIP_REASON } from '../../api/names.ts';
import type { Policy } from '../../api/policy.ts';
import type { Notice, ObjectReference } from '../events.ts';
import { CLUSTER, isStopped, type Entry } from './state.ts';
import { placeOf, sentenceOf } from './words.ts';

interface About {
  /** One that reaches the namespace: the one that was governing, if it is still there. */
  policy: Policy | undefined;
  release: { name: string; namespace: string };
}

/**
 * The Event for a breaker that opened, or closed again: about the namespace's policy, or its platform's where it has none;
 * about the operator's Deployment, where the whole cluster is stopped. Of what is tried meanwhile nobody need know.
 */
export function noticeOf(
  scope: string,
  is: Entry | undefined,
  was: Entry | undefined,
  { policy, release }: About,
): Notice | undefined {
  const opened = is?.phase === 'open';
  const closed = is?.phase === 'closed' && isStopped(was);
  if (!opened && !closed) return undefined;
  const regarding =
    scope === CLUSTER ? { apiVersion: 'apps/v1', kind: 'Deployment', ...release } : aboutPolicy(scope, policy);
  if (closed) {
    const note = `Sidecars start again: pods of ${placeOf(scope)} are injected as before.`;
    return { regarding, type: 'Normal', reason: 'BreakerClosed', action: 'Inject', note, series: `closed/${scope}` };
  }
  const note = sentenceOf({ scope, entry: is });
  const { BreakerOpen: reason } = SKIP_REASON;
  const series = `open/${scope}/${is.reason}/${is.image}`;
  return { regarding, type: 'Warning', reason, action: 'Inject', note, series };
}

function aboutPolicy(namespace: string, policy: Policy | undefined): ObjectReference {
  if (!policy) return { apiVersion: 'v1', kind: 'Namespace', name: namespace };
  const { kind, metadata } = policy;
  const { name, uid } = metadata;
  return {
    apiVersion: API_VERSION,
    kind,
    name,
    uid,
    ...(kind === 'TracingPolicy' ? { namespace: policy.metadata.namespace } : {}),
  };
}
