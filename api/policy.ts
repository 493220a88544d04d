import * as z from 'zod';
import { REDACTIONS } from './names.ts';

/**
 * `TracingPolicy` and `ClusterTracingPolicy` of tracewell.dev/v1alpha1: the one source of the CRDs (`npm run generate`) and of the operator's types.
 *
 * The API server takes only part of JSON schema: plain objects, no unions; every string, list and map has a maximum, because
 * CEL rules are refused when their worst case costs too much. Defaults of nested objects need `prefault({})`.
 */
const name = z.string().min(1).max(253);
/** It is part of a Secret's key and of a webhook's name, which have 253 characters. */
export const NAME_AT_MOST = 200;

/** A label key: an optional DNS prefix and a name of at most 63 characters (Kubernetes, "Labels and Selectors"). */
const LABEL_KEY = '^([a-z0-9]([-a-z0-9.]{0,251}[a-z0-9])?/)?[A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?$';
const LABEL_VALUE = '^([A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?)?$';

const celRules = (...rules: { rule: string; message: string }[]) => ({ 'x-kubernetes-validations': rules });

const labelKey = z.string().min(1).max(317).regex(new RegExp(LABEL_KEY));
const labelValue = z.string().max(63).regex(new RegExp(LABEL_VALUE));

const labelSelector = z.object({
  matchLabels: z
    .record(z.string(), labelValue)
    .optional()
    .meta({
      maxProperties: 64,
      ...celRules({
        rule: `self.all(key, size(key) <= 317 && key.matches('${LABEL_KEY}'))`,
        message: 'each key must be a label key, such as app.kubernetes.io/name',
      }),
    }),
  matchExpressions: z
    .array(
      z
        .object({
          key: labelKey,
          operator: z.enum(['In', 'NotIn', 'Exists', 'DoesNotExist']),
          values: z.array(labelValue).max(64).optional(),
        })
        .meta(
          celRules({
            rule: "self.operator in ['In', 'NotIn'] ? has(self.values) && size(self.values) > 0 : !has(self.values) || size(self.values) == 0",
            message: 'In and NotIn need values; Exists and DoesNotExist take none',
          }),
        ),
    )
    .max(32)
    .optional(),
});

/**
 * A Kubernetes quantity: `100m`, `64Mi`, or a plain number. zod cannot say "int or string" in a form that the API server takes.
 * A negative one passes CEL's `isQuantity`, and is refused by the operator.
 */
const quantity = z
  .any()
  .refine(
    (value) => (typeof value === 'number' && value >= 0) || (typeof value === 'string' && /^[^-].{0,31}$/.test(value)),
    'must be a quantity that is not negative',
  )
  .meta({
    'x-kubernetes-int-or-string': true,
    ...celRules({
      rule: 'type(self) == string ? (size(self) <= 32 && isQuantity(self)) : self >= 0',
      message: 'must be a quantity, such as 100m or 64Mi',
    }),
  });
const resourceList = z.object({ cpu: quantity.optional(), memory: quantity.optional() });

/** How many pods of a workload may be away: a number, or a share of them. */
const countOrShare = z
  .any()
  .refine(
    (value) =>
      (typeof value === 'number' && Number.isInteger(value) && value >= 1) ||
      (typeof value === 'string' && /^([1-9][0-9]?|100)%$/.test(value)),
    'must be a whole number of at least 1, or a percentage from 1% to 100%',
  )
  .meta({
    'x-kubernetes-int-or-string': true,
    ...celRules({
      rule: "type(self) == string ? (size(self) <= 4 && self.matches('^([1-9][0-9]?|100)%$')) : self >= 1",
      message: 'must be a whole number of at least 1, or a percentage from 1% to 100%',
    }),
  });

const redactionRule = z
  .object({
    builtin: z.enum(REDACTIONS).optional().describe('A built-in rule; docs/redaction.md says what each finds.'),
    pattern: z.string().min(1).max(256).optional().describe('A regular expression, looked for in every text.'),
    with: z
      .enum(['Text', 'SameLength', 'Hash'])
      .default('Text')
      .describe('What stands there instead: a text, as many asterisks, or a keyed hash, the same for the same value.'),
    replacement: z.string().max(64).optional().describe('The text, [redacted] by default.'),
    disabled: z.boolean().default(false).describe('Switches a built-in rule off that is on by default.'),
  })
  .meta(
    celRules(
      { rule: 'has(self.builtin) != has(self.pattern)', message: 'a rule has either builtin or pattern' },
      {
        rule: "!has(self.replacement) || !has(self.with) || self.with == 'Text'",
        message: 'a replacement goes with Text only',
      },
      {
        rule: '!has(self.disabled) || !self.disabled || has(self.builtin)',
        message: 'only a built-in rule can be disabled; leave the pattern out instead',
      },
    ),
  );

