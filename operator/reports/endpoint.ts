import { isIPv6 } from 'node:net';
import { MANAGED_BY } from '../../api/names.ts';
import { describe } from '../../runtime/errors.ts';
import type { Part } from '../../runtime/lifecycle.ts';
import type { Log } from '../../runtime/log.ts';
import type { Cluster, KubeObject } from '../cluster.ts';

export interface ReportEndpointOptions {
  cluster: Cluster;
  namespace: string;
  /** Of the release: the Service is `<name>-reports`, and so is its one EndpointSlice. */
  name: string;
  /** The chart's ClusterRole, with which the slice goes at uninstall. */
  owner: string;
  /** Of this pod. */
  ip: string;
  port: number;
  log: Log;
}

/** Somebody may have changed or deleted it. */
const LOOK_MS = 30_000;

/** The Service of the reports. */
export const reportsService = (name: string): string => `${name}-reports`;
/** Where sidecars report, in the cluster. */
export const reportsUrl = ({ name, namespace }: { name: string; namespace: string }): string =>
  `https://${reportsService(name)}.${namespace}.svc/report`;

/**
 * Points the Service of the reports at this pod: the leader's, so that one operator has them all. The next leader points it
 * at itself; stopping leaves it to that one.
 */
export class ReportEndpoint implements Part {
  readonly name = 'endpoint of the reports';
  readonly #options: ReportEndpointOptions;
  #timer: NodeJS.Timeout | undefined;
  #trouble = '';
  /** Of the time between `start` and `stop`: a leader may lead again. */
  #term = new AbortController();

  constructor(options: ReportEndpointOptions) {
    this.#options = options;
  }

  /** Resolves after the first try, however that went. */
  start(): Promise<void> {
    this.#term = new AbortController();
    return this.#look(this.#term.signal);
  }

  stop(): void {
    this.#term.abort();
    clearTimeout(this.#timer);
  }

  /** Written again and again: an apply that changes nothing is none. */
  async #look(signal: AbortSignal): Promise<void> {
    const { cluster, log, name, namespace } = this.#options;
    try {
      const path = `/apis/discovery.k8s.io/v1/namespaces/${namespace}/endpointslices/${reportsService(name)}`;
      const slice = await this.#slice();
      if (signal.aborted) return;
      await cluster.apply(path, slice);
      if (this.#trouble) log.info('sidecars can report again');
      this.#trouble = '';
    } catch (error) {
      const trouble = describe(error);
      if (trouble !== this.#trouble)
        log.error('sidecars cannot report to this operator; it is tried again', { error: trouble });
      this.#trouble = trouble;
    }
    if (!signal.aborted) this.#timer = setTimeout(() => void this.#look(signal), LOOK_MS);
  }

  async #slice(): Promise<object> {
    const { cluster, ip, name, namespace, owner, port } = this.#options;
    const role = await cluster.get<KubeObject>(`/apis/rbac.authorization.k8s.io/v1/clusterroles/${owner}`);
    if (!role?.metadata.uid)
      throw new Error(`the ClusterRole ${owner} does not exist: install the operator by its chart`);
    return {
      apiVersion: 'discovery.k8s.io/v1',
      kind: 'EndpointSlice',
      metadata: {
        name: reportsService(name),
        namespace,
        labels: {
          [MANAGED_BY.key]: MANAGED_BY.value,
          'kubernetes.io/service-name': reportsService(name),
          'endpointslice.kubernetes.io/managed-by': 'operator.tracewell.dev',
        },
        ownerReferences: [
          { apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'ClusterRole', name: owner, uid: role.metadata.uid },
        ],
      },
      addressType: isIPv6(ip) ? 'IPv6' : 'IPv4',
      endpoints: [{ addresses: [ip], conditions: { ready: true } }],
      ports: [{ name: 'reports', port, protocol: 'TCP' }],
    };
  }
}
