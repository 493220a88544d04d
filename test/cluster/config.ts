import { homedir } from 'node:os';
import { join } from 'node:path';

/** What a person may say about the cluster of the tests, by environment variables. */
export interface ClusterConfig {
  /** TRACEWELL_CLUSTER_CONTEXT: use the cluster of this kubectl context, and bring up none. KUBECONFIG says where it is, as ever. */
  readonly context: string | undefined;
  /** TRACEWELL_IMAGE_REGISTRY: with a context, the registry (and folder) that images are pushed to and pods pull from. */
  readonly registry: string | undefined;
  /** TRACEWELL_HOST_ADDRESS: with a context, the address of this machine that pods reach. */
  readonly hostAddress: string | undefined;
  /** Where built binaries are kept between runs. */
  readonly cache: string;
}

export function clusterConfig(env: NodeJS.ProcessEnv = process.env): ClusterConfig {
  return {
    context: env['TRACEWELL_CLUSTER_CONTEXT'] || undefined,
    registry: env['TRACEWELL_IMAGE_REGISTRY']?.replace(/\/+$/, '') || undefined,
    hostAddress: env['TRACEWELL_HOST_ADDRESS'] || undefined,
    cache: join(env['XDG_CACHE_HOME'] || join(homedir(), '.cache'), 'tracewell', 'cluster'),
  };
}
