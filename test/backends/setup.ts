import type { TestProject } from 'vitest/node';
import { Unavailable } from '../cluster/unavailable.ts';
import { plainProgress } from '../progress.ts';
import { upElasticsearch } from './elasticsearch.ts';
import type { ElasticsearchInfo } from './elasticsearch.ts';

declare module 'vitest' {
  export interface ProvidedContext {
    /** What tests attach to, or why there is nothing. */
    elasticsearch: ElasticsearchInfo | { readonly provider: 'none'; readonly reason: string };
  }
}

/**
 * Vitest's global setup of the projects integration and e2e: one Elasticsearch for all their files. Each project runs
 * its setup, one after the other, so the first of them provides for all.
 */
export async function setup(project: TestProject): Promise<(() => Promise<void>) | undefined> {
  const all = project.vitest.getRootProject();
  if ('elasticsearch' in all.getProvidedContext()) return undefined;
  const progress = plainProgress();
  try {
    const elasticsearch = await upElasticsearch({ progress });
    all.provide('elasticsearch', elasticsearch.info);
    return () => elasticsearch.down();
  } catch (error) {
    if (!(error instanceof Unavailable)) throw error;
    progress.step('Elasticsearch').fail(`skipped: ${error.message}`);
    all.provide('elasticsearch', { provider: 'none', reason: error.message });
    return undefined;
  }
}
