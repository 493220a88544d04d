import * as z from 'zod';
import { POLICY_KINDS, REDACTIONS } from './names.ts';

const redactionRule = z
  .object({
    builtin: z.enum(REDACTIONS).optional(),
    pattern: z.string().min(1).max(256).optional(),
    with: z.enum(['Text', 'SameLength', 'Hash']),
    replacement: z.string().max(64).describe('The text; also instead of a hash where there is no key.'),
  })
  .refine(({ builtin, pattern }) => (builtin === undefined) !== (pattern === undefined), 'either builtin or pattern');
export type RedactionRule = z.output<typeof redactionRule>;

/**
 * What a sidecar is told: one file `<Kind>.<name>.json` per policy in the namespace's Secret (file names: `SECRET_FILE`).
 * The operator writes it from this schema; the sidecar checks it with a small parser of its own, tested against the schema,
 * because zod would cost each pod 18 MB.
 */
export const sidecarConfig = z.object({
  version: z.literal(1),
  revision: z
    .string()
    .min(1)
    .max(64)
    .describe('Changes when anything else here does; the sidecar logs which one it runs.'),
  cluster: z.string().max(253).describe('orchestrator.cluster.name of every record; empty: left out.'),
  policy: z.object({
    kind: z.enum(POLICY_KINDS),
    namespace: z.string().max(253).describe("The sidecar's own, also where a ClusterTracingPolicy governs."),
    name: z.string().max(253),
  }),
  elasticsearch: z.object({
    urls: z
      .array(z.url({ protocol: /^https?$/ }).max(2048))
      .min(1)
      .max(16)
      .describe('Tried in this order.'),
  }),
  streams: z.object({
    logs: z.string().min(1).max(255),
    deadLetters: z.string().min(1).max(255),
    files: z.string().min(1).max(255),
  }),
  logs: z.object({
    containers: z.object({
      include: z.array(z.string().min(1).max(63)).max(64),
      exclude: z.array(z.string().min(1).max(63)).max(64),
    }),
    multiline: z.string().min(1).max(256).describe('Auto, Off, or a pattern that matches the first line of a record.'),
    drop: z
      .array(z.object({ when: z.string().min(1).max(16_384) }))
      .max(32)
      .describe('KQL conditions; a record that meets one is discarded and counted.'),
    redact: z
      .array(redactionRule)
      .max(48)
      .describe(
        'All that is replaced before a record goes anywhere: the policy, the chart and the defaults in one list.',
      ),
  }),
  limits: z.object({
    batchBytes: z.number().int().min(16_384).max(67_108_864).describe('Body size at which a batch is sent.'),
    batchAgeMs: z
      .number()
      .int()
      .min(10)
      .max(60_000)
      .describe('Age at which a smaller batch of a quiet pod is sent; a busy one sends earlier.'),
    inFlight: z.number().int().min(1).max(8).describe('Batches that are on their way at once; one more is filled.'),
    recordBytes: z
      .number()
      .int()
      .min(1024)
      .max(16_777_216)
      .describe('Bytes of a message past which a record is cut and marked.'),
    heldBytes: z
      .number()
      .int()
      .min(1_048_576)
      .max(68_719_476_736)
      .describe(
        'Bytes of removed log files that are held open until they are delivered; past it the oldest is given up.',
      ),
  }),
});
export type SidecarConfig = z.output<typeof sidecarConfig>;

export const DEFAULT_LIMITS: SidecarConfig['limits'] = {
  batchBytes: 2_097_152,
  batchAgeMs: 3000,
  inFlight: 2,
  recordBytes: 1_048_576,
  heldBytes: 67_108_864,
};
