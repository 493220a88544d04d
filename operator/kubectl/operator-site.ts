import type { KubeObject } from '../cluster.ts';
import { readSite, type Site } from '../config.ts';
import type { Reader } from './reader.ts';

/** An operator's Deployment, as far as it is read. */
interface Deployment extends KubeObject {
  spec: { template: { spec: { hostNetwork?: boolean; containers: { env?: { name: string; value?: string }[] }[] } } };
}

/** The operator that serves the cluster, and what it injects. */
export interface OperatorSite extends Site {
  namespace: string;
  name: string;
  /** Its pods have the addresses of their nodes. */
  onNodes: boolean;
}

const LABELS = '?labelSelector=app.kubernetes.io%2Fname%3Dtracewell';

/** Looks for the operator's Deployment everywhere, or, without the right to, in `namespace`; undefined when it is not seen. */
export async function findOperator(reader: Reader, namespace: string): Promise<OperatorSite | undefined> {
  const everywhere = `/apis/apps/v1/deployments${LABELS}`;
  const there = `/apis/apps/v1/namespaces/${namespace}/deployments${LABELS}`;
  // Of the two questions only the second one's refusal leaves something unknown.
  const found = (await reader.list<Deployment>(everywhere)) ?? (await reader.list<Deployment>(there, PURPOSE)) ?? [];
  for (const { metadata, spec } of found) {
    const variables = spec.template.spec.containers.flatMap(({ env = [] }) => env);
    const site = readSite(Object.fromEntries(variables.map(({ name, value }) => [name, value])));
    if (site) {
      const onNodes = spec.template.spec.hostNetwork === true;
      return { ...site, namespace: metadata.namespace!, name: metadata.name, onNodes };
    }
  }
  if (found.length > 0) reader.miss({ ...PURPOSE, what: 'The Deployment of an operator of this version' });
  return undefined;
}

const PURPOSE = {
  what: "The operator's Deployment",
  whether:
    'the image and resources of new sidecars, so whether a sidecar is outdated and whether quotas and limit ranges have room for it; the bounds of policies; where Elasticsearch is.',
};
