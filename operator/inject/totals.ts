import type { Pod } from './pod.ts';
import { nanosOf } from './quantity.ts';

/** Billionths, by the name of the resource. */
export type Totals = Readonly<Record<string, bigint>>;
type Quantities = Readonly<Record<string, string>> | undefined;
type Kind = 'requests' | 'limits';

/**
 * What a pod's containers take together: those that run side by side are added up, and an init container that ends needs its
 * own beside the native sidecars before it (Kubernetes, "Resource sharing within containers").
 */
export function containersTotal({ spec }: Pod, kind: Kind): Totals {
  let running: Totals = {};
  for (const { resources } of spec.containers) running = sumOf(running, resources?.[kind]);
  let sidecars: Totals = {};
  let starting: Totals = {};
  for (const { resources, restartPolicy } of spec.initContainers ?? []) {
    const now = sumOf(sidecars, resources?.[kind]);
    starting = most(starting, now);
    if (restartPolicy !== 'Always') continue;
    running = sumOf(running, resources?.[kind]);
    sidecars = now;
  }
  return most(running, starting);
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
