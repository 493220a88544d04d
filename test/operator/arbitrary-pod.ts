import * as fc from 'fast-check';
import type { Pod } from '../../operator/inject/pod.ts';

const optional = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: undefined });
/** Fields that are undefined are left out, as in JSON. */
const object = <T extends object>(fields: { [K in keyof T]: fc.Arbitrary<T[K]> }) =>
  fc.record(fields).map((made) => Object.fromEntries(Object.entries(made).filter(([, value]) => value !== undefined)));

const cpu = fc.constantFrom('10m', '100m', '250m', '0.5', '1');
const memory = fc.constantFrom('16Mi', '64Mi', '0.1Gi', '256Mi', '1Gi');
const quantities = object({ cpu: optional(cpu), memory: optional(memory) });
const both = object({ cpu, memory });
/** Of all classes; now and then requests above limits, which the API server refuses. */
const resources = fc.oneof(
  { arbitrary: object({ requests: optional(quantities), limits: optional(quantities) }), weight: 2 },
  { arbitrary: both.map((all) => ({ requests: all, limits: all })), weight: 1 },
  { arbitrary: both.map((limits) => ({ limits })), weight: 1 },
);

const VOLUMES = ['data', 'cache', 'settings', 'tracewell-data'];
const volume = fc.constantFrom(
  { emptyDir: {} },
  { emptyDir: { medium: 'Memory', sizeLimit: '16Mi' } },
  { configMap: { name: 'settings', optional: true } },
  { secret: { secretName: 'tracewell', optional: true } },
  { hostPath: { path: '/var/log' } },
  { projected: { sources: [{ downwardAPI: { items: [{ path: 'a', fieldRef: { fieldPath: 'metadata.name' } }] } }] } },
);

const container = (volumes: readonly string[]) =>
  object({
    image: fc.constantFrom('cart:1', 'registry.example.com/cart@sha256:0123'),
    resources: optional(resources),
    command: optional(fc.constant(['/bin/app'])),
    env: optional(fc.constant([{ name: 'POD_NAME', valueFrom: { fieldRef: { fieldPath: 'metadata.name' } } }])),
    ports: optional(fc.constant([{ containerPort: 8080 }])),
    securityContext: optional(
      fc.constantFrom<object>(
        { privileged: true },
        { runAsUser: 1000, runAsNonRoot: true, allowPrivilegeEscalation: false },
        { readOnlyRootFilesystem: true, capabilities: { drop: ['ALL'] }, seccompProfile: { type: 'RuntimeDefault' } },
      ),
    ),
    volumeMounts: optional(
      fc.subarray([...volumes]).map((names) => names.map((name) => ({ name, mountPath: `/${name}` }))),
    ),
  });

const NAMES = ['app', 'cart', 'proxy', 'tracewell-agent', 'a'];
const INIT_NAMES = [
  'istio-init',
  'istio-proxy',
  'linkerd-init',
  'linkerd-proxy',
  'migrate',
  'warm-up',
  'tracewell-init',
];
const named = (names: string[], volumes: readonly string[], minLength: number) =>
  fc
    .uniqueArray(fc.constantFrom(...names), { minLength, maxLength: 3 })
    .chain((chosen) => fc.tuple(...chosen.map((name) => container(volumes).map((rest) => ({ name, ...rest })))));

const spec = fc.subarray(VOLUMES).chain((volumes) =>
  object({
    containers: named(NAMES, volumes, 1),
    initContainers: optional(
      named(INIT_NAMES, volumes, 0).chain((all) =>
        fc.tuple(...all.map((one) => fc.boolean().map((stays) => (stays ? { ...one, restartPolicy: 'Always' } : one)))),
      ),
    ),
    volumes: optional(
      fc.tuple(...volumes.map((name) => volume.map((source) => ({ name, ...source })))).map((all) => [...all]),
    ),
    resources: fc.oneof({ arbitrary: fc.constant(undefined), weight: 4 }, { arbitrary: resources, weight: 1 }),
    hostNetwork: optional(fc.boolean()),
    hostPID: optional(fc.boolean()),
    hostUsers: fc.oneof({ arbitrary: fc.constant(undefined), weight: 6 }, { arbitrary: fc.boolean(), weight: 1 }),
    shareProcessNamespace: optional(fc.boolean()),
    automountServiceAccountToken: optional(fc.boolean()),
    enableServiceLinks: optional(fc.boolean()),
    restartPolicy: optional(fc.constantFrom('Always', 'OnFailure', 'Never')),
    activeDeadlineSeconds: optional(fc.constantFrom(1, 600)),
    terminationGracePeriodSeconds: optional(fc.constantFrom(0, 30, 3600)),
    nodeSelector: optional(fc.constantFrom({ 'kubernetes.io/os': 'linux' }, { zone: 'a' })),
    os: optional(fc.constant({ name: 'linux' })),
    tolerations: optional(fc.constant([{ operator: 'Exists' }])),
    securityContext: optional(
      fc.constantFrom<object>(
        { runAsUser: 1_000_650_000, fsGroup: 1_000_650_000 },
        { runAsNonRoot: true, supplementalGroups: [4] },
        { fsGroup: 2000, fsGroupChangePolicy: 'OnRootMismatch', seccompProfile: { type: 'Unconfined' } },
      ),
    ),
  }),
);

const metadata = object({
  name: optional(fc.constantFrom('cart-0', 'a', 'x'.repeat(63), `${'y'.repeat(60)}.${'z'.repeat(60)}`)),
  generateName: fc.constantFrom('cart-7d4b9c6f5-', 'g', 'w'.repeat(100)),
  labels: optional(fc.dictionary(fc.constantFrom('app', 'team'), fc.constantFrom('cart', ''))),
  annotations: optional(
    fc.dictionary(
      fc.constantFrom(
        'team',
        'tracewell.dev/policy',
        'cluster-autoscaler.kubernetes.io/safe-to-evict-local-volumes',
        'sidecar.istio.io/inject',
      ),
      fc.string(),
    ),
  ),
});

/** Pods as the API server may be asked for: of all classes, with all kinds of containers, volumes and names. Most are valid. */
export const arbitraryPod: fc.Arbitrary<Pod> = fc
  .tuple(metadata, spec)
  .map(([made, rest]) => ({ metadata: made, spec: rest }) as unknown as Pod);
