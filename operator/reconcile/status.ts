import { CONDITION, SKIP_REASON } from '../../api/names.ts';
import type { Condition, PolicyStatus } from '../../api/policy.ts';
import type { Entry } from '../breaker/state.ts';
import { sentenceOf } from '../breaker/words.ts';
import type { Figures } from '../ledger/figures.ts';
import type { Configuration, Sidecars } from '../reports/configuration.ts';
import type { Coverage } from './coverage.ts';

/** A condition before it is compared with the one that stands. */
export type Finding = Pick<Condition, 'type' | 'status' | 'reason' | 'message'>;

export interface Findings {
  generation: number;
  conditions: readonly Finding[];
  pods?: Coverage | undefined;
  configuration?: Configuration | undefined;
  inForceSince?: string | undefined;
  figures?: Figures | undefined;
}

/** The status to write. A condition's time is when its status last changed, so unchanged findings give an equal status. */
export function statusOf(
  before: PolicyStatus | undefined,
  { generation, conditions, pods, configuration, inForceSince, figures }: Findings,
  now: Date,
): PolicyStatus {
  return {
    observedGeneration: generation,
    conditions: conditions.map((finding) => {
      const old = before?.conditions?.find(({ type }) => type === finding.type);
      const lastTransitionTime = old?.status === finding.status ? old.lastTransitionTime : now.toISOString();
      return {
        ...finding,
        message: finding.message.slice(0, 4096),
        observedGeneration: generation,
        lastTransitionTime,
      };
    }),
    ...(inForceSince ? { inForceSince } : {}),
    ...(pods ? { pods } : {}),
    ...(configuration ? { configuration } : {}),
    ...figures,
  };
}

/** The condition Accepted of a policy that is in use: within the platform's bounds, and before or behind other policies. */
export function acceptedFinding(notes: readonly string[], { shadowed }: Coverage): Finding {
  const others = shadowed
    .slice(0, 3)
    .map(({ by, count, example }) => `${count} pods that it selects are governed by ${by} (such as ${example}).`);
  const reason = notes.length > 0 ? 'Bounded' : shadowed.length > 0 ? 'Shadowed' : 'Valid';
  const message = ['The policy is valid and in use.', ...notes, ...others].join(' ');
  return { type: CONDITION.Accepted, status: 'True', reason, message };
}

/** The condition ElasticsearchReady of a cluster policy, from those of its namespaces; undefined: not looked at yet. */
export function together(findings: ReadonlyMap<string, Finding | undefined>): Finding {
  const type = CONDITION.ElasticsearchReady;
  const bad = [...findings].filter(([, finding]) => finding?.status === 'False');
  const [first] = bad;
  if (first) {
    const [namespace, finding] = first;
    const message = `${bad.length} of ${findings.size} namespaces are not ready, such as ${namespace}: ${finding!.message}`;
    return { type, status: 'False', reason: finding!.reason, message };
  }
  const open = [...findings.values()].filter((finding) => !finding).length;
  if (open > 0)
    return {
      type,
      status: 'Unknown',
      reason: 'Preparing',
      message: `${open} of ${findings.size} namespaces are being prepared.`,
    };
  const message =
    findings.size === 0
      ? 'No namespace is selected by this policy.'
      : `Streams and keys of ${findings.size} namespaces are in place.`;
  return { type, status: 'True', reason: 'Ready', message };
}

/** The condition Injected: whether every running pod has a sidecar, and else how many have none, why, and what to do. */
export function injectedFinding(
  pods: Coverage,
  inForce: boolean,
  unsupported: string | undefined,
  stop?: { scope: string; entry: Entry },
): Finding {
  const type = CONDITION.Injected;
  if (unsupported) return { type, status: 'False', reason: 'NativeSidecarsUnsupported', message: unsupported };
  if (!inForce) {
    return {
      type,
      status: 'False',
      reason: 'NotInForce',
      message: 'Pods are not injected yet: the streams and the key in Elasticsearch come first.',
    };
  }
  // Also while all running pods have one: the next one gets none.
  if (stop) return { type, status: 'False', reason: SKIP_REASON.BreakerOpen, message: sentenceOf(stop) };
  const missing = pods.matched - pods.injected;
  if (missing === 0)
    return {
      type,
      status: 'True',
      reason: 'AllInjected',
      message:
        pods.matched === 0
          ? 'No running pod is governed by this policy.'
          : `All ${pods.matched} running pods have the sidecar.`,
    };
  const reasons = pods.skipped
    .map(({ reason, count, example }) => `${reason} (${count}, such as ${example})`)
    .join(', ');
  const cure = pods.skipped.some(({ reason }) => reason === 'Missed')
    ? ' Missed pods get it when they are created again: restart their workload.'
    : '';
  return {
    type,
    status: 'False',
    reason: 'PodsWithoutSidecar',
    message: `${missing} of ${pods.matched} running pods have no sidecar: ${reasons}.${cure}`,
  };
}

/** The condition Delivering: whether Elasticsearch takes the records of all sidecars that report, and which revision these run. */
export function deliveringFinding({ configuration, held, waiting }: Sidecars): Finding {
  const type = CONDITION.Delivering;
  const { revision, loaded, reporting } = configuration;
  if (reporting === 0) {
    const message = 'No sidecar of this policy has reported lately.';
    return { type, status: 'Unknown', reason: 'NoReports', message };
  }
  const runs =
    loaded === reporting
      ? `All ${reporting} that report run revision ${revision}.`
      : `${loaded} of ${reporting} that report run revision ${revision}.`;
  if (held.length > 0) {
    const sum = held.reduce((all, { count }) => all + count, 0);
    const reasons = held.slice(0, 3).map(({ reason, count, example }) => `${reason} (${count}, such as ${example})`);
    const message = `${sum} of ${reporting} sidecars hold their records, for Elasticsearch does not take them: ${reasons.join(', ')}. Nothing is lost while the log files are there. ${runs}`;
    return { type, status: 'False', reason: 'Holding', message };
  }
  if (waiting === reporting) {
    const message = `All ${reporting} sidecars that report wait for their configuration: the kubelet brings it within a minute or two.`;
    return { type, status: 'Unknown', reason: 'WaitingForConfiguration', message };
  }
  return { type, status: 'True', reason: 'Delivering', message: `Elasticsearch takes what the sidecars send. ${runs}` };
}
