import { ANNOTATION } from '../../api/names.ts';
import type { Pod } from '../inject/pod.ts';

/** What a sidecar reported last, as the operator notes it on the pod. */
export interface Reported {
  /** `Delivering`, `Holding`, … (api/names.ts, REPORT_STATE). */
  state: string;
  /** Of the configuration that it runs. */
  revision?: string;
  /** RFC 3339. */
  since?: string;
  error?: string;
  /** Of the configuration that its policy has now, where that is another one. */
  wantedRevision?: string;
}

/** Undefined when it has not reported, or nobody noted it. `wanted`: the revision of the policy's configuration. */
export function reportedOf({ metadata }: Pod, wanted: string | undefined): Reported | undefined {
  const noted = parse(metadata.annotations?.[ANNOTATION.sidecar]);
  if (typeof noted?.['state'] !== 'string') return undefined;
  const text = (name: 'revision' | 'since' | 'error') =>
    typeof noted[name] === 'string' ? { [name]: noted[name] } : {};
  const isOld = wanted !== undefined && noted['revision'] !== wanted;
  return {
    state: noted['state'],
    ...text('revision'),
    ...text('since'),
    ...text('error'),
    ...(isOld ? { wantedRevision: wanted } : {}),
  };
}

/** Anybody may write an annotation. */
function parse(text: string | undefined): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text ?? '');
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}
