import type { TestProject } from 'vitest/node';
import { attachElasticsearch } from '../backends/elasticsearch.ts';
import { attach } from '../cluster/cluster.ts';
import { Unavailable } from '../cluster/unavailable.ts';
import { install } from '../installation.ts';
import { plainProgress } from '../progress.ts';

declare module 'vitest' {
  export interface ProvidedContext {
    /** The installed product, or why there is none. */
    installation: { readonly shopImage: string } | { readonly missing: string };
  }
}

/** Vitest's global setup of the project e2e, after those of its cluster and of Elasticsearch: installs Tracewell once. */
export async function setup(project: TestProject): Promise<(() => Promise<void>) | undefined> {
  const given = project.getProvidedContext();
  const progress = plainProgress();
  const lacking = (missing: string) => project.provide('installation', { missing });
  if (given.cluster.provider === 'none') {
    lacking(given.cluster.reason);
    return undefined;
  }
  if (given.elasticsearch.provider === 'none') {
    lacking(given.elasticsearch.reason);
    return undefined;
  }
  const cluster = attach(given.cluster);
  const elasticsearch = attachElasticsearch(given.elasticsearch);
  const close = async () => {
    await cluster.down();
    await elasticsearch.down();
  };
  try {
    project.provide('installation', await install({ cluster, elasticsearch, progress }));
    return close;
  } catch (error) {
    if (error instanceof Unavailable) lacking(error.message);
    else console.error(await cluster.diagnosis());
    await close();
    if (!(error instanceof Unavailable)) throw error;
    return undefined;
  }
}
