import { ENV, SECRET, SIDECAR, TOKEN, VOLUME } from '../../api/names.ts';
import type { PolicySpec } from '../../api/policy.ts';
import type { Container, Pod, Volume } from './pod.ts';
import { greater, lesser, numberOf } from './quantity.ts';
import { hasPodResources } from './totals.ts';

type Quantities = Record<string, string>;
export interface Resources {
  requests: Quantities;
  limits: Quantities;
}

/** What the operator's values say about every sidecar. */
export interface SidecarSettings {
  image: string;
  pullPolicy: string;
  /** Names of Secrets that pods pull it with, beside their own. */
  pullSecrets: readonly string[];
  resources: Resources;
  /** As in HTTP_PROXY, HTTPS_PROXY and NO_PROXY; empty: not set. */
  proxy: { http: string; https: string; none: string };
}

/** Nobody else's uid, so that the application cannot signal us; gid 0, because the kubelet's log files are root:root 0640. */
const UID = 65_521;
/** Checkpoints take some hundred bytes a file. An emptyDir over its limit evicts the pod, so it is far away. */
const STATE_SIZE = '64Mi';
/** The kubelet renews it at four fifths of its life. */
const TOKEN_SECONDS = 3600;

const field = (name: string, fieldPath: string) => ({ name, valueFrom: { fieldRef: { apiVersion: 'v1', fieldPath } } });

/** The sidecar's container: a native sidecar, so an init container that always restarts. */
export function sidecarContainer(settings: SidecarSettings, resources: Resources): Container {
  return {
    name: SIDECAR,
    image: settings.image,
    imagePullPolicy: settings.pullPolicy,
    restartPolicy: 'Always',
    env: [
      field(ENV.podNamespace, 'metadata.namespace'),
      field(ENV.podName, 'metadata.name'),
      field(ENV.podUid, 'metadata.uid'),
      field(ENV.nodeName, 'spec.nodeName'),
      { name: ENV.logs, value: VOLUME.logs.path },
      { name: ENV.config, value: VOLUME.config.path },
      { name: ENV.state, value: VOLUME.state.path },
      { name: ENV.podinfo, value: VOLUME.podinfo.path },
      { name: ENV.token, value: `${VOLUME.token.path}/${TOKEN.file}` },
      ...proxyOf(settings),
    ],
    resources,
    securityContext: {
      runAsUser: UID,
      runAsGroup: 0,
      runAsNonRoot: true,
      privileged: false,
      allowPrivilegeEscalation: false,
      readOnlyRootFilesystem: true,
      capabilities: { drop: ['ALL'] },
      seccompProfile: { type: 'RuntimeDefault' },
    },
    volumeMounts: [
      // The kubelet's name for the pod's own folder: other pods' logs cannot be seen.
      {
        name: VOLUME.logs.name,
        mountPath: VOLUME.logs.path,
        subPathExpr: `$(${ENV.podNamespace})_$(${ENV.podName})_$(${ENV.podUid})`,
        readOnly: true,
      },
      { name: VOLUME.config.name, mountPath: VOLUME.config.path, readOnly: true },
      { name: VOLUME.podinfo.name, mountPath: VOLUME.podinfo.path, readOnly: true },
      { name: VOLUME.token.name, mountPath: VOLUME.token.path, readOnly: true },
      { name: VOLUME.state.name, mountPath: VOLUME.state.path },
    ],
  };
}

function proxyOf({ proxy: { http, https, none } }: SidecarSettings): { name: string; value: string }[] {
  const variables = { HTTP_PROXY: http, HTTPS_PROXY: https, NO_PROXY: none };
  return Object.entries(variables).flatMap(([name, value]) => (value ? [{ name, value }] : []));
}

/** With the API server's defaults, so that a second look finds them as they should be. */
export function sidecarVolumes(): Volume[] {
  const item = (path: string) => ({ path, fieldRef: { apiVersion: 'v1', fieldPath: `metadata.${path}` } });
  const token = { audience: TOKEN.audience, expirationSeconds: TOKEN_SECONDS, path: TOKEN.file };
  return [
    { name: VOLUME.logs.name, hostPath: { path: '/var/log/pods', type: 'Directory' } },
    // Optional: a pod starts although its namespace has no configuration yet, and gets it when it comes.
    { name: VOLUME.config.name, secret: { secretName: SECRET, optional: true, defaultMode: 0o644 } },
    { name: VOLUME.podinfo.name, downwardAPI: { items: [item('labels'), item('annotations')], defaultMode: 0o644 } },
    // Bound to the pod and of use to nobody but the operator, so it is there for pods that want no token of their own, too.
    { name: VOLUME.token.name, projected: { sources: [{ serviceAccountToken: token }], defaultMode: 0o644 } },
    { name: VOLUME.state.name, emptyDir: { sizeLimit: STATE_SIZE } },
  ];
}

/**
 * Requests and limits for cpu and memory, always both, so that quotas are met; never ephemeral-storage, which would become
 * the whole pod's limit. What the policy says holds, and a default gives way to it: the API server refuses a pod that
 * requests more than its limit. In a Guaranteed pod requests equal limits, so that it stays one. Without a pod: in any other.
 */
export function sidecarResources(pod: Pod | undefined, policy: PolicySpec, defaults: Resources): Resources {
  const given = {
    requests: quantities(policy.sidecar.resources.requests),
    limits: quantities(policy.sidecar.resources.limits),
  };
  const limits: Quantities = {};
  const requests: Quantities = {};
  for (const name of NAMES) {
    const wanted = given.limits[name] ?? greater(defaults.limits[name], given.requests[name]);
    // No container has a use for more than what the whole pod may have.
    const limit = lesser(wanted, pod?.spec.resources?.limits?.[name]);
    const request = lesser(given.requests[name] ?? defaults.requests[name], limit);
    if (limit !== undefined) limits[name] = limit;
    if (request !== undefined) requests[name] = request;
  }
  return pod && isGuaranteed(pod) ? { requests: { ...limits }, limits } : { requests, limits };
}

const NAMES = ['cpu', 'memory'] as const;

function quantities(given: PolicySpec['sidecar']['resources']['limits']): Quantities {
  return Object.fromEntries(
    Object.entries(given).flatMap(([name, value]) => (value === undefined ? [] : [[name, String(value)]])),
  );
}

/**
 * Every container has limits for cpu and memory, and requests that are absent or the same. Where the pod says for itself what
 * it takes, its class is by that alone.
 */
function isGuaranteed(pod: Pod): boolean {
  if (hasPodResources(pod)) return false;
  const { spec } = pod;
  const all = [...spec.containers, ...(spec.initContainers ?? [])].filter(({ name }) => name !== SIDECAR);
  return all.every(({ resources }) =>
    NAMES.every((name) => {
      const limit = resources?.limits?.[name];
      return limit !== undefined && numberOf(resources?.requests?.[name] ?? limit) === numberOf(limit);
    }),
  );
}
