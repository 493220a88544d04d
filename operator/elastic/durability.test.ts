import type { Client } from '@elastic/elasticsearch';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ElasticServer, SERVER } from '../../test/operator/elastic-server.ts';
import { connect } from './connection.ts';
import { durabilityNotes } from './durability.ts';

let server: ElasticServer;
let client: Client;

beforeEach(async () => {
  server = await ElasticServer.start();
  client = connect({ urls: [server.url], credentials: { apiKey: 'k' }, ca: undefined });
});
afterEach(async () => {
  await client.close();
  await server.stop();
});

const index = (durability: string) => ({ settings: { 'index.translog.durability': durability } });

describe('what is acknowledged', () => {
  it('is safe where all copies are there and are written first', async () => {
    server.translogs = { a: index('request') };
    expect(await durabilityNotes(client, SERVER)).toEqual([]);
  });

  it.each([
    ['green', 0, undefined],
    ['yellow', 1, '1 copy of shards of logs-tracewell* are missing'],
    ['yellow', 3, '3 copies of shards'],
    ['red', 2, 'Shards of logs-tracewell* are away'],
    // As older clients and servers have it.
    ['RED', 2, 'are away'],
  ])('is told of where health is %s with %d shards missing: %s', async (status, missing, note) => {
    server.health = { status, unassigned_shards: missing };
    const notes = await durabilityNotes(client, SERVER);
    expect(`${notes[0]}`).toContain(`${note}`);
  });

  it('is told of where an index writes its translog later', async () => {
    server.translogs = { a: index('async'), b: index('request'), c: index('async') };
    expect(await durabilityNotes(client, SERVER)).toEqual([
      expect.stringContaining('The translog of a and 1 more is async'),
    ]);
  });

  it('is not asked about where Elastic alone sees to it', async () => {
    expect(await durabilityNotes(client, { ...SERVER, serverless: true })).toEqual([]);
    expect(server.requests).toEqual([]);
  });

  it('is not told of to who may not look', async () => {
    server.faults.push({ begins: 'GET /_cluster', status: 403 });
    expect(await durabilityNotes(client, SERVER)).toEqual([]);
  });
});
