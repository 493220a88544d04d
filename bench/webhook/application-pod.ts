import type { Pod } from '../../operator/inject/pod.ts';

const APPS = ['cart', 'checkout', 'search', 'mail', 'report'] as const;

const variables = Array.from({ length: 20 }, (_, i) => ({
  name: `SETTING_${i}`,
  value: `https://service-${i}.example.com/v1?timeout=30s`,
}));
const probe = { httpGet: { path: '/healthz', port: 8080 }, periodSeconds: 10, timeoutSeconds: 1, failureThreshold: 3 };
/** Who set which field, as the API server keeps it: a quarter of what it sends. */
const fields = Object.fromEntries(
  ['app', 'proxy'].map((name) => [
    `k:{"name":"${name}"}`,
    Object.fromEntries(
      ['image', 'name', 'ports', 'resources', 'livenessProbe', 'readinessProbe', 'env'].map((field) => [
        `f:${field}`,
        Object.fromEntries(Array.from({ length: 8 }, (_, i) => [`f:part-${i}`, {}])),
      ]),
    ),
  ]),
);

/** A pod of a Deployment as the API server asks about it: some 8 KB, two containers, an init container, its token. */
export function applicationPod(i: number, namespace: string): Pod {
  const app = APPS[i % APPS.length]!;
  const mount = {
    name: 'kube-api-access-x2x8w',
    mountPath: '/var/run/secrets/kubernetes.io/serviceaccount',
    readOnly: true,
  };
  const container = (name: string) => ({
    name,
    image: `registry.example.com/${app}/${name}:2.14.3`,
    imagePullPolicy: 'IfNotPresent',
    env: variables,
    ports: [{ containerPort: 8080, protocol: 'TCP' }],
    resources: { requests: { cpu: '250m', memory: '256Mi' }, limits: { cpu: '1', memory: '512Mi' } },
    livenessProbe: probe,
    readinessProbe: probe,
    volumeMounts: [mount, { name: 'tmp', mountPath: '/tmp' }],
    terminationMessagePath: '/dev/termination-log',
    terminationMessagePolicy: 'File',
  });
  return {
    metadata: {
      name: `${app}-7d4b9c6f5-${i}`,
      namespace,
      labels: {
        'app.kubernetes.io/name': app,
        'app.kubernetes.io/part-of': 'shop',
        'app.kubernetes.io/version': '2.14.3',
        'pod-template-hash': '7d4b9c6f5',
      },
      annotations: { 'prometheus.io/scrape': 'true', checksum: 'a'.repeat(64) },
      ownerReferences: [
        {
          apiVersion: 'apps/v1',
          kind: 'ReplicaSet',
          name: `${app}-7d4b9c6f5`,
          uid: `rs-${namespace}-${app}`,
          controller: true,
        },
      ],
      managedFields: [{ manager: 'kube-controller-manager', operation: 'Update', fieldsV1: { 'f:spec': fields } }],
    } as Pod['metadata'],
    spec: {
      initContainers: [container('migrate')],
      containers: [container('app'), container('proxy')],
      volumes: [
        { name: 'tmp', emptyDir: {} },
        { name: mount.name, projected: { defaultMode: 420, sources: [{ serviceAccountToken: { path: 'token' } }] } },
      ],
      serviceAccountName: app,
      restartPolicy: 'Always',
      terminationGracePeriodSeconds: 30,
      dnsPolicy: 'ClusterFirst',
      schedulerName: 'default-scheduler',
      securityContext: {},
    },
  };
}
