/**
 * Names that operator, sidecar and (later) explorer share. Imports nothing: the sidecar loads this file.
 * A name that stands in a cluster or in Elasticsearch is a contract; changing one is a migration.
 */
/** Of all that is released together: package, chart, images. */
export const VERSION = '0.1.0';

export const GROUP = 'tracewell.dev';
export const API_VERSION = `${GROUP}/v1alpha1`;

/** Kinds of policy, and their names in paths. */
export const POLICY_KINDS = ['TracingPolicy', 'ClusterTracingPolicy'] as const;
export type PolicyKind = (typeof POLICY_KINDS)[number];
export const PLURAL: Readonly<Record<PolicyKind, string>> = {
  TracingPolicy: 'tracingpolicies',
  ClusterTracingPolicy: 'clustertracingpolicies',
};

/** The sidecar's container, and the Secret of each selected namespace. */
export const SIDECAR = 'tracewell';
export const SECRET = 'tracewell';

/** On what the operator made: it never touches an object of its names without this label. */
export const MANAGED_BY = { key: 'app.kubernetes.io/managed-by', value: 'tracewell' } as const;

export const LABEL = {
  /** On pod or namespace, value "false": never inject. */
  inject: `${GROUP}/inject`,
  /** On pod or namespace, value "false": never evict, whatever `spec.rollout` of a policy says. An annotation says the same. */
  evict: `${GROUP}/evict`,
} as const;

/** Annotations that the webhook writes on an injected pod; the sidecar reads them live from the downward API. */
export const ANNOTATION = {
  /** `<Kind>.<name>` of the governing policy: the stem of its configuration file in the Secret. */
  policy: `${GROUP}/policy`,
  /** `<Kind>/<name>` of the controlling workload: `Deployment/cart`, `Job/report`; absent for a bare pod. */
  workload: `${GROUP}/workload`,
  /** The images that the pod asks for, JSON by container: `{"cart":"registry.example.com/cart:1.2"}`. */
  images: `${GROUP}/images`,
  /** Of what was injected: a hash of the container and its volumes as settings and policy wanted them. */
  revision: `${GROUP}/revision`,
  /** When the pod was injected, RFC 3339. */
  injectedAt: `${GROUP}/injected-at`,
  /** What the sidecar reported last, JSON: `{"state","revision","since","error"?}`. The operator writes it. */
  sidecar: `${GROUP}/sidecar`,
} as const;

/** Volumes that the webhook adds, all with our prefix, and where the sidecar finds them. */
export const VOLUME = {
  logs: { name: 'tracewell-logs', path: '/tracewell/logs' },
  config: { name: 'tracewell-config', path: '/tracewell/config' },
  state: { name: 'tracewell-state', path: '/tracewell/state' },
  podinfo: { name: 'tracewell-podinfo', path: '/tracewell/podinfo' },
  token: { name: 'tracewell-token', path: '/tracewell/token' },
} as const;

/** Whom the pod's own token is for, and its file in the volume: with it the sidecar reports, and with nothing else. */
export const TOKEN = { audience: 'tracewell', file: 'token' } as const;

/** Files of the namespace's Secret. */
export const SECRET_FILE = {
  /** The base64 form of `id:key` that `Authorization: ApiKey` takes. */
  apiKey: 'api-key',
  /** PEM; absent when Elasticsearch has a publicly trusted certificate. */
  elasticsearchCa: 'es-ca.crt',
  /** With which redacted values are hashed: 64 hex digits, made once and kept. */
  redactionKey: 'redaction-key',
  /** Where reports go; absent: nowhere. */
  operatorUrl: 'operator-url',
  /** PEM: the authority of the operator's certificate, and the one before it. */
  operatorCa: 'operator-ca.crt',
} as const;

/**
 * Built-in rules of redaction (docs/redaction.md), in the order in which they give their name to what several of them find.
 * The engine knows them by their index: `sidecar/engine/assembly/redact.ts`.
 */
export const REDACTIONS = [
  'bearer',
  'jwt',
  'cloud-key',
  'url-password',
  'card',
  'iban',
  'email',
  'ipv4',
  'ipv6',
] as const;
export type Redaction = (typeof REDACTIONS)[number];
/** The others are on without being asked for. */
export const REDACTIONS_ON_REQUEST: readonly Redaction[] = ['email', 'ipv4', 'ipv6'];
/** What stands in the place of something that was redacted, unless a policy says otherwise. */
export const REDACTED = '[redacted]';

