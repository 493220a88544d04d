import { isOurs, type Container, type Pod } from './pod.ts';
import { nanosOf } from './quantity.ts';

/** Billionths, by the name of the resource. */
export type Totals = Readonly<Record<string, bigint>>;
type Quantities = Readonly<Record<string, string>> | undefined;
type Kind = 'requests' | 'limits';

/**
 * What a pod's containers take together: those that run side by side are added up, and an init container that ends needs its
 * own beside the native sidecars before it (Kubernetes, "Resource sharing within containers").
 */
export function containersTotal({ spec }: Pick<Pod, 'spec'>, kind: Kind): Totals {
  let running: Totals = {};
  for (const container of spec.containers) running = sumOf(running, takes(container, kind));
  let sidecars: Totals = {};
  let starting: Totals = {};
  for (const container of spec.initContainers ?? []) {
    const own = takes(container, kind);
    const now = sumOf(sidecars, own);
    starting = most(starting, now);
    if (container.restartPolicy !== 'Always') continue;
    running = sumOf(running, own);
    sidecars = now;
  }
  return most(running, starting);
}

/** What a container says, and what the API server makes of it: who only limits itself requests just that. */
export function takes({ resources }: Pick<Container, 'resources'>, kind: Kind): Record<string, string> {
  return { ...resources?.limits, ...(kind === 'requests' ? resources?.requests : {}) };
}

/**
 * Of what a pod limits as a whole, and of which neither itself nor a container requests anything, it requests all: the API
 * server fills that in after the webhooks (kubernetes, pkg/apis/core/v1/defaults.go, defaultPodRequests). A sidecar's request
 * would then be the only one, and the pod's instead.
 */
export function unsaidRequests({ spec }: Pod): Record<string, string> {
  const { limits = {}, requests = {} } = spec.resources ?? {};
  const others = { ...spec, initContainers: (spec.initContainers ?? []).filter((container) => !isOurs(container)) };
  const together = containersTotal({ spec: others }, 'requests');
  const unsaid = ([name]: [string, string]) => isPodLevel(name) && requests[name] === undefined && !together[name];
  return Object.fromEntries(Object.entries(limits).filter(unsaid));
}

/** What the pod as a whole takes: what it says itself (`spec.resources`), else its containers. */
export function podTotal(pod: Pod, kind: Kind): Totals {
  const own = Object.entries(pod.spec.resources?.[kind] ?? {}).filter(([name]) => isPodLevel(name));
  return { ...containersTotal(pod, kind), ...sumOf({}, Object.fromEntries(own)) };
}

/** Whether a pod says for itself what it takes: by that alone its class and its quota are then judged. */
export const hasPodResources = ({ spec }: Pod): boolean =>
  Object.keys({ ...spec.resources?.requests, ...spec.resources?.limits }).some(isPodLevel);

const isPodLevel = (name: string) => name === 'cpu' || name === 'memory' || name.startsWith('hugepages-');

export function sumOf(totals: Totals, quantities: Quantities): Totals {
  const sum = { ...totals };
  for (const [name, quantity] of Object.entries(quantities ?? {})) sum[name] = (sum[name] ?? 0n) + nanosOf(quantity);
  return sum;
}

function most(one: Totals, other: Totals): Totals {
  const all = { ...one };
  for (const [name, value] of Object.entries(other)) if (value > (all[name] ?? -1n)) all[name] = value;
  return all;
}
