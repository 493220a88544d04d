import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { plainProgress } from '../progress.ts';
import { binaries } from './binaries.ts';
import { clusterConfig } from './config.ts';
import { packImage } from './image.ts';
import { providedCluster } from './provided.ts';

const NAMESPACE = 'cluster-test';
const NAME = 'localhost/cluster-test:1';

const { cluster, missing } = providedCluster();
const { kubectl, helm, loadImage, exposeHostPort } = cluster;

describe.skipIf(missing)(`a real cluster ${missing}`, () => {
  let folder: string;
  let image: string;
  const asked: string[] = [];
  const server = createServer((request, response) => {
    asked.push(request.url ?? '');
    response.end('x'.repeat(1_000_000));
  });

  beforeAll(async () => {
    const bin = await binaries('box', { cache: clusterConfig().cache, progress: plainProgress() });
    folder = await mkdtemp(join(tmpdir(), 'tracewell-test-'));
    const box = { path: '/box', mode: 0o755, bytes: await readFile(join(bin, 'box')) };
    const archive = join(folder, 'image.tar');
    await writeFile(archive, packImage(NAME, [box], { Entrypoint: ['/box'] }));
    image = await loadImage(archive, NAME);
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    await kubectl(['create', 'namespace', NAMESPACE]);
    await kubectl(['wait', '--for=create', '-n', NAMESPACE, 'serviceaccount/default']);
  });

  afterAll(async () => {
    server.close();
    await kubectl(['delete', 'namespace', NAMESPACE, '--wait=false']);
    await cluster.down();
    await rm(folder, { recursive: true, force: true });
  });

  const container = (name: string, args: readonly string[], more: object = {}) => ({
    name,
    image,
    args,
    imagePullPolicy: 'IfNotPresent',
    ...more,
  });
  const apply = (object: object) => kubectl(['apply', '-n', NAMESPACE, '-f', '-'], { input: JSON.stringify(object) });
  const wait = (condition: string, object: string) =>
    kubectl(['wait', '-n', NAMESPACE, `--for=${condition}`, object, '--timeout=120s']);
  const logs = (object: string, name: string) => kubectl(['logs', '-n', NAMESPACE, object, '-c', name]);

  it('has a node that is ready', async () => {
    const condition = '{.items[0].status.conditions[?(@.type=="Ready")].status}';
    expect(await kubectl(['get', 'nodes', '-o', `jsonpath=${condition}`])).toBe('True');
  });

  it('lets a pod reach a server of this machine by the name of a Service', async () => {
    const { port } = server.address() as AddressInfo;
    await exposeHostPort({ namespace: NAMESPACE, service: 'machine', port: 8080, hostPort: port });
    await apply({
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: 'asks' },
      spec: {
        restartPolicy: 'Never',
        containers: [container('asks', ['get', `http://machine.${NAMESPACE}.svc:8080/from-a-pod`])],
      },
    });
    await wait('jsonpath={.status.phase}=Succeeded', 'pod/asks');
    expect(await logs('pod/asks', 'asks')).toHaveLength(1_000_000);
    expect(asked).toContain('/from-a-pod');
  });

  it('runs a pod with a native sidecar, and tells its logs in order', async () => {
    await apply({
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: 'native' },
      spec: {
        terminationGracePeriodSeconds: 1,
        initContainers: [
          container('side', ['pause'], { restartPolicy: 'Always' }),
          container('init', ['say', '3', 'init']),
        ],
        containers: [container('main', ['pause'])],
      },
    });
    await wait('condition=Ready', 'pod/native');
    const started = '{.status.initContainerStatuses[?(@.name=="side")].started}';
    expect(await kubectl(['get', 'pod', 'native', '-n', NAMESPACE, '-o', `jsonpath=${started}`])).toBe('true');
    expect(await logs('pod/native', 'init')).toBe('1 init\n2 init\n3 init\n');
  });

  it('completes a Job that has a sidecar', async () => {
    await apply({
      apiVersion: 'batch/v1',
      kind: 'Job',
      metadata: { name: 'works' },
      spec: {
        backoffLimit: 0,
        template: {
          spec: {
            restartPolicy: 'Never',
            initContainers: [container('side', ['pause'], { restartPolicy: 'Always' })],
            containers: [container('main', ['say', '1000', 'of the job'])],
          },
        },
      },
    });
    await wait('condition=Complete', 'job/works');
    expect((await logs('job/works', 'main')).split('\n')).toHaveLength(1001);
  });

  it('has a helm that knows the cluster', async () => {
    expect(await helm(['list', '--namespace', NAMESPACE, '-o', 'json'])).toBe('[]\n');
  });

  it('says what a failed command said', async () => {
    await expect(kubectl(['get', 'pod', 'nobody', '-n', NAMESPACE])).rejects.toThrow('pods "nobody" not found');
  });

  it('refuses an archive that lacks the image', async () => {
    await expect(loadImage(join(folder, 'image.tar'), 'localhost/other:1')).rejects.toThrow(
      'no image localhost/other:1',
    );
  });
});
