import type { Client, estypes } from '@elastic/elasticsearch';
import { hoursOf } from '../policy/bounds.ts';
import type { Server } from './server.ts';
import { isMissingEndpoint, PartRefused, statusOf } from './trouble.ts';

/** By what the documents of a namespace's streams end; `custom`: by an ILM policy that a person's component template names. */
export type Lifecycle = 'ilm' | 'dataStreamLifecycle' | 'custom' | 'none';

export interface RetentionOptions {
  client: Client;
  server: Server;
  /** Named by a person's component template. */
  customPolicy: { policy: string; by: string } | undefined;
}

/**
 * Sets for how long streams keep their documents, and returns by what. All requests of this file are Elastic's own client's, so
 * that the compiler holds them against Elasticsearch's specification: no server of our tests answers them (docs/elasticsearch.md).
 */
export async function setRetention(
  { client, server, customPolicy }: RetentionOptions,
  streams: readonly string[],
  retention: string,
): Promise<Lifecycle> {
  if (customPolicy) return 'custom';
  // Without settings of its own, a stream would lose the policy with its next index.
  if (server.ilm && server.dataStreamSettings) {
    await ensurePolicy(client, retention);
    await usePolicy(client, streams, policyName(retention));
    return 'ilm';
  }
  if (server.dataStreamLifecycle) {
    try {
      await client.indices.putDataLifecycle({ name: [...streams], data_retention: retention });
      return 'dataStreamLifecycle';
    } catch (error) {
      if (!isMissingEndpoint(error)) throw error;
    }
  }
  return 'none';
}

/** `tracewell-14d`: one for each retention, shared by all namespaces that ask for it. */
export const policyName = (retention: string): string => `tracewell-${retention}`;

/** A person may tune a policy that is there: other phases, another size. */
async function ensurePolicy(client: Client, retention: string): Promise<void> {
  const name = policyName(retention);
  try {
    await client.ilm.getLifecycle({ name });
  } catch (error) {
    if (statusOf(error) !== 404) throw error;
    await client.ilm.putLifecycle({ name, policy: policyOf(retention) });
  }
}

async function usePolicy(client: Client, streams: readonly string[], policy: string): Promise<void> {
  const settings = { index: { lifecycle: { name: policy } } };
  const { data_streams: outcomes } = await client.indices.putDataStreamSettings({ name: [...streams], settings });
  const refused = outcomes.find(({ applied_to_data_stream: applied }) => !applied);
  if (refused)
    throw new PartRefused(
      400,
      `${refused.name} did not take the policy ${policy}: ${refused.error ?? 'no reason given'}`,
    );
}

/**
 * Elasticsearch's own rule for data streams (`cluster.lifecycle.default.rollover`): an index is written to until it is large, or
 * for a part of the retention. An index is deleted when it was left so long ago, so what is oldest in it lives on by that part.
 */
export function policyOf(retention: string): estypes.IlmPolicy {
  return {
    _meta: { managed_by: 'tracewell' },
    phases: {
      hot: {
        min_age: '0ms',
        actions: { rollover: { max_age: rolloverAge(retention), max_primary_shard_size: '50gb', min_docs: 1 } },
      },
      delete: { min_age: retention, actions: { delete: {} } },
    },
  };
}

function rolloverAge(retention: string): string {
  const days = hoursOf(retention) / 24;
  if (days <= 1) return '1h';
  if (days <= 14) return '1d';
  return days <= 90 ? '7d' : '30d';
}

/** What a person should know of it; undefined: nothing. */
export function retentionNote(
  lifecycle: Lifecycle,
  retention: string,
  { server, customPolicy }: Pick<RetentionOptions, 'server' | 'customPolicy'>,
): string | undefined {
  if (lifecycle === 'custom')
    return `The ILM policy ${customPolicy?.policy} that ${customPolicy?.by} names decides how long documents stay, not the retention of ${retention}.`;
  if (lifecycle !== 'none') return undefined;
  const cure =
    server.product === 'OpenSearch'
      ? 'Let an ISM policy for logs-tracewell* delete old indices.'
      : 'Delete old indices of logs-tracewell* by other means.';
  return `Retention ${retention} is not applied: this ${server.product} has no lifecycle that Tracewell knows. ${cure}`;
}