/** Environment of the sidecar, the whole of its interface beside files (docs/sidecar.md). */
export const ENV = {
  logs: 'TRACEWELL_LOGS',
  config: 'TRACEWELL_CONFIG',
  podinfo: 'TRACEWELL_PODINFO',
  state: 'TRACEWELL_STATE',
  policy: 'TRACEWELL_POLICY',
  engine: 'TRACEWELL_ENGINE',
  token: 'TRACEWELL_TOKEN',
  podNamespace: 'POD_NAMESPACE',
  podName: 'POD_NAME',
  podUid: 'POD_UID',
  nodeName: 'NODE_NAME',
} as const;

/** Data streams of a namespace are `<prefix><namespace with - as _>`: Elastic's naming scheme forbids `-` there. */
export const STREAM_PREFIX = {
  logs: 'logs-tracewell-',
  deadLetters: 'logs-tracewell.deadletter-',
  files: 'logs-tracewell.files-',
} as const;

/** Why a pod that a policy selects is not injected: status, metric label and log field use the same word. */
export const SKIP_REASON = {
  /** Of the cluster or of the operator. */
  SystemNamespace: 'SystemNamespace',
  OptedOut: 'OptedOut',
  /** The label says neither "true" nor "false". */
  InvalidLabel: 'InvalidLabel',
  Paused: 'Paused',
  MirrorPod: 'MirrorPod',
  Windows: 'Windows',
  VirtualNode: 'VirtualNode',
  NativeSidecarsUnsupported: 'NativeSidecarsUnsupported',
  HostPathForbidden: 'HostPathForbidden',
  NameTaken: 'NameTaken',
  VolumeTaken: 'VolumeTaken',
  /** The pod, a LimitRange or a quota of the namespace has no room for the sidecar's requests or limits. */
  PodResources: 'PodResources',
  LimitRange: 'LimitRange',
  QuotaExceeded: 'QuotaExceeded',
  AnnotationsFull: 'AnnotationsFull',
  /** Sidecars kept pods from starting, so none is injected for a while (operator/breaker). */
  BreakerOpen: 'BreakerOpen',
  /** It went in without us: the webhook was not there or not asked. */
  Missed: 'Missed',
} as const;
export type SkipReason = keyof typeof SKIP_REASON;

/** What becomes of running pods that should have another sidecar: reasons of Events, beside those why a pod has none. */
export const REPAIR = {
  /** So that it is created again, with the sidecar. */
  Evicted: 'Evicted',
  /** What came instead has no sidecar either, or does not become ready: no more of the workload's pods are evicted for a while. */
  RepairFailed: 'RepairFailed',
} as const;

/** What is put back in Elasticsearch: reasons of Events. */
export const UPKEEP = {
  /** An index template that somebody had changed or deleted. */
  TemplateRepaired: 'TemplateRepaired',
} as const;

/** Types of a policy's conditions; each carries a reason and a message that names the cure. */
export const CONDITION = {
  Accepted: 'Accepted',
  ElasticsearchReady: 'ElasticsearchReady',
  Injected: 'Injected',
  Delivering: 'Delivering',
  Verified: 'Verified',
} as const;

/** Why bytes of a log file will never be delivered. */
export const LOSS_REASON = {
  /** The file became shorter than what was acknowledged, or than what was read. */
  Truncated: 'Truncated',
  /** Removed from the node while nobody held it open; at least what was seen of it. */
  Removed: 'Removed',
  /** Given up: removed files that were held open had more bytes than `limits.heldBytes`. */
  HeldTooLong: 'HeldTooLong',
} as const;
export type LossReason = keyof typeof LOSS_REASON;
/** What only the operator can tell of: bytes that nobody had answered for when their pod was gone. */
export const POD_ENDED = 'PodEnded';

/** Upper bounds, in seconds, of the histogram of delays from a line's own stamp to its acknowledgement. */
export const DELAY_SECONDS = [0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 1800] as const;

/** How a sidecar stands, as its report says. */
export const REPORT_STATE = {
  /** It has none, or none that it can read, and captures nothing until it comes. */
  WaitingForConfiguration: 'WaitingForConfiguration',
  Delivering: 'Delivering',
  /** Elasticsearch does not take its records; they wait in the log files. */
  Holding: 'Holding',
  /** The policy is gone: what was read is delivered, and nothing more is read until a policy governs the pod again. */
  Idle: 'Idle',
  /** The pod is at its end, and so is the sidecar. */
  Ended: 'Ended',
} as const;
export type ReportState = keyof typeof REPORT_STATE;
