import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Cluster } from '../../test/cluster/cluster.ts';
import type { Elasticsearch } from '../../test/backends/elasticsearch.ts';
import { createNamespace, NAMESPACE } from '../../test/installation.ts';
import { freePort } from '../../test/operator/port.ts';

const CHART = new URL('../../charts/tracewell', import.meta.url).pathname;

/**
 * Installs the chart without its operator: the CRDs, the rights, the Service, and a Deployment of no replicas, whose
 * environment says how an operator is run. Returns a token of the operator's service account.
 */
export async function installWithoutOperator(
  cluster: Cluster,
  elasticsearch: Elasticsearch,
  signal?: AbortSignal,
): Promise<string> {
  const given = signal ? { signal } : {};
  await createNamespace(cluster, NAMESPACE, signal);
  const values = {
    clusterName: 'test',
    elasticsearch: { urls: [elasticsearch.url], existingSecret: 'none', replicas: 0 },
  };
  const args = ['install', 'tracewell', CHART, '--namespace', NAMESPACE, '--values', '-'];
  await cluster.helm(args, { input: JSON.stringify(values), ...given });
  await cluster.kubectl(['scale', 'deployment/tracewell', '--replicas=0', '-n', NAMESPACE], given);
  await cluster.kubectl(['wait', '--for=delete', 'pods', '--all', '-n', NAMESPACE, '--timeout=60s'], given);
  const token = ['create', 'token', 'tracewell', '-n', NAMESPACE, '--duration=3h'];
  return (await cluster.kubectl(token, given)).trim();
}

export interface OperatorOptions {
  readonly cluster: Cluster;
  readonly elasticsearch: Elasticsearch;
  /** By which it reaches the API server. */
  readonly kubeconfig: string;
  /** Gets the Secret with its key for Elasticsearch. */
  readonly folder: string;
}

interface Variable {
  name: string;
  value?: string;
  valueFrom?: { fieldRef?: { fieldPath: string } };
}

/** Of the pod that it is not. It has no address at which sidecars would find it. */
const FIELDS: Readonly<Record<string, string>> = { 'metadata.namespace': NAMESPACE, 'metadata.name': 'process' };

/** What the chart gives the operator, for a process of this machine. */
export async function operatorEnvironment(options: OperatorOptions): Promise<Record<string, string>> {
  const { cluster, elasticsearch, kubeconfig, folder } = options;
  const secret = join(folder, 'elasticsearch');
  await mkdir(secret, { recursive: true });
  const files = { username: elasticsearch.username, password: elasticsearch.password, 'ca.crt': elasticsearch.ca };
  await Promise.all(Object.entries(files).map(([name, text]) => writeFile(join(secret, name), text, { mode: 0o600 })));
  const text = await cluster.kubectl(['get', 'deployment/tracewell', '-n', NAMESPACE, '-o', 'json']);
  const deployment = JSON.parse(text) as { spec: { template: { spec: { containers: { env: Variable[] }[] } } } };
  const variables = deployment.spec.template.spec.containers[0]!.env.flatMap(({ name, value, valueFrom }) => {
    const given = value ?? FIELDS[valueFrom?.fieldRef?.fieldPath ?? ''];
    return given === undefined ? [] : [[name, given] as const];
  });
  const [webhook, reports, http] = await Promise.all([freePort(), freePort(), freePort()]);
  return {
    ...Object.fromEntries(variables),
    KUBECONFIG: kubeconfig,
    TRACEWELL_ELASTICSEARCH_AUTH: secret,
    TRACEWELL_ELASTICSEARCH_CA: join(secret, 'ca.crt'),
    TRACEWELL_WEBHOOK_PORT: String(webhook),
    TRACEWELL_REPORTS_PORT: String(reports),
    TRACEWELL_HTTP_PORT: String(http),
  };
}
