import { join } from 'node:path';
import { createAuthority } from '../authority.ts';

/** Names by which processes of this machine and pods of a test cluster reach it. */
const NAMES = [
  'DNS:localhost',
  'IP:127.0.0.1',
  'DNS:elasticsearch.elastic.svc',
  'DNS:elasticsearch.elastic.svc.cluster.local',
];

/** Writes ca.crt, elasticsearch.crt and elasticsearch.key into a folder, from a new authority. */
export async function createCertificate(folder: string, signal?: AbortSignal): Promise<void> {
  const issue = await createAuthority(folder, '/CN=tracewell-test-elasticsearch', signal);
  const names = `subjectAltName=${NAMES.join(',')}`;
  await issue('elasticsearch', '/CN=elasticsearch', 'extendedKeyUsage=serverAuth', names);
}

/** The authority's certificate in such a folder. */
export const caFileIn = (folder: string): string => join(folder, 'ca.crt');
