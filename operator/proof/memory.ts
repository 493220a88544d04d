import * as z from 'zod';
import { MANAGED_BY } from '../../api/names.ts';
import type { Cluster, KubeObject } from '../cluster.ts';
import { finding } from './finding.ts';

const memory = z.object({
  /** Up to where all seals have been read. */
  until: z.object({ at: z.string().max(64), file: z.string().max(64) }).optional(),
  findings: z.array(finding).max(1000).default([]),
});
/** What one leader leaves to the next. */
export type Memory = z.output<typeof memory>;

export interface MemoryOptions {
  cluster: Cluster;
  /** Of the release, and of the chart's ClusterRole. */
  name: string;
  namespace: string;
  owner: string;
}

interface ConfigMap extends KubeObject {
  data?: Record<string, string>;
}
const FILE = 'state.json';

/** `release`: its name. */
export const memoryName = (release: string): string => `${release}-proof`;

/** Where it is kept: a ConfigMap that the chart's ClusterRole owns, so that it goes at uninstall. */
export class MemoryKeeper {
  readonly #options: MemoryOptions;
  readonly #path: string;
  #owner: { name: string; uid: string } | undefined;

  constructor(options: MemoryOptions) {
    this.#options = options;
    this.#path = `/api/v1/namespaces/${options.namespace}/configmaps/${memoryName(options.name)}`;
  }

  /** Empty when there is none, or when it is not readable: then all seals are read again. */
  async read(): Promise<Memory> {
    const found = await this.#options.cluster.get<ConfigMap>(this.#path);
    return parseMemory(found?.data?.[FILE] ?? '{}');
  }

  async write({ until, findings }: Memory): Promise<void> {
    const { cluster, name, namespace, owner } = this.#options;
    if (!this.#owner) {
      const role = await cluster.get<KubeObject>(`/apis/rbac.authorization.k8s.io/v1/clusterroles/${owner}`);
      if (!role?.metadata.uid)
        throw new Error(`the ClusterRole ${owner} does not exist: install the operator by its chart`);
      this.#owner = { name: owner, uid: role.metadata.uid };
    }
    const ownerReferences = [{ apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'ClusterRole', ...this.#owner }];
    const labels = { [MANAGED_BY.key]: MANAGED_BY.value };
    await cluster.apply(this.#path, {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: memoryName(name), namespace, labels, ownerReferences },
      data: { [FILE]: JSON.stringify({ until, findings }, undefined, 1) },
    });
  }
}

export function parseMemory(text: string): Memory {
  try {
    return memory.parse(JSON.parse(text));
  } catch {
    return { findings: [] };
  }
}
