import { readFile, statfs, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { NODE_ADDRESS } from './sandbox.ts';

const PODS = '10.244.0.0/24';
const SERVICES = '10.96.0.0/24';
/** The API server as the node's own programs see it. */
export const INSIDE_URL = 'https://127.0.0.1:6443';

/** What a test may want otherwise than in most. */
export interface NodeOptions {
  /** The kubelet's log rotation; its own defaults (10Mi, 5) are too much for a test to see any. */
  readonly logs?: { readonly maxSize?: string; readonly maxFiles?: number };
}

/** The part of a KubeletConfiguration that rotates containers' logs: small files, looked at often. */
export const logRotation = ({ logs = {} }: NodeOptions) => ({
  containerLogMaxSize: logs.maxSize ?? '1Mi',
  containerLogMaxFiles: logs.maxFiles ?? 4,
  containerLogMonitorInterval: '3s',
});

/** Writes the configuration files of a node's programs into its state folder, which is /mnt to them. */
export async function writeNodeConfig(state: string, options: NodeOptions): Promise<void> {
  const json = (name: string, value: object) => writeFile(join(state, name), JSON.stringify(value, null, 1));
  await Promise.all([
    writeFile(join(state, 'containerd.toml'), await containerdConfig(state)),
    writeFile(join(state, 'resolv.conf'), ''),
    writeFile(join(state, 'Corefile'), COREFILE),
    json('cni/pods.conflist', NETWORK),
    json('proxy.json', PROXY),
    json('kubelet.json', { ...KUBELET, ...logRotation(options) }),
  ]);
}

/** Overlays cannot lie on an overlay, which a container's file system often is: there layers are copied. */
async function containerdConfig(state: string): Promise<string> {
  const OVERLAYFS_SUPER_MAGIC = 0x794c7630;
  const config = await readFile(join(import.meta.dirname, 'containerd.toml'), 'utf8');
  const { type } = await statfs(state);
  return type === OVERLAYFS_SUPER_MAGIC ? config.replace('"overlayfs"', '"native"') : config;
}

/** CoreDNS is a plain process on the node's address: no image, no Deployment. Each directive needs its import in coredns/main.go. */
const COREFILE = `.:53 {
  bind ${NODE_ADDRESS}
  errors
  ready 127.0.0.1:8181
  kubernetes cluster.local in-addr.arpa {
    kubeconfig /mnt/pki/admin.kubeconfig
    pods insecure
  }
  cache 2
}
`;

const NETWORK = {
  cniVersion: '1.0.0',
  name: 'pods',
  plugins: [
    {
      type: 'bridge',
      bridge: 'cni0',
      isGateway: true,
      isDefaultGateway: true,
      ipMasq: true,
      hairpinMode: true,
      ipam: { type: 'host-local', ranges: [[{ subnet: PODS }]] },
    },
    { type: 'portmap', capabilities: { portMappings: true } },
  ],
};

const PROXY = {
  apiVersion: 'kubeproxy.config.k8s.io/v1alpha1',
  kind: 'KubeProxyConfiguration',
  mode: 'nftables',
  clientConnection: { kubeconfig: '/mnt/pki/proxy.kubeconfig' },
  clusterCIDR: PODS,
  hostnameOverride: 'node',
  bindAddress: '0.0.0.0',
  nodePortAddresses: [`${NODE_ADDRESS}/32`],
  // The table's size is the machine's, and cannot be set from a network namespace.
  conntrack: { maxPerCore: 0, min: 0, tcpEstablishedTimeout: '0s', tcpCloseWaitTimeout: '0s' },
};

const KUBELET = {
  apiVersion: 'kubelet.config.k8s.io/v1beta1',
  kind: 'KubeletConfiguration',
  address: '0.0.0.0',
  authentication: {
    anonymous: { enabled: false },
    webhook: { enabled: true },
    x509: { clientCAFile: '/mnt/pki/ca.crt' },
  },
  authorization: { mode: 'Webhook' },
  cgroupDriver: 'cgroupfs',
  failCgroupV1: false,
  failSwapOn: false,
  containerRuntimeEndpoint: 'unix:///mnt/containerd.sock',
  volumePluginDir: '/var/lib/kubelet/volumeplugins',
  resolvConf: '/mnt/resolv.conf',
  clusterDomain: 'cluster.local',
  clusterDNS: [NODE_ADDRESS],
  makeIPTablesUtilChains: false,
  seccompDefault: true,
  // A test's machine may be nearly full: that is no reason to evict pods or to throw images away.
  imageGCHighThresholdPercent: 100,
  imageGCLowThresholdPercent: 99,
  evictionHard: {
    'memory.available': '0%',
    'nodefs.available': '0%',
    'nodefs.inodesFree': '0%',
    'imagefs.available': '0%',
  },
  syncFrequency: '10s',
  nodeStatusUpdateFrequency: '5s',
  shutdownGracePeriod: '0s',
  healthzBindAddress: '127.0.0.1',
};

const flags = (values: Readonly<Record<string, string>>) =>
  Object.entries(values).map(([name, value]) => `--${name}=${value}`);
const kubeconfigs = (client: string) =>
  Object.fromEntries(
    ['kubeconfig', 'authentication-kubeconfig', 'authorization-kubeconfig'].map((flag) => [
      flag,
      `/mnt/pki/${client}.kubeconfig`,
    ]),
  );
/** Without it, controllers that start take five seconds for their first fifty requests. */
const UNHURRIED = { 'kube-api-qps': '500', 'kube-api-burst': '1000' };

/** What starts at once. The API server waits for etcd by itself. */
export const BASE: Readonly<Record<string, readonly string[]>> = {
  containerd: ['containerd', '--config', '/mnt/containerd.toml'],
  etcd: [
    'etcd',
    ...flags({
      'data-dir': '/mnt/etcd',
      'listen-client-urls': 'http://127.0.0.1:2379',
      'advertise-client-urls': 'http://127.0.0.1:2379',
      'listen-peer-urls': 'http://127.0.0.1:2380',
      'initial-advertise-peer-urls': 'http://127.0.0.1:2380',
      'initial-cluster': 'default=http://127.0.0.1:2380',
    }),
    '--unsafe-no-fsync',
  ],
  apiserver: [
    'kube-apiserver',
    ...flags({
      'etcd-servers': 'http://127.0.0.1:2379',
      'bind-address': '0.0.0.0',
      'advertise-address': NODE_ADDRESS,
      'secure-port': '6443',
      'client-ca-file': '/mnt/pki/ca.crt',
      'tls-cert-file': '/mnt/pki/apiserver.crt',
      'tls-private-key-file': '/mnt/pki/apiserver.key',
      'kubelet-client-certificate': '/mnt/pki/apiserver-kubelet.crt',
      'kubelet-client-key': '/mnt/pki/apiserver-kubelet.key',
      'kubelet-preferred-address-types': 'InternalIP',
      'service-account-key-file': '/mnt/pki/service-accounts.key',
      'service-account-signing-key-file': '/mnt/pki/service-accounts.key',
      'service-account-issuer': 'https://kubernetes.default.svc',
      'service-cluster-ip-range': SERVICES,
      'authorization-mode': 'Node,RBAC',
      'enable-admission-plugins': 'NodeRestriction',
      'allow-privileged': 'true',
      'enable-aggregator-routing': 'true',
      'requestheader-client-ca-file': '/mnt/pki/ca.crt',
      'requestheader-allowed-names': 'front-proxy-client',
      'requestheader-username-headers': 'X-Remote-User',
      'requestheader-group-headers': 'X-Remote-Group',
      'requestheader-extra-headers-prefix': 'X-Remote-Extra-',
      'proxy-client-cert-file': '/mnt/pki/front-proxy.crt',
      'proxy-client-key-file': '/mnt/pki/front-proxy.key',
    }),
  ],
};

/** What starts when the API server answers, all of it at the same time. */
export const NODE: Readonly<Record<string, readonly string[]>> = {
  'controller-manager': [
    'kube-controller-manager',
    ...flags({
      ...kubeconfigs('controller-manager'),
      ...UNHURRIED,
      'bind-address': '127.0.0.1',
      'leader-elect': 'false',
      'use-service-account-credentials': 'true',
      'service-account-private-key-file': '/mnt/pki/service-accounts.key',
      'root-ca-file': '/mnt/pki/ca.crt',
      'cluster-signing-cert-file': '/mnt/pki/ca.crt',
      'cluster-signing-key-file': '/mnt/pki/ca.key',
      'allocate-node-cidrs': 'false',
    }),
  ],
  scheduler: [
    'kube-scheduler',
    ...flags({ ...kubeconfigs('scheduler'), ...UNHURRIED, 'bind-address': '127.0.0.1', 'leader-elect': 'false' }),
  ],
  kubelet: [
    'kubelet',
    ...flags({
      config: '/mnt/kubelet.json',
      kubeconfig: '/mnt/pki/kubelet.kubeconfig',
      'node-ip': NODE_ADDRESS,
      'hostname-override': 'node',
      'cert-dir': '/var/lib/kubelet/pki',
      v: '2',
    }),
  ],
  proxy: ['kube-proxy', '--config=/mnt/proxy.json'],
  dns: ['coredns', '-conf', '/mnt/Corefile'],
};
