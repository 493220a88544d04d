import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { policyOf, SETTINGS } from '../operator/objects.ts';
import { inject, type InjectOptions } from '../../operator/inject/patch.ts';
import type { Pod } from '../../operator/inject/pod.ts';
import { isInjected, World, type PodView } from './world.ts';

const world = new World();
const REFUSED = 'mounts a volume of the sidecar of Tracewell: only the sidecar may';
const SLEEP = 'setInterval(() => {}, 1e9)';
const options: InjectOptions = { policy: policyOf(), settings: SETTINGS, now: new Date(0) };

describe.skipIf(world.missing)(`the sidecar's volumes ${world.missing}`, () => {
  const mounting = (name: string) => ({ volumeMounts: [{ name, mountPath: '/stolen' }] });
  const podOf = (name: string, containers: object[], more: object = {}) => ({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, namespace: 'volumes' },
    spec: { terminationGracePeriodSeconds: 1, containers, ...more },
  });
  const created = async (pod: object) => {
    const args = ['create', '--dry-run=server', '-o', 'json', '-f', '-'];
    return JSON.parse(await world.cluster.kubectl(args, { input: JSON.stringify(pod) })) as PodView;
  };
  /** What `kubectl debug` does, with mounts of our choice. */
  const debug = (name: string, more: object = {}) => {
    const container = { name, image: world.image, imagePullPolicy: 'IfNotPresent', command: ['sleep', '1'], ...more };
    const patch = JSON.stringify({ spec: { ephemeralContainers: [container] } });
    return world.kubectl('patch', 'pod', 'victim', '-n', 'volumes', '--subresource=ephemeralcontainers', '-p', patch);
  };

  beforeAll(async () => {
    await world.namespace('volumes');
    await world.policy('volumes');
    await world.apply(podOf('victim', [world.container(SLEEP)]));
    await world.kubectl('wait', '-n', 'volumes', '--for=condition=Ready', 'pod/victim', '--timeout=120s');
  });
  afterAll(() => world.close());

  it('are there', async () => {
    expect(isInjected(await world.get<PodView>('pod', 'victim', '-n', 'volumes'))).toBe(true);
  });

  it.each(['tracewell-config', 'tracewell-token', 'tracewell-state', 'tracewell-logs'])(
    'are not for an ephemeral container: %s',
    async (volume) => {
      await expect(debug('thief', mounting(volume))).rejects.toThrow(`the container thief ${REFUSED}`);
    },
  );

  it('are no concern of an ordinary ephemeral container', async () => {
    await debug('debugger');
    await world.kubectl(
      'debug',
      'pod/victim',
      '-n',
      'volumes',
      `--image=${world.image}`,
      '-c',
      'by-kubectl',
      '--',
      'sleep',
      '1',
    );
    const { spec } = await world.get<{ spec: { ephemeralContainers: { name: string }[] } }>(
      'pod',
      'victim',
      '-n',
      'volumes',
    );
    expect(spec.ephemeralContainers.map(({ name }) => name)).toEqual(['debugger', 'by-kubectl']);
  });

  it('do not keep a running pod from being resized', async () => {
    const resources = { requests: { cpu: '20m', memory: '40Mi' } };
    const patch = JSON.stringify({ spec: { containers: [{ name: 'app', resources }] } });
    await world.kubectl('patch', 'pod', 'victim', '-n', 'volumes', '--subresource=resize', '-p', patch);
    const { spec } = await world.get<Pod>('pod', 'victim', '-n', 'volumes');
    expect(spec.containers[0]!.resources).toMatchObject(resources);
  });

  it.each([
    ['a container', (pod: Pod) => pod.spec.containers],
    ['an init container', (pod: Pod) => pod.spec.initContainers!],
  ])('are not for %s of the pod that got them after the sidecar, in whatever namespace', async (_, containersOf) => {
    await world.namespace('volumes-elsewhere');
    const forged = inject(podOf('forged', [world.container(SLEEP)]) as unknown as Pod, options);
    forged.metadata.namespace = 'volumes-elsewhere';
    await expect(created(forged)).resolves.toBeDefined();
    containersOf(forged).push({ name: 'thief', image: world.image, ...mounting('tracewell-token') });
    await expect(created(forged)).rejects.toThrow(`the container thief ${REFUSED}`);
  });

  it('are not there for a pod that has one of that name, which starts without a sidecar', async () => {
    const own = podOf('own', [world.container(SLEEP, mounting('tracewell-config'))], {
      volumes: [{ name: 'tracewell-config', emptyDir: {} }],
    });
    expect(isInjected(await created(own))).toBe(false);
  });

  it('do not keep a pod that would mount one from being refused for the reason that it always was', async () => {
    const blind = podOf('blind', [world.container(SLEEP, mounting('tracewell-config'))]);
    await expect(created(blind)).rejects.toThrow('Not found: "tracewell-config"');
  });

  it('and those with such a beginning of an injected pod are its own', async () => {
    const own = podOf('similar', [world.container(SLEEP, mounting('tracewell-data'))], {
      volumes: [{ name: 'tracewell-data', emptyDir: {} }],
    });
    expect(isInjected(await created(own))).toBe(true);
  });
});
