import { upElasticsearch, type Elasticsearch } from '../backends/elasticsearch.ts';
import { up, type Cluster } from '../cluster/cluster.ts';
import { uninstall } from '../installation.ts';
import type { Progress } from '../progress.ts';

export interface StageOptions {
  readonly progress: Progress;
  readonly signal: AbortSignal;
  /** Gets what has to be undone, also when this throws. */
  readonly ends: AsyncDisposableStack;
}

/** What Tracewell is installed on. */
export interface Stage {
  readonly cluster: Cluster;
  readonly elasticsearch: Elasticsearch;
}

/** Brings up a cluster and an Elasticsearch, side by side. */
export async function setStage({ progress, signal, ends }: StageOptions): Promise<Stage> {
  const failure = new AbortController();
  const options = { progress, signal: AbortSignal.any([signal, failure.signal]) };
  const kept = async <T extends { readonly down: () => Promise<void> }>(coming: Promise<T>): Promise<T> => {
    try {
      const part = await coming;
      ends.defer(part.down);
      return part;
    } catch (error) {
      failure.abort(error); // one without the other is of no use
      throw error;
    }
  };
  // Both are waited for whatever happens: what is half up is taken down by its own hand.
  const [cluster, elasticsearch] = await Promise.allSettled([kept(up(options)), kept(upElasticsearch(options))]);
  if (cluster.status === 'rejected' || elasticsearch.status === 'rejected') throw failure.signal.reason;
  const stage = { cluster: cluster.value, elasticsearch: elasticsearch.value };
  // What was made for this goes as a whole; a person's own cluster stays, and is left as it was found.
  if (stage.cluster.provider === 'context') ends.defer(() => uninstall(stage.cluster));
  return stage;
}
