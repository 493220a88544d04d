import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createAuthority } from '../../authority.ts';
import { run } from '../run.ts';
import { NODE_ADDRESS } from './sandbox.ts';

const SERVER_NAMES = [
  ...['127.0.0.1', NODE_ADDRESS, '10.96.0.1'].map((address) => `IP:${address}`),
  ...['localhost', 'kubernetes', 'kubernetes.default', 'kubernetes.default.svc'].map((name) => `DNS:${name}`),
].join(',');

/** Who has a client certificate, and its subject: the API server takes O as group and CN as user. */
const CLIENTS = {
  admin: '/O=system:masters/CN=admin',
  'controller-manager': '/CN=system:kube-controller-manager',
  scheduler: '/CN=system:kube-scheduler',
  proxy: '/CN=system:kube-proxy',
  kubelet: '/O=system:nodes/CN=system:node:node',
  'apiserver-kubelet': '/O=system:masters/CN=apiserver-kubelet',
  'front-proxy': '/CN=front-proxy-client',
};

/** Writes into `folder` a new authority, the API server's certificate, the key of service accounts, and NAME.crt and NAME.key for every client. */
export async function createPki(folder: string, signal?: AbortSignal): Promise<void> {
  const issue = await createAuthority(folder, '/CN=tracewell-test-cluster', signal);
  await Promise.all([
    issue('apiserver', '/CN=kube-apiserver', 'extendedKeyUsage=serverAuth', `subjectAltName=${SERVER_NAMES}`),
    ...Object.entries(CLIENTS).map(([name, subject]) => issue(name, subject, 'extendedKeyUsage=clientAuth')),
    // In this form the API server takes it as the public key, too.
    run(
      'openssl',
      ['ecparam', '-name', 'prime256v1', '-genkey', '-noout', '-out', join(folder, 'service-accounts.key')],
      {
        signal,
      },
    ),
  ]);
}

/** Writes a kubeconfig that holds everything itself, for a client of the API server at this URL. */
export async function writeKubeconfig(file: string, pki: string, client: keyof typeof CLIENTS, server: string) {
  const data = async (name: string) => (await readFile(join(pki, name))).toString('base64');
  const config = {
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': 'tracewell-test',
    contexts: [{ name: 'tracewell-test', context: { cluster: 'test', user: client } }],
    clusters: [{ name: 'test', cluster: { server, 'certificate-authority-data': await data('ca.crt') } }],
    users: [
      {
        name: client,
        user: {
          'client-certificate-data': await data(`${client}.crt`),
          'client-key-data': await data(`${client}.key`),
        },
      },
    ],
  };
  await writeFile(file, JSON.stringify(config, null, 1), { mode: 0o600 });
}
