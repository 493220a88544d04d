import type { TestProject } from 'vitest/node';
import { clusterConfig } from '../cluster/config.ts';
import { Unavailable } from '../cluster/unavailable.ts';
import { plainProgress } from '../progress.ts';
import { prometheusPrograms, type PrometheusPrograms } from './binaries.ts';

declare module 'vitest' {
  export interface ProvidedContext {
    /** Paths of the programs, or why there are none. */
    prometheus: PrometheusPrograms | { readonly missing: string };
  }
}

/** Vitest's global setup of the projects integration and e2e: Prometheus and promtool. */
export async function setup(project: TestProject): Promise<void> {
  try {
    const { cache } = clusterConfig();
    project.provide('prometheus', await prometheusPrograms({ cache, progress: plainProgress() }));
  } catch (error) {
    if (!(error instanceof Unavailable)) throw error;
    project.provide('prometheus', { missing: error.message });
  }
}
