import type { Client } from '@elastic/elasticsearch';
import type { Server } from './server.ts';
import { templateName } from './templates.ts';
import { statusOf } from './trouble.ts';

/** All streams of ours: the other names begin with it. */
const OURS = `${templateName('logs')}*`;

/**
 * What makes an acknowledgement worth less than it should be, one sentence each with the cure: copies of shards that are missing,
 * and indices whose translog is not written before the answer. Two requests.
 */
export async function durabilityNotes(client: Client, { serverless }: Server): Promise<string[]> {
  if (serverless) return [];
  try {
    const [health, indices] = await Promise.all([
      client.cluster.health({ index: OURS }),
      client.indices.getSettings({ index: OURS, name: 'index.translog.durability', flat_settings: true }),
    ]);
    const isAsync = Object.entries(indices)
      .filter(([, { settings }]) => settings?.['index.translog.durability'] === 'async')
      .map(([name]) => name);
    return [...copiesNote(health), ...translogNote(isAsync)];
  } catch (error) {
    // Who may not look does without.
    if (statusOf(error) === 403) return [];
    throw error;
  }
}

function copiesNote({ status, unassigned_shards: missing }: { status: string; unassigned_shards: number }): string[] {
  const explain = 'GET _cluster/allocation/explain says why.';
  if (/red/i.test(status))
    return [`Shards of ${OURS} are away: records for them wait, and searches miss what they hold. ${explain}`];
  if (/yellow/i.test(status))
    return [
      `${missing} ${missing === 1 ? 'copy' : 'copies'} of shards of ${OURS} are missing: should a node go, records may go with it. ${explain}`,
    ];
  return [];
}

function translogNote([first, ...others]: readonly string[]): string[] {
  if (first === undefined) return [];
  const more = others.length > 0 ? ` and ${others.length} more` : '';
  return [
    `The translog of ${first}${more} is async: records that were acknowledged may be lost with a node. Set index.translog.durability to request there.`,
  ];
}
