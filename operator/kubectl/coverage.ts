import { workloadOf, displayName, type Pod } from '../inject/pod.ts';
import { stemOf, titleOf } from '../policy/accept.ts';
import { coverage, sum, type Coverage } from '../reconcile/coverage.ts';
import { hasEnded } from '../reconcile/pods.ts';
import type { Command } from './command.ts';
import { count, table } from './layout.ts';
import type { Output } from './output.ts';
import type { Reader } from './reader.ts';
import { takeSnapshot, type Snapshot } from './snapshot.ts';
import { podsPath } from './target.ts';

/** The pods of one workload under the policies that select them. */
interface Row {
  namespace: string;
  workload: string;
  /** Those that govern one of its pods. */
  policies: string[];
  matched: number;
  injected: number;
  /** Absent: the image of new sidecars is not known. */
  outdated?: number;
  skipped: Coverage['skipped'];
  /** Pods that a policy selects without governing them. */
  shadowed: { policy: string; count: number }[];
}

/** `coverage`: running pods by namespace and workload. */
export async function runCoverage(command: Command & { namespace: string }, reader: Reader): Promise<Output> {
  const namespace = command.everywhere ? undefined : command.namespace;
  const snapshot = await takeSnapshot(reader, { namespace, operatorNamespace: command.operatorNamespace });
  const where = namespace === undefined ? 'in any namespace' : `in the namespace ${namespace}`;
  return coverageOutput(await reader.needList<Pod>(podsPath(namespace), `pods ${where}`), snapshot);
}

export function coverageOutput(pods: readonly Pod[], snapshot: Snapshot): Output {
  const running = pods.filter((pod) => !hasEnded(pod) && !pod.metadata.deletionTimestamp);
  const rows = workloadsOf(running).map((workload) => rowOf(workload, snapshot));
  const covered = rows.filter(({ matched }) => matched > 0);
  const [matched, injected] = [total(covered, 'matched'), total(covered, 'injected')];
  const outside = running.length - matched;
  const none = `${count(outside, 'running pod')} ${outside === 1 ? 'is' : 'are'} selected by no policy.\n`;
  const text = [
    covered.length > 0 ? table([HEAD, ...covered.map(cells)]) : '',
    covered.length > 0 ? `\n${count(matched, 'running pod')} matched, ${injected} injected.\n` : '',
    outside > 0 || covered.length === 0 ? none : '',
  ].join('');
  return { text, value: { workloads: covered, notSelected: outside } };
}

const total = (rows: readonly Row[], name: 'matched' | 'injected'): number =>
  rows.reduce((sum, row) => sum + row[name], 0);

interface Workload {
  namespace: string;
  name: string;
  pods: Pod[];
}

/** Pods by what controls them, in order; a bare pod is its own. */
function workloadsOf(pods: readonly Pod[]): Workload[] {
  const found = new Map<string, Workload>();
  for (const pod of pods) {
    const { namespace = '' } = pod.metadata;
    const name = workloadOf(pod) ?? `Pod/${displayName(pod)}`;
    const key = `${namespace} ${name}`;
    if (!found.has(key)) found.set(key, { namespace, name, pods: [] });
    found.get(key)!.pods.push(pod);
  }
  return [...found].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([, workload]) => workload);
}

function rowOf({ namespace, name, pods }: Workload, snapshot: Snapshot): Row {
  const policies = snapshot.policiesOf(namespace);
  const counts = coverage(pods, {
    policies,
    surroundings: snapshot.surroundings(namespace),
    isOutdated: (pod) => snapshot.isOutdated(pod) ?? false,
  });
  const { matched, injected, outdated, skipped } = sum(counts.values());
  const each = policies.map((policy) => ({ policy: titleOf(policy), counts: counts.get(stemOf(policy))! }));
  const shadowedIn = (one: Coverage) => one.shadowed.reduce((sum, { count }) => sum + count, 0);
  return {
    namespace,
    workload: name,
    policies: each.filter(({ counts }) => counts.matched > 0).map(({ policy }) => policy),
    matched,
    injected,
    ...(snapshot.operator ? { outdated } : {}),
    skipped,
    shadowed: each
      .map(({ policy, counts }) => ({ policy, count: shadowedIn(counts) }))
      .filter(({ count }) => count > 0),
  };
}

const HEAD = ['NAMESPACE', 'WORKLOAD', 'POLICY', 'MATCHED', 'INJECTED', 'OUTDATED', 'SKIPPED', 'SHADOWED'];

function cells({ namespace, workload, policies, matched, injected, outdated, skipped, shadowed }: Row): string[] {
  const numbers = [matched, injected, outdated ?? '?'].map(String);
  const reasons = skipped.map(({ reason, count }) => `${count} ${reason}`).join(', ');
  const others = shadowed.map(({ policy, count }) => `${count} of ${policy}`).join(', ');
  return [namespace, workload, policies.join(', '), ...numbers, reasons || '0', others || '0'];
}
