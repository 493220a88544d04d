import { dirname, join } from 'node:path';
import { until } from '../wait.ts';
import { run } from './run.ts';
import type { Cluster, ClusterInfo } from './cluster.ts';

/** Where pods reach a port of this machine. */
export interface Door {
  readonly address: string;
  readonly port: number;
  readonly close: () => Promise<void>;
}

/** What differs from provider to provider once a cluster is up. */
export interface Ground {
  /** Makes the image in an archive known to the nodes; returns the name that pods use. */
  loadImage(archive: string, name: string): Promise<string>;
  /** Opens a way for pods to what listens on this port of this machine's 127.0.0.1. */
  open(hostPort: number): Promise<Door>;
  /** Ends the API server; it comes back only when what this resolves to is called. */
  stopApiServer(): Promise<() => Promise<void>>;
  /** What the nodes say, for people who look for a cause. */
  logs(): Promise<string>;
}

/** A cluster as tests use it, from what it takes to reach it. `down` closes what was opened through this client. */
export function client(info: ClusterInfo, ground: Ground): Cluster {
  const doors: Door[] = [];
  const env = clientEnv(info.kubeconfig);
  const kubectl: Cluster['kubectl'] = (args, options = {}) => run(info.kubectl, args, { ...options, env });
  return {
    info,
    provider: info.provider,
    kubeconfig: info.kubeconfig,
    description: info.description,
    kubectl,
    helm: (args, options = {}) => run(info.helm, args, { ...options, env }),
    loadImage: (archive, name) => ground.loadImage(archive, name),
    async exposeHostPort({ namespace, service, port, hostPort }) {
      const door = await ground.open(hostPort);
      doors.push(door);
      const input = JSON.stringify(doorObjects({ namespace, service, port }, door));
      await kubectl(['apply', '--server-side', '--force-conflicts', '-f', '-'], { input });
    },
    async withoutApiServer(work) {
      const ready = () => kubectl(['get', '--raw', '/readyz', '--request-timeout=2s']);
      const start = await ground.stopApiServer();
      try {
        await until('the API server to be away', async () => !(await ready().catch(() => '')));
        await work();
      } finally {
        await start();
      }
      await until('the API server to be back', ready, { timeoutMs: 120_000 });
    },
    async diagnosis() {
      const looks = [
        ['get', 'pods', '--all-namespaces', '-o', 'wide'],
        ['get', 'events', '--all-namespaces', '--sort-by=.lastTimestamp'],
      ];
      const parts = [...looks.map((args) => kubectl(args)), ground.logs()];
      const texts = await Promise.all(parts.map((part) => part.catch((error: Error) => error.message)));
      return texts.join('\n\n');
    },
    async down() {
      await Promise.all(doors.splice(0).map((door) => door.close()));
    },
  };
}

/** The environment of kubectl and helm: they keep what they keep beside the kubeconfig, and follow no habits of the person's. */
export function clientEnv(kubeconfig: string): NodeJS.ProcessEnv {
  const folder = dirname(kubeconfig);
  return {
    ...process.env,
    KUBECONFIG: kubeconfig,
    KUBECACHEDIR: join(folder, 'kubectl-cache'),
    KUBERC: 'off',
    HELM_CACHE_HOME: join(folder, 'helm-cache'),
    HELM_CONFIG_HOME: join(folder, 'helm-config'),
    HELM_DATA_HOME: join(folder, 'helm-data'),
  };
}

interface DoorService {
  readonly namespace: string;
  readonly service: string;
  readonly port: number;
}

/** A Service without a selector, and the EndpointSlice that says where it leads. */
function doorObjects({ namespace, service, port }: DoorService, door: Door) {
  const ports = { name: 'tcp', protocol: 'TCP' };
  return {
    apiVersion: 'v1',
    kind: 'List',
    items: [
      {
        apiVersion: 'v1',
        kind: 'Service',
        metadata: { name: service, namespace },
        spec: { ports: [{ ...ports, port, targetPort: door.port }] },
      },
      {
        apiVersion: 'discovery.k8s.io/v1',
        kind: 'EndpointSlice',
        metadata: {
          name: `${service}-host`,
          namespace,
          labels: {
            'kubernetes.io/service-name': service,
            'endpointslice.kubernetes.io/managed-by': 'tracewell-test',
          },
        },
        addressType: 'IPv4',
        endpoints: [{ addresses: [door.address], conditions: { ready: true } }],
        ports: [{ ...ports, port: door.port }],
      },
    ],
  };
}
