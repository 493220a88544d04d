import { LABEL, type SkipReason } from '../../api/names.ts';

/** What people can do about a pod that has no sidecar, by the reason why; docs/operator.md says more. */
export const CURE: Readonly<Record<SkipReason, string>> = {
  SystemNamespace: 'Pods of this namespace are never injected.',
  OptedOut: `Remove the label ${LABEL.inject} if it should have one.`,
  InvalidLabel: `Write "true" or "false", or remove the label.`,
  Paused: 'Set spec.paused of the policy to false if it should have one.',
  MirrorPod: 'There is no way to capture it.',
  Windows: 'There is no way to capture it.',
  VirtualNode: 'Run it on a node with a kubelet if it should have one.',
  NativeSidecarsUnsupported: 'Upgrade or cordon that node.',
  HostPathForbidden: 'Label the namespace pod-security.kubernetes.io/enforce: privileged if it should have one.',
  NameTaken: 'Rename that container.',
  VolumeTaken: 'Rename that volume: tracewell-* is reserved.',
  PodResources: "Raise the pod's own requests, or lower spec.sidecar.resources of the policy.",
  LimitRange: 'Set spec.sidecar.resources of the policy to what the LimitRange allows.',
  QuotaExceeded: 'Raise the quota, or lower spec.sidecar.resources of the policy.',
  AnnotationsFull: 'Shorten its annotations.',
  BreakerOpen: 'See the message: injection goes on by itself when a sidecar starts again.',
  Missed: 'Restart its workload (kubectl rollout restart), or create it again.',
};
