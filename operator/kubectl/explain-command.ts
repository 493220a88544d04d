import type { Pod } from '../inject/pod.ts';
import type { Command } from './command.ts';
import { egressOf, type NetworkPolicy } from './egress.ts';
import { readEvents } from './events.ts';
import { explain, type Explanation } from './explain.ts';
import { explainText, type Explained } from './explain-text.ts';
import type { Output } from './output.ts';
import type { Reader } from './reader.ts';
import { takeSnapshot, type Snapshot } from './snapshot.ts';
import { parseTarget, podsOf, type Target, type Workload } from './target.ts';

/** `explain`: one pod, or those of a workload, alike ones together. */
export async function runExplain(command: Command & { namespace: string }, reader: Reader): Promise<Output> {
  const { namespace, operatorNamespace } = command;
  const target = parseTarget(command.operands[0]!);
  const { pods, workload } = await podsOf(reader, namespace, target);
  const snapshot = await takeSnapshot(reader, { namespace, operatorNamespace });
  const purpose = { what: 'Network policies', whether: 'whether they let sidecars reach Elasticsearch.' };
  const path = `/apis/networking.k8s.io/v1/namespaces/${namespace}/networkpolicies`;
  const policies = await reader.list<NetworkPolicy>(path, purpose);
  const explained: Explained[] = [];
  for (const { pod, explanation, alike } of groups(pods, workload && newPod(workload, target), snapshot)) {
    const events = explanation.isNew ? undefined : await readEvents(reader, pod);
    const egress = policies && egressFor(pod, policies, snapshot);
    explained.push({ ...explanation, alike, ...(events ? { events } : {}), ...(egress ? { egress } : {}) });
  }
  return { text: explained.map(explainText).join('\n'), value: { explained } };
}

interface Group {
  pod: Pod;
  explanation: Explanation;
  alike: string[];
}

/** Running pods that stand alike, each kind once; without any, what would come of a new one. */
function groups(pods: readonly Pod[], fresh: Pod | undefined, snapshot: Snapshot): Group[] {
  if (pods.length === 0 && fresh) return [{ pod: fresh, explanation: explain(fresh, snapshot, true), alike: [] }];
  const found = new Map<string, Group>();
  for (const pod of pods.toSorted(byName)) {
    const explanation = explain(pod, snapshot);
    const key = likeness(explanation);
    const group = found.get(key);
    if (group) group.alike.push(explanation.pod);
    else found.set(key, { pod, explanation, alike: [] });
  }
  return [...found.values()];
}

const byName = (a: Pod, b: Pod): number => ((a.metadata.name ?? '') < (b.metadata.name ?? '') ? -1 : 1);

/** What makes a difference: not the names and times. */
function likeness({ governing, skip, sidecar, reported, state, injectedUnder }: Explanation): string {
  const { image, outdated, revision, container = '' } = sidecar ?? {};
  return JSON.stringify([
    [governing?.policy, skip?.reason, state, injectedUnder],
    [image, outdated, revision, container.split(' ')[0]],
    [reported?.state, reported?.revision, reported?.error],
  ]);
}

/** A pod as the workload would create it. */
function newPod({ metadata, spec: { template } }: Workload, { kind, name }: Target): Pod {
  const owner = { apiVersion: '', kind, name, uid: metadata.uid ?? '', controller: true };
  return {
    metadata: {
      generateName: `${name}-`,
      ...(metadata.namespace ? { namespace: metadata.namespace } : {}),
      labels: template.metadata?.labels ?? {},
      annotations: template.metadata?.annotations ?? {},
      ownerReferences: [owner],
    },
    spec: template.spec,
  };
}

const egressFor = ({ metadata }: Pod, policies: readonly NetworkPolicy[], snapshot: Snapshot) =>
  egressOf({
    namespace: metadata.namespace!,
    labels: metadata.labels ?? {},
    policies,
    operator: snapshot.operator,
    namespaceLabels: (namespace) => snapshot.namespaceLabels(namespace),
  });
