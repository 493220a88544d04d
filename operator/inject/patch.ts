import { isDeepStrictEqual } from 'node:util';
import { ANNOTATION } from '../../api/names.ts';
import type { Policy } from '../../api/policy.ts';
import { invariant } from '../../runtime/errors.ts';
import { stemOf } from '../policy/accept.ts';
import { isOurs, OUR_VOLUMES, workloadOf, type Container, type Pod } from './pod.ts';
import { numberOf } from './quantity.ts';
import { revisionOf } from './revision.ts';
import { sidecarContainer, sidecarResources, sidecarVolumes, type SidecarSettings } from './sidecar.ts';
import { unsaidRequests } from './totals.ts';

/** RFC 6902, the part of it that is needed: "add" also replaces. */
export interface Operation {
  op: 'add';
  path: string;
  value: unknown;
}

/** Init containers of service meshes that must run before everything else. */
const MESH = new Set([
  'istio-init',
  'istio-validation',
  'istio-proxy',
  'linkerd-init',
  'linkerd-network-validator',
  'linkerd-proxy',
  'kuma-init',
  'kuma-sidecar',
  'consul-connect-inject-init',
  'consul-dataplane',
]);
/** The cluster autoscaler does not scale down a node with local volumes that are not listed here. */
const LOCAL_VOLUMES = 'cluster-autoscaler.kubernetes.io/safe-to-evict-local-volumes';

export interface InjectOptions {
  policy: Policy;
  settings: SidecarSettings;
  now: Date;
}

/** The JSON patch that injects the sidecar; empty when all is as it should be, so patching twice is patching once. */
export function patchOf(pod: Pod, options: InjectOptions): Operation[] {
  return patchTo(pod, inject(pod, options));
}

/** The same, to the pod as `inject` says that it should be. */
export function patchTo(pod: Pod, wanted: Pod): Operation[] {
  check(wanted);
  return [
    ...difference('/metadata/annotations', pod.metadata.annotations, wanted.metadata.annotations),
    ...difference('/spec/initContainers', pod.spec.initContainers, wanted.spec.initContainers),
    ...difference('/spec/volumes', pod.spec.volumes, wanted.spec.volumes),
    ...difference('/spec/resources', pod.spec.resources, wanted.spec.resources),
    ...difference('/spec/imagePullSecrets', pod.spec.imagePullSecrets, wanted.spec.imagePullSecrets),
  ];
}

/** The pod as it should be. */
export function inject(pod: Pod, { policy, settings, now }: InjectOptions): Pod {
  const resources = sidecarResources(pod, policy.spec, settings.resources);
  const initContainers = pod.spec.initContainers ?? [];
  const present = initContainers.find(isOurs);
  const ours = merge(sidecarContainer(settings, resources), present);
  const others = initContainers.filter((container) => container !== present);
  const place = others.findLastIndex(({ name }) => MESH.has(name)) + 1;
  const given = pod.spec.volumes ?? [];
  const wanted = sidecarVolumes();
  return {
    ...pod,
    metadata: { ...pod.metadata, annotations: annotations(pod, { policy, settings, now }) },
    spec: {
      ...pod.spec,
      ...ownResources(pod),
      ...pullSecrets(pod, settings),
      initContainers: others.toSpliced(place, 0, ours),
      // In place: the API server adds its token's volume after ours, and then asks again.
      volumes: [
        ...given.map((volume) => wanted.find(({ name }) => name === volume.name) ?? volume),
        ...wanted.filter(({ name }) => !given.some((volume) => volume.name === name)),
      ],
    },
  };
}

/** What the pod says of itself as a whole, and what else it means by that. */
function ownResources(pod: Pod): Pick<Pod['spec'], 'resources'> {
  const resources: object | undefined = pod.spec.resources;
  const unsaid = unsaidRequests(pod);
  if (!resources || Object.keys(unsaid).length === 0) return {};
  return { resources: { ...resources, requests: { ...pod.spec.resources?.requests, ...unsaid } } };
}

/** The service account's stand in the pod by now: the API server adds them before it asks, to a pod that names none. */
function pullSecrets({ spec }: Pod, settings: SidecarSettings): Pick<Pod['spec'], 'imagePullSecrets'> {
  const given = spec.imagePullSecrets ?? [];
  const missing = settings.pullSecrets.filter((wanted) => !given.some(({ name }) => name === wanted));
  return missing.length > 0 ? { imagePullSecrets: [...given, ...missing.map((name) => ({ name }))] } : {};
}

