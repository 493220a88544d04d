import type { TestProject } from 'vitest/node';
import { plainProgress } from '../progress.ts';
import { up } from './cluster.ts';
import type { ClusterInfo } from './cluster.ts';
import { Unavailable } from './unavailable.ts';

declare module 'vitest' {
  export interface ProvidedContext {
    /** What tests `attach` to, or why there is nothing. */
    cluster: ClusterInfo | { readonly provider: 'none'; readonly reason: string };
  }
}

/** Vitest's global setup of the project e2e: one cluster for all its files. */
export async function setup(project: TestProject): Promise<(() => Promise<void>) | undefined> {
  const progress = plainProgress();
  try {
    const cluster = await up({ progress });
    project.provide('cluster', cluster.info);
    return () => cluster.down();
  } catch (error) {
    if (!(error instanceof Unavailable)) throw error;
    progress.step('Kubernetes').fail(`skipped: ${error.message}`);
    project.provide('cluster', { provider: 'none', reason: error.message });
    return undefined;
  }
}
