import { createHash } from 'node:crypto';
import type { PolicySpec } from '../../api/policy.ts';
import { isOurs, type Pod } from './pod.ts';
import { sidecarContainer, sidecarResources, sidecarVolumes, type SidecarSettings } from './sidecar.ts';

/** What is injected now, as 12 hex digits: the same for every pod of a policy until the settings or the policy change it. */
export function revisionOf(settings: SidecarSettings, policy: PolicySpec): string {
  const container = sidecarContainer(settings, sidecarResources(undefined, policy, settings.resources));
  return createHash('sha256')
    .update(JSON.stringify([container, sidecarVolumes(), ...settings.pullSecrets]))
    .digest('hex')
    .slice(0, 12);
}

/**
 * Whether the pod runs another version of the sidecar than would be injected now. Judged from the spec, which alone says what
 * runs; a registry that serves as a mirror, or a digest that somebody adds to the tag, makes no other version.
 */
export function isOutdated({ spec }: Pod, { image }: Pick<SidecarSettings, 'image'>): boolean {
  const sidecar = (spec.initContainers ?? []).find(isOurs);
  if (!sidecar) return false;
  const [is, wanted] = [partsOf(sidecar.image ?? ''), partsOf(image)];
  if (is.tag && wanted.tag) return is.name !== wanted.name || is.tag !== wanted.tag;
  return is.name !== wanted.name || (!!is.digest && !!wanted.digest && is.digest !== wanted.digest);
}

/** `registry:5000/folder/name:tag@digest`, without the folder. */
function partsOf(image: string): { name: string; tag: string; digest: string } {
  const [path = '', digest = ''] = image.split('@');
  const [name = '', tag = ''] = path.slice(path.lastIndexOf('/') + 1).split(':');
  return { name, tag: tag || (digest ? '' : 'latest'), digest };
}
