import type { StreamKind } from './templates.ts';

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

/**
 * The request for a key that can add documents to the namespace's three streams, and nothing else: no reading, no changing,
 * no other index. The application's own fields are mapped as they come, which `create_doc` alone does not allow.
 */
export function keyRequest(cluster: string, namespace: string, streams: Record<StreamKind, string>) {
  const { logs, ...others } = streams;
  return {
    name: `tracewell ${cluster ? `${cluster} ` : ''}${namespace}`,
    expiration: KEY_LIFE,
    role_descriptors: {
      tracewell_sidecar: {
        cluster: [],
        indices: [
          { names: [logs], privileges: ['create_doc' as const, 'auto_configure' as const] },
          { names: Object.values(others), privileges: ['create_doc' as const] },
        ],
      },
    },
    metadata: { application: 'tracewell', cluster, namespace },
  };
}