export const policySpec = z.object({
  selector: labelSelector.optional().describe('Which pods of the namespace. Absent or empty: every pod.'),
  priority: z
    .int32()
    .default(0)
    .describe(
      'When several policies of one tier select a pod the highest wins; then the oldest; then the first name. Tiers: enforced cluster policies, the policies of the namespace, other cluster policies.',
    ),
  paused: z.boolean().default(false).describe('Stop injecting new pods. Running sidecars go on.'),
  logs: z
    .object({
      containers: z
        .object({
          include: z.array(z.string().min(1).max(63)).max(64).default([]).describe('Only these. Empty: all.'),
          exclude: z.array(z.string().min(1).max(63)).max(64).default([]).describe('Never these.'),
        })
        .prefault({})
        .describe('Containers whose logs are captured, init containers included.'),
      multiline: z
        .string()
        .min(1)
        .max(256)
        .default('Auto')
        .describe(
          'How lines are joined into records: Auto (stack traces of the common languages), Off, or a pattern that matches the first line of a record.',
        ),
      drop: z
        .array(z.object({ when: z.string().min(1).max(4096).describe('A KQL condition, such as log.level: debug') }))
        .max(32)
        .default([])
        .describe('Records that meet one of these conditions are discarded, and counted by rule.'),
      redact: z
        .array(redactionRule)
        .max(32)
        .default([])
        .meta(
          celRules({
            rule: 'self.all(one, !has(one.builtin) || self.exists_one(other, has(other.builtin) && other.builtin == one.builtin))',
            message: 'a built-in rule can be named once only',
          }),
        )
        .describe(
          'What is replaced in every record before it goes anywhere, besides the built-in rules that are on by default.',
        ),
    })
    .prefault({}),
  retention: z
    .string()
    .max(8)
    .regex(/^[1-9][0-9]{0,4}[hd]$/)
    .default('14d')
    .describe(
      "How long Elasticsearch keeps the namespace's records: hours or days, such as 36h or 14d. The longest of a namespace's policies holds.",
    ),
  sidecar: z
    .object({
      resources: z
        .object({
          requests: resourceList.prefault({}),
          limits: resourceList.prefault({}),
        })
        .prefault({})
        .describe("The sidecar's resources; what is absent comes from the operator's defaults."),
    })
    .prefault({}),
  rollout: z
    .object({
      mode: z
        .enum(['Never', 'Missed', 'Evict'])
        .default('Missed')
        .describe(
          'Which running pods are evicted so that they come back as they should be: none; those of the last ten minutes that went in without a sidecar although the policy was in force; or also older ones, and those with an outdated sidecar. Only pods of Deployments, StatefulSets and DaemonSets, and only by the Eviction API, which keeps to PodDisruptionBudgets.',
        ),
      maxUnavailable: countOrShare
        .default(1)
        .describe(
          'How many pods of a workload may be away for it at a time: a number, or a share such as 25%, rounded down and at least one.',
        ),
    })
    .prefault({})
    .describe('How running pods without a sidecar, or with an outdated one, get it.'),
});

export const clusterPolicySpec = policySpec.extend({
  namespaceSelector: labelSelector.describe(
    "Which namespaces. Empty ({}): all of them. Those of the system and the operator's own are never among them.",
  ),
  enforced: z
    .boolean()
    .default(false)
    .describe('Goes before the policies of the namespaces; otherwise it governs only pods that none of them selects.'),
});

const condition = z.object({
  type: z.string().max(64),
  status: z.enum(['True', 'False', 'Unknown']),
  reason: z.string().max(128),
  message: z.string().max(4096),
  observedGeneration: z.number().int().optional().meta({ format: 'int64' }),
  lastTransitionTime: z.string().max(64).meta({ format: 'date-time' }),
});

const int64 = z.number().int().meta({ format: 'int64' });
const ratio = z.number().min(0).max(1).optional();

