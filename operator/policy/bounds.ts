import type { Policy } from '../../api/policy.ts';
import { lesser } from '../inject/quantity.ts';

/** What the platform's values allow to every policy; what is absent is not bounded. */
export interface Bounds {
  /** As in a policy: `36h`, `14d`. */
  retention: { min?: string | undefined; max?: string | undefined };
  /** Of the sidecar's container, requests and limits alike. */
  resources: { cpu?: string | undefined; memory?: string | undefined };
}

const HOURS: Readonly<Record<string, number>> = { h: 1, d: 24 };

/** `36h` and `14d` as hours, to compare them. */
export const hoursOf = (retention: string): number =>
  Number.parseInt(retention, 10) * (HOURS[retention.at(-1) ?? ''] ?? Number.NaN);

/** The longest of these retentions; undefined when there is none. */
export const longest = (retentions: readonly string[]): string | undefined =>
  retentions.toSorted((a, b) => hoursOf(b) - hoursOf(a))[0];

/**
 * The policy within the bounds, and a sentence for each value that is not what it asks for. What goes past a bound is held
 * there and not refused: a platform that tightens its values must not end the capture of those who asked for more.
 */
export function bound<T extends Policy>(policy: T, bounds: Bounds): { policy: T; notes: string[] } {
  const notes: string[] = [];
  const hold = (path: string, asked: string, held: string, word: 'least' | 'most') => {
    notes.push(`spec.${path} asks for ${asked}; the platform allows ${held} at ${word}, and that holds.`);
    return held;
  };
  let { retention } = policy.spec;
  const { min, max } = bounds.retention;
  if (max !== undefined && hoursOf(retention) > hoursOf(max)) retention = hold('retention', retention, max, 'most');
  if (min !== undefined && hoursOf(retention) < hoursOf(min)) retention = hold('retention', retention, min, 'least');
  const { requests, limits } = policy.spec.sidecar.resources;
  const cap = (list: 'requests' | 'limits', given: typeof requests) => {
    const held = { ...given };
    for (const name of ['cpu', 'memory'] as const) {
      const [asked, most] = [given[name], bounds.resources[name]];
      if (asked === undefined || most === undefined || lesser(String(asked), most) === String(asked)) continue;
      held[name] = hold(`sidecar.resources.${list}.${name}`, String(asked), most, 'most');
    }
    return held;
  };
  const resources = { requests: cap('requests', requests), limits: cap('limits', limits) };
  if (notes.length === 0) return { policy, notes };
  return { policy: { ...policy, spec: { ...policy.spec, retention, sidecar: { resources } } }, notes };
}
