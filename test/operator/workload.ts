import type { Pod } from '../../operator/inject/pod.ts';
import { podOf } from './objects.ts';

export interface Of {
  kind?: string;
  name?: string;
  apiVersion?: string;
  isReady?: boolean;
  created?: string;
  metadata?: object;
}

/** A pod of the Deployment `shop/cart`, or of another controller, as the API server has it. */
export function ownedPod(name: string, of: Of = {}): Pod {
  const { kind = 'ReplicaSet', apiVersion = 'apps/v1', isReady = true, created = '2026-01-02T00:00:00Z' } = of;
  const owner = of.name ?? 'cart-5d4';
  const pod = podOf(
    {},
    {
      name,
      uid: `uid-of-${name}`,
      resourceVersion: '1',
      creationTimestamp: created,
      labels: { app: 'cart', 'pod-template-hash': '5d4' },
      ownerReferences: [{ apiVersion, kind, name: owner, uid: `uid-of-${owner}`, controller: true }],
      ...of.metadata,
    },
  );
  const conditions = [{ type: 'Ready', status: isReady ? 'True' : 'False' }];
  return { ...pod, status: { phase: 'Running', conditions } };
}