export const policyStatus = z.object({
  observedGeneration: z.number().int().optional().meta({ format: 'int64' }),
  inForceSince: z
    .string()
    .max(64)
    .optional()
    .meta({ format: 'date-time' })
    .describe('Since when new pods are injected.'),
  conditions: z
    .array(condition)
    .max(16)
    .optional()
    .meta({ 'x-kubernetes-list-type': 'map', 'x-kubernetes-list-map-keys': ['type'] }),
  pods: z
    .object({
      matched: z.int32(),
      injected: z.int32(),
      outdated: z
        .int32()
        .default(0)
        .describe('Injected ones whose sidecar is not what would be injected today; they get it when created again.'),
      skipped: z
        .array(z.object({ reason: z.string().max(64), count: z.int32(), example: z.string().max(253) }))
        .max(32)
        // Not required: an apply that takes away the last of them leaves no list.
        .default([])
        .meta({ 'x-kubernetes-list-type': 'map', 'x-kubernetes-list-map-keys': ['reason'] }),
      shadowed: z
        .array(z.object({ by: z.string().max(320), count: z.int32(), example: z.string().max(253) }))
        .max(32)
        .default([])
        .meta({ 'x-kubernetes-list-type': 'map', 'x-kubernetes-list-map-keys': ['by'] })
        .describe('Pods that the policy selects, but another one (`by`) governs.'),
    })
    .optional()
    .describe('Running pods that the policy governs; each one without a sidecar counts under the reason why.'),
  configuration: z
    .object({
      revision: z.string().max(64).describe('What sidecars are told now: a hash of it.'),
      loaded: z.int32().describe('Sidecars that say that they run it.'),
      reporting: z.int32().describe('Sidecars of this policy that have reported lately.'),
    })
    .optional(),
  records: z
    .object({
      read: int64.describe('Answered for, whatever became of them: the sum of the next four.'),
      stored: int64.describe('New in Elasticsearch.'),
      duplicate: int64.describe('Found to be stored already.'),
      rejected: int64.describe('Dead letters.'),
      discarded: int64.describe('Left out by a rule.'),
      readBytes: int64.describe('Of log files, that these records cover.'),
      pendingBytes: int64.describe('In log files, and not answered for yet.'),
      lostBytes: int64.describe('Of log files, that will never be delivered.'),
    })
    .optional()
    .describe(
      'Of the running pods from their start on, and of those that have ended since this operator leads. Renewed every half minute at most, and only when it is worth it.',
    ),
  ratios: z
    .object({
      capture: ratio.describe('Of the bytes that were written to log files, those that were read.'),
      analysed: ratio.describe('Of the records, those whose structure was recognised; by a sample.'),
      queried: ratio.describe('Of the acknowledged records of the files audited lately, those that a query finds.'),
    })
    .optional(),
  delays: z
    .object({
      transportSeconds: z
        .number()
        .optional()
        .describe('From the stamp of a line to its acknowledgement; the mean, by a sample.'),
      storageSeconds: z
        .number()
        .optional()
        .describe('What Elasticsearch says that it took, for each record; the mean.'),
    })
    .optional(),
  lastAcknowledged: z
    .string()
    .max(64)
    .optional()
    .meta({ format: 'date-time' })
    .describe('When Elasticsearch took records of it last, as of the last write of these figures.'),
});

export type PolicySpec = z.output<typeof policySpec>;
export type PolicyStatus = z.output<typeof policyStatus>;
export type Condition = z.output<typeof condition>;
export type LabelSelector = z.output<typeof labelSelector>;

const metadata = z.object({
  name: z.string().min(1).max(NAME_AT_MOST),
  uid: name,
  generation: z.number().int(),
  creationTimestamp: z.string().max(64),
  deletionTimestamp: z.string().max(64).optional(),
});

/** A policy of one namespace, as read from the API server. */
export const tracingPolicy = z.object({
  kind: z.literal('TracingPolicy'),
  metadata: metadata.extend({ namespace: name }),
  spec: policySpec,
  status: policyStatus.optional(),
});
/** A policy of the platform, for namespaces by their labels. */
export const clusterTracingPolicy = z.object({
  kind: z.literal('ClusterTracingPolicy'),
  metadata,
  spec: clusterPolicySpec,
  status: policyStatus.optional(),
});
export type TracingPolicy = z.output<typeof tracingPolicy>;
export type ClusterTracingPolicy = z.output<typeof clusterTracingPolicy>;
export type Policy = TracingPolicy | ClusterTracingPolicy;
