import type { SkipReason } from '../../api/names.ts';

/** What to do about a skip reason, in a sentence; docs/operator.md has the same in its table. */
export const CURE: Readonly<Record<SkipReason, string>> = {
  SystemNamespace: 'None: put what shall be captured into a namespace of its own.',
  OptedOut: 'Remove the label, and create the pod again.',
  InvalidLabel: 'Write "true" or "false", or remove it, and create the pod again.',
  Paused: 'Set spec.paused of the policy to false, and create the pod again.',
  MirrorPod: 'None.',
  Windows: 'None.',
  VirtualNode: 'None, but to run it on another node.',
  NativeSidecarsUnsupported: 'Upgrade or cordon that node, and create the pod again.',
  HostPathForbidden:
    'Label the namespace pod-security.kubernetes.io/enforce=privileged, or leave it out; then create the pod again.',
  NameTaken: 'Give the container another name.',
  VolumeTaken: 'Give the volume another name: tracewell-* is reserved.',
  PodResources: "Raise the pod's own requests, or lower spec.sidecar.resources of the policy.",
  LimitRange: 'Set spec.sidecar.resources of the policy to what the LimitRange wants.',
  QuotaExceeded: 'Raise the quota, or lower spec.sidecar.resources of the policy.',
  AnnotationsFull: 'Shorten the annotations of the pod.',
  BreakerOpen: "Mend the cause; a change of the chart's sidecar values or of the policy is tried at once.",
  Missed: 'Create the pod again: restart its workload.',
};
