import { isOurs, type Pod } from './pod.ts';
import { nanosOf, quantityOf } from './quantity.ts';
import { podTotal, sumOf, type Totals } from './totals.ts';

interface Limit {
  type: string;
  min?: Record<string, string>;
  max?: Record<string, string>;
  maxLimitRequestRatio?: Record<string, string>;
}

/** A LimitRange, as far as it is read here: its defaults do not matter, for the sidecar sets all of them. */
export interface LimitRange {
  metadata: { name: string; namespace?: string };
  spec?: { limits?: Limit[] };
}

export const projectLimitRange = ({ metadata: { name, namespace }, spec }: LimitRange): LimitRange => ({
  metadata: { name, ...(namespace === undefined ? {} : { namespace }) },
  spec: {
    limits: (spec?.limits ?? []).map(({ type, min = {}, max = {}, maxLimitRequestRatio = {} }) => ({
      type,
      min,
      max,
      maxLimitRequestRatio,
    })),
  },
});

/**
 * Why a LimitRange of the namespace would refuse a pod because of its sidecar (kubernetes,
 * plugin/pkg/admission/limitranger/admission.go): the sidecar's container, or the pod as a whole.
 */
export function limitRangeFault(ranges: readonly LimitRange[], pod: Pod): string | undefined {
  const ours = (pod.spec.initContainers ?? []).find(isOurs)?.resources;
  const whats: Record<string, { what: string; requests: Totals; limits: Totals }> = {
    Container: { what: 'the sidecar', requests: sumOf({}, ours?.requests), limits: sumOf({}, ours?.limits) },
    Pod: { what: 'the pod with the sidecar', requests: podTotal(pod, 'requests'), limits: podTotal(pod, 'limits') },
  };
  for (const { metadata, spec } of ranges) {
    for (const limit of spec?.limits ?? []) {
      const measured = whats[limit.type];
      const fault = measured && faultOf(limit, measured);
      if (fault) return `the LimitRange ${metadata.name} says: ${fault}`;
    }
  }
  return undefined;
}

interface Measured {
  what: string;
  requests: Totals;
  limits: Totals;
}

function faultOf({ min = {}, max = {}, maxLimitRequestRatio = {} }: Limit, { what, requests, limits }: Measured) {
  for (const [name, least] of Object.entries(min)) {
    const value = requests[name];
    if (value === undefined || value < nanosOf(least))
      return `at least ${least} of ${name}, and ${what} requests ${value === undefined ? 'none' : quantityOf(value)}`;
  }
  for (const [name, most] of Object.entries(max)) {
    const value = limits[name];
    if (value === undefined || value > nanosOf(most))
      return `at most ${most} of ${name}, and ${what} has ${value === undefined ? 'no limit' : `the limit ${quantityOf(value)}`}`;
  }
  for (const [name, most] of Object.entries(maxLimitRequestRatio)) {
    const [request = 0n, limit = 0n] = [requests[name], limits[name]];
    // limit / request > most, without a fraction.
    if (request === 0n || limit === 0n || limit * nanosOf('1') > nanosOf(most) * request)
      return `a limit of ${name} of at most ${most} times the request, and ${what} has ${quantityOf(limit)} and ${quantityOf(request)}`;
  }
  return undefined;
}
