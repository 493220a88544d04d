import type { Cluster } from './cluster.ts';

/** Native sidecars are on by default since Kubernetes 1.29; older API servers drop `restartPolicy` without a word. */
const LEAST_MINOR = 29;

/** Why this cluster cannot be served, in words; undefined when it can. */
export async function unsupportedBy(cluster: Cluster): Promise<string | undefined> {
  const version = await cluster.get<{ major: string; minor: string; gitVersion: string }>('/version');
  return version && tooOld(version)
    ? `Kubernetes ${version.gitVersion} has no native sidecars: 1.${LEAST_MINOR} or newer is needed.`
    : undefined;
}

/** Some providers write the minor version as `28+`. */
export function tooOld({ major, minor }: { major: string; minor: string }): boolean {
  return Number(major) === 1 && Number.parseInt(minor, 10) < LEAST_MINOR;
}
