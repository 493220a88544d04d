import type { Pod } from './pod.ts';

/** What an admission review asks (admission.k8s.io/v1 AdmissionReview, its `request`), as far as it is read. */
export interface Review {
  uid: string;
  /** The request's: a pod may lack it. */
  namespace: string;
  /** Nothing comes of it: it is answered, and neither counted nor told of. */
  dryRun: boolean;
  object: Pod;
}

const API_VERSION = 'admission.k8s.io/v1';

type Fields = Readonly<Record<string, unknown>>;
const isObject = (value: unknown): value is Fields => typeof value === 'object' && value !== null;
const fieldsOf = (value: unknown): Fields => (isObject(value) ? value : {});

/** Each says what is wrong with a body; nothing of it is repeated, for what a pod says may be secret. */
const FAULTS: readonly [string, (body: Fields, request: Fields) => boolean][] = [
  ['the body is no AdmissionReview', ({ kind }) => kind !== 'AdmissionReview'],
  [`the AdmissionReview has a version other than ${API_VERSION}`, ({ apiVersion }) => apiVersion !== API_VERSION],
  ['the AdmissionReview has no request', ({ request }) => !isObject(request)],
  ['the request has no uid', (_, { uid }) => typeof uid !== 'string' || uid === ''],
  ['the request has no namespace', (_, { namespace }) => typeof namespace !== 'string' || namespace === ''],
  ['the request is not about a pod (v1)', (_, { kind }) => !isPod(fieldsOf(kind))],
  ['the request is about a part of a pod (a subresource)', (_, { subResource }) => !!subResource],
  ['the request is not about the creation of a pod', (_, { operation }) => operation !== 'CREATE'],
  ['the object is no pod: it has no metadata', (_, { object }) => !isObject(fieldsOf(object)['metadata'])],
  ['the object is no pod: it has no containers', (_, { object }) => !hasContainers(fieldsOf(object))],
];

const isPod = ({ group, version, kind }: Fields) => group === '' && version === 'v1' && kind === 'Pod';
const hasContainers = ({ spec }: Fields) => Array.isArray(fieldsOf(spec)['containers']);

/** Reads the parts of a body that matter, or says what is wrong with it: no other operation could be patched like a creation. */
export function parseReview(body: unknown): Review | { fault: string } {
  const fields = fieldsOf(body);
  const request = fieldsOf(fields['request']);
  const [fault] = FAULTS.find(([, isWrong]) => isWrong(fields, request)) ?? [];
  if (fault) return { fault };
  const { uid, namespace, object } = request as unknown as Review;
  return { uid, namespace, dryRun: request['dryRun'] === true, object };
}

/** The answer: the pod is always allowed. */
export function answerOf(uid: string, patch: readonly unknown[], warning: string | undefined): object {
  const patched =
    patch.length > 0 ? { patchType: 'JSONPatch', patch: Buffer.from(JSON.stringify(patch)).toString('base64') } : {};
  const warnings = warning ? { warnings: [warning] } : {};
  return {
    apiVersion: API_VERSION,
    kind: 'AdmissionReview',
    response: { uid, allowed: true, ...patched, ...warnings },
  };
}
