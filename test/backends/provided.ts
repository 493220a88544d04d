import { inject } from 'vitest';
import { attachElasticsearch } from './elasticsearch.ts';
import type { Elasticsearch } from './elasticsearch.ts';

/**
 * The Elasticsearch that the global setup brought up, attached, for tests in `describe.skipIf(missing)`; call its `down`
 * after them. `missing` is empty, or says why there is none, and then `elasticsearch` must not be used.
 */
export function providedElasticsearch(): { readonly elasticsearch: Elasticsearch; readonly missing: string } {
  const given = inject('elasticsearch');
  return given.provider === 'none'
    ? { elasticsearch: {} as Elasticsearch, missing: given.reason }
    : { elasticsearch: attachElasticsearch(given), missing: '' };
}
