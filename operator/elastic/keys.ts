import type { Client } from '@elastic/elasticsearch';
import type { Server } from './server.ts';
import { streamsOf } from './streams.ts';

/** A namespace's API key as it stands in the Secret. */
export interface StoredKey {
  id: string;
  /** RFC 3339; empty for a key that was handed on and whose end is not known. */
  expires: string;
  /** base64 of `id:key`. */
  encoded: string;
}

const KEY_LIFE = '90d';
/** Running sidecars outlive an absent operator by at least a month: a key is renewed at half its life. */
const RENEW_BEFORE_MS = 45 * 24 * 3_600_000;

/**
 * Whether a namespace needs another key than the stored one. `handedOn` is the operator's own key where it cannot mint: then
 * sidecars have just that one. Else a key whose end is not known gives way, be it handed on earlier or unreadable.
 */
export function needsKey(stored: StoredKey | undefined, handedOn: string | undefined, now: Date): boolean {
  if (handedOn !== undefined) return stored?.encoded !== handedOn;
  const left = Date.parse(stored?.expires ?? '') - now.getTime();
  return !(left >= RENEW_BEFORE_MS);
}

/** Whose keys are ours: two clusters may share a name, and the Elasticsearch. */
export interface KeyOwner {
  /** As the chart names it; may be empty. */
  cluster: string;
  /** Of the cluster's namespace `kube-system`, by which a cluster is told from all others; empty: not known. */
  clusterUid: string;
}

const nameOf = (cluster: string, namespace: string): string => `tracewell ${cluster ? `${cluster} ` : ''}${namespace}`;

/** The part of `auto_configure` that maps fields as they come; the rest of it creates streams. */
const MAP_FIELDS = 'indices:admin/mapping/auto_put';

/**
 * The request for a key that can add documents to the namespace's three streams, and nothing else: no reading, no changing,
 * no other index, no new stream. The application's own fields are mapped as they come, which `create_doc` alone does not allow.
 */
function keyRequest({ cluster, clusterUid }: KeyOwner, namespace: string, { serverless }: Server) {
  const { logs, ...others } = streamsOf(namespace);
  // Whether serverless takes the name of an action was never tried.
  const map = serverless ? 'auto_configure' : MAP_FIELDS;
  return {
    name: nameOf(cluster, namespace),
    expiration: KEY_LIFE,
    role_descriptors: {
      tracewell_sidecar: {
        cluster: [],
        indices: [
          { names: [logs], privileges: ['create_doc', map] },
          { names: Object.values(others), privileges: ['create_doc'] },
        ],
      },
    },
    metadata: { application: 'tracewell', cluster, cluster_uid: clusterUid, namespace },
  };
}

/** Makes a key for the namespace's sidecars. */
export async function mintKey(client: Client, owner: KeyOwner, namespace: string, server: Server): Promise<StoredKey> {
  // Whoever invalidates it finds it by a search; waiting for the next refresh would take up to a second.
  const key = await client.security.createApiKey({ ...keyRequest(owner, namespace, server), refresh: true });
  return { id: key.id, expires: new Date(key.expiration ?? 0).toISOString(), encoded: key.encoded };
}

/** A key of this cluster that is good. */
export interface OwnKey {
  id: string;
  namespace: string;
  /** When it was made, milliseconds since 1970. */
  createdAt: number;
}

/** The keys of this cluster that are good; none where the cluster cannot be told from others. */
export async function ownKeys(client: Client, { cluster, clusterUid }: KeyOwner): Promise<OwnKey[]> {
  if (!clusterUid) return [];
  const { api_keys: keys } = await client.security.getApiKey({ name: nameOf(cluster, '*'), active_only: true });
  return keys.flatMap(({ id, creation, metadata }) => {
    const { application, cluster_uid: uid, namespace } = metadata as Record<string, unknown>;
    const isOurs = application === 'tracewell' && uid === clusterUid && metadata['cluster'] === cluster;
    return isOurs && typeof namespace === 'string' ? [{ id, namespace, createdAt: creation }] : [];
  });
}
