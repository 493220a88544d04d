/** What is brought in order: a namespace, or a cluster policy, whose entry and status are of no one namespace. */
export const namespaceKey = (namespace: string): string => `namespace/${namespace}`;
export const clusterPolicyKey = (name: string): string => `policy/${name}`;

export function parseKey(
  key: string,
): { namespace: string; clusterPolicy?: undefined } | { namespace?: undefined; clusterPolicy: string } {
  const slash = key.indexOf('/');
  const name = key.slice(slash + 1);
  return key.startsWith('namespace/') ? { namespace: name } : { clusterPolicy: name };
}
