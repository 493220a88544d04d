import type { Operation } from '../../operator/inject/patch.ts';
import type { Pod } from '../../operator/inject/pod.ts';

/** Applies a patch of ours as RFC 6902 says; throws when the object that gets a member is not there. */
export function applyPatch(pod: Pod, patch: readonly Operation[]): Pod {
  const after = structuredClone(pod);
  for (const { path, value } of patch) {
    const [, parent, member] = path.split('/') as [string, 'metadata' | 'spec', string];
    if (!(parent in after)) throw new Error(`${path}: the pod has no ${parent}`);
    Object.assign(after[parent], { [member]: value });
  }
  return after;
}

/** The pod that comes of an admission review's answer. */
export const answered = (pod: Pod, { patch }: { patch?: string }): Pod =>
  applyPatch(pod, patch ? (JSON.parse(Buffer.from(patch, 'base64').toString()) as Operation[]) : []);
