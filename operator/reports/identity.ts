import { TOKEN } from '../../api/names.ts';

/** The pod that a token is bound to. */
export interface PodIdentity {
  namespace: string;
  name: string;
  uid: string;
}

/** What the API server says of a token: `status` of a TokenReview (authentication.k8s.io/v1). */
export interface TokenStatus {
  authenticated?: boolean;
  audiences?: string[];
  error?: string;
  user?: { username?: string; extra?: Record<string, string[]> };
}

/** A token's pod, or why there is none, for people. */
export type Verdict = { pod: PodIdentity } | { status: 401 | 403; error: string };

const USERNAME = /^system:serviceaccount:([^:]+):[^:]+$/;
/** As the API server writes them for a token that is bound to a pod (kubernetes, serviceaccount/util.go). */
const POD_NAME = 'authentication.kubernetes.io/pod-name';
const POD_UID = 'authentication.kubernetes.io/pod-uid';

/** Who holds a token. The pod's namespace is that of its service account: a token cannot be bound across namespaces. */
export function identityOf({ authenticated, audiences = [], error, user }: TokenStatus): Verdict {
  if (authenticated !== true || !audiences.includes(TOKEN.audience)) {
    const cause = error ? ` (${error})` : '';
    return { status: 401, error: `the token is not valid for the audience ${TOKEN.audience}${cause}` };
  }
  const namespace = USERNAME.exec(user?.username ?? '')?.[1];
  const name = only(user?.extra?.[POD_NAME]);
  const uid = only(user?.extra?.[POD_UID]);
  if (namespace && name && uid) return { pod: { namespace, name, uid } };
  return {
    status: 403,
    error: `the token of ${user?.username ?? 'nobody'} is not bound to a pod: only a pod's own projected token reports`,
  };
}

const only = (values: string[] | undefined): string | undefined => (values?.length === 1 ? values[0] : undefined);