/**
 * On a second run another webhook has been here: its image (a mirror), pull policy, resources and security context stay, and
 * so does what it added; what we cannot work without is put back.
 */
function merge(fresh: Container, present: Container | undefined): Container {
  if (!present) return fresh;
  const names = new Set((fresh.env ?? []).map(({ name }) => name));
  const paths = new Set((fresh.volumeMounts ?? []).map(({ mountPath }) => mountPath));
  return {
    ...fresh,
    ...present,
    restartPolicy: fresh.restartPolicy!,
    env: [...fresh.env!, ...(present.env ?? []).filter(({ name }) => !names.has(name))],
    volumeMounts: [
      ...fresh.volumeMounts!,
      ...(present.volumeMounts ?? []).filter(({ mountPath }) => !paths.has(mountPath)),
    ],
  };
}

/** The bytes that the API server lets all annotations of an object have, names and values. */
export const ANNOTATIONS_AT_MOST = 262_144;
/** The images of a pod are left out when they take unusually much of it, or more than what is left. */
const IMAGES_AT_MOST = 16_384;

function annotations(pod: Pod, { policy, settings, now }: InjectOptions): Record<string, string> {
  const given = pod.metadata.annotations ?? {};
  const workload = workloadOf(pod);
  const local = given[LOCAL_VOLUMES];
  const wanted = {
    ...given,
    [ANNOTATION.policy]: stemOf(policy),
    [ANNOTATION.revision]: revisionOf(settings, policy.spec),
    ...(workload ? { [ANNOTATION.workload]: workload } : {}),
    [ANNOTATION.injectedAt]: given[ANNOTATION.injectedAt] ?? now.toISOString(),
    ...(local === undefined ? {} : { [LOCAL_VOLUMES]: withOurs(local) }),
  };
  const all = { ...wanted, ...imagesOf(pod) };
  return annotationsSize({ metadata: { annotations: all } }) <= ANNOTATIONS_AT_MOST ? all : wanted;
}

/** As the API server counts it. */
export function annotationsSize({ metadata: { annotations = {} } }: Pick<Pod, 'metadata'>): number {
  return Object.entries(annotations).reduce((sum, pair) => sum + Buffer.byteLength(pair.join('')), 0);
}

function imagesOf({ spec }: Pod): Record<string, string> {
  const others = [...(spec.initContainers ?? []), ...spec.containers].filter((container) => !isOurs(container));
  const images = JSON.stringify(Object.fromEntries(others.map(({ name, image }) => [name, image])));
  return images.length <= IMAGES_AT_MOST ? { [ANNOTATION.images]: images } : {};
}

function withOurs(list: string): string {
  const names = list.split(',').map((name) => name.trim());
  return [
    ...new Set([
      ...names.filter(Boolean),
      ...sidecarVolumes()
        .filter(({ emptyDir, hostPath }) => emptyDir ?? hostPath)
        .map(({ name }) => name),
    ]),
  ].join(',');
}

/** What would make the API server refuse the pod is our bug, and is found here, where the answer can still be "unchanged". */
function check({ spec }: Pod): void {
  const containers = [...spec.containers, ...(spec.initContainers ?? [])];
  const names = containers.map(({ name }) => name);
  invariant(new Set(names).size === names.length, `two containers have one name: ${names.join(', ')}`);
  const volumes = (spec.volumes ?? []).map(({ name }) => name);
  invariant(new Set(volumes).size === volumes.length, `two volumes have one name: ${volumes.join(', ')}`);
  for (const { volumeMounts = [], resources } of (spec.initContainers ?? []).filter(isOurs)) {
    for (const { name } of volumeMounts.filter((mount) => OUR_VOLUMES.includes(mount.name)))
      invariant(volumes.includes(name), `no volume for the mount ${name}`);
    for (const [name, request] of Object.entries(resources?.requests ?? {})) {
      const limit = resources?.limits?.[name] ?? request;
      invariant(
        numberOf(request) >= 0 && numberOf(request) <= numberOf(limit),
        `the sidecar requests ${request} of ${name}, and its limit is ${limit}`,
      );
    }
  }
}

function difference(path: string, before: unknown, after: unknown): Operation[] {
  return isDeepStrictEqual(before, after) ? [] : [{ op: 'add', path, value: after }];
}
