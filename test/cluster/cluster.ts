/**
 * A real Kubernetes cluster for tests, benchmarks and the quickstart, whatever machine this is. In this order:
 *
 * - a cluster of the person's own, by the kubectl context in TRACEWELL_CLUSTER_CONTEXT;
 * - kind, where a Docker engine answers;
 * - the bare cluster: Kubernetes built from one Go module and run in namespaces of its own, without engine, image or
 *   registry (Linux, root, Go).
 *
 * `up` brings one up and owns it: it is gone after `down`, and also when the owning process dies. `attach` is the same
 * cluster from another process, by the `info` that `up` gave. README.md has figures and pitfalls.
 */
import type { Progress } from '../progress.ts';
import { attachBare, upBare } from './bare.ts';
import type { BareInfo } from './bare.ts';
import type { NodeOptions } from './bare/node.ts';
import { clusterConfig } from './config.ts';
import type { ClusterConfig } from './config.ts';
import { attachContext, upContext } from './context.ts';
import type { ContextInfo } from './context.ts';
import { dockerAnswers } from './docker.ts';
import { attachKind, upKind } from './kind.ts';
import type { KindInfo } from './kind.ts';

export interface CommandOptions {
  readonly input?: string;
  readonly signal?: AbortSignal;
}

export interface Cluster {
  readonly provider: 'context' | 'kind' | 'bare';
  /** Path of a kubeconfig that works from processes of this machine. */
  readonly kubeconfig: string;
  /** One line for people: what it is, which version. */
  readonly description: string;
  /** Plain data by which another process can `attach`. */
  readonly info: ClusterInfo;
  /** Runs kubectl and returns its standard output; throws an Error with its standard error. */
  readonly kubectl: (args: readonly string[], options?: CommandOptions) => Promise<string>;
  /** Runs helm, likewise. */
  readonly helm: (args: readonly string[], options?: CommandOptions) => Promise<string>;
  /**
   * Gives the nodes the image of this full name from an OCI or docker archive. Returns the name that pods use: the
   * same one, except where it had to be pushed to a registry. Pods must not use imagePullPolicy Always.
   */
  readonly loadImage: (archive: string, name: string) => Promise<string>;
  /** Makes a Service through which pods reach a TCP server that listens on this machine's 127.0.0.1:hostPort, until `down`. */
  readonly exposeHostPort: (options: {
    namespace: string;
    service: string;
    port: number;
    hostPort: number;
  }) => Promise<void>;
  /** Does something while there is no API server; returns when it is back. An Unavailable where that is not ours to do. */
  readonly withoutApiServer: (work: () => Promise<void>) => Promise<void>;
  /** Pods, events and the ends of the nodes' logs, for the report of a failure. */
  readonly diagnosis: () => Promise<string>;
  /** Of the cluster that `up` returned: removes all of it. Of an attached one: closes what was exposed through it. */
  readonly down: () => Promise<void>;
}

/** What every provider needs to say about its cluster. */
export interface CommonInfo {
  readonly kubeconfig: string;
  readonly description: string;
  /** Paths of the programs. */
  readonly kubectl: string;
  readonly helm: string;
}

export type ClusterInfo = BareInfo | KindInfo | ContextInfo;

export interface UpOptions {
  /** What the cluster's name begins with, where it has one (kind). */
  readonly name?: string;
  readonly progress: Progress;
  readonly signal?: AbortSignal | undefined;
  readonly config?: ClusterConfig;
  /** How nodes are set up; a context's are as they are. */
  readonly node?: NodeOptions;
}

/** Brings a cluster up; throws an Unavailable, with what is missing and how to get it, where there can be none. */
export async function up(options: UpOptions): Promise<Cluster> {
  const config = options.config ?? clusterConfig();
  const all = { name: 'tracewell-test', node: {}, signal: undefined, ...options, config };
  if (config.context) return upContext(config.context, all);
  return (await dockerAnswers()) ? upKind(all) : upBare(all);
}

export type Settled = Required<UpOptions>;

/** A cluster that another process brought up. */
export function attach(info: ClusterInfo): Cluster {
  if (info.provider === 'bare') return attachBare(info);
  return info.provider === 'kind' ? attachKind(info) : attachContext(info);
}
