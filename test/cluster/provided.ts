import { inject } from 'vitest';
import { attach } from './cluster.ts';
import type { Cluster } from './cluster.ts';

/**
 * The cluster that the global setup brought up, attached, for tests in `describe.skipIf(missing)`; call its `down` after
 * them. `missing` is empty, or says why there is none, and then `cluster` must not be used.
 */
export function providedCluster(): { readonly cluster: Cluster; readonly missing: string } {
  const given = inject('cluster');
  return given.provider === 'none'
    ? { cluster: {} as Cluster, missing: given.reason }
    : { cluster: attach(given), missing: '' };
}
