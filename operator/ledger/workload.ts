import { ANNOTATION } from '../../api/names.ts';
import type { Pod } from '../inject/pod.ts';
import type { PodIdentity } from '../reports/identity.ts';

/** What controls a pod, `<Kind>/<name>`, by its annotation; undefined where that is nothing, or the pod is another one by now. */
export function workloadOf({ uid }: PodIdentity, known: Pod | undefined): string | undefined {
  return known?.metadata.uid === uid ? known.metadata.annotations?.[ANNOTATION.workload] : undefined;
}
