import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { packImage } from '../cluster/image.ts';
import { ANOTHER, ARCHITECTURE, program } from '../cluster/program.ts';
import { NAMESPACE } from '../installation.ts';
import { until } from '../wait.ts';
import { isInjected, World } from './world.ts';

const CHART = join(import.meta.dirname, '../../charts/tracewell');
const REPLICAS = 10;
/** What the design allows. */
const ROLLOUT_MS = 120_000;
const SHOP = 'stuck';
/** Nobody listens there. */
const NOWHERE = 'localhost:1/tracewell/sidecar:none';
const world = new World();

describe.skipIf(world.missing)(`a sidecar that cannot start ${world.missing}`, () => {
  let folder: string;
  let values: { sidecar?: object };
  let app: string;

  /** The nodes get an image of this one program. */
  async function load(name: string, bytes: Buffer): Promise<string> {
    const full = `localhost/tracewell-test/${name}:1`;
    const archive = join(folder, `${name}.tar`);
    await writeFile(archive, packImage(full, [{ path: '/program', mode: 0o755, bytes }], { Entrypoint: ['/program'] }));
    return world.cluster.loadImage(archive, full);
  }
  const upgrade = (given: object) =>
    world.cluster.helm(['upgrade', 'tracewell', CHART, '-n', NAMESPACE, '--values', '-', '--wait', '--timeout=180s'], {
      input: JSON.stringify(given),
    });
  /** What an administrator does who has got the value wrong. */
  async function sidecarImage(full: string): Promise<void> {
    const colon = full.lastIndexOf(':');
    const image = { repository: full.slice(0, colon), tag: full.slice(colon + 1) };
    await upgrade({ ...values, sidecar: { ...values.sidecar, image } });
  }
  const containers = () => [{ name: 'app', image: app, resources: { requests: { cpu: '1m', memory: '4Mi' } } }];
  const template = { terminationGracePeriodSeconds: 1, containers: [] as object[] };

  /** All replicas are ready, all with a sidecar or all without. */
  async function isWhole(isWith: boolean): Promise<boolean> {
    const { status } = await world.get<{ status: { readyReplicas?: number } }>('deployment', 'cart', '-n', SHOP);
    const pods = await world.pods(SHOP, 'cart');
    return (
      status.readyReplicas === REPLICAS && pods.length === REPLICAS && pods.every((pod) => isInjected(pod) === isWith)
    );
  }
  async function rollOut(): Promise<void> {
    await world.kubectl('rollout', 'restart', 'deployment/cart', '-n', SHOP);
    await world.kubectl('rollout', 'status', 'deployment/cart', '-n', SHOP, '--timeout=200s');
  }
  const condition = async () => (await world.policyStatus(SHOP)).conditions?.find(({ type }) => type === 'Injected');
  const forget = () => world.kubectl('delete', 'configmap', 'tracewell-breaker', '-n', NAMESPACE, '--ignore-not-found');
  /** As docs/operator.md says: what went wrong before is forgotten. A leader that has just come may write it once more. */
  const closeAll = () =>
    until(
      'all breakers to be closed',
      async () => {
        await forget();
        return (await condition())?.reason !== 'BreakerOpen';
      },
      { everyMs: 1000 },
    );
  const eventsOf = async (kind: string, name: string) => {
    const fields = `involvedObject.kind=${kind},involvedObject.name=${name},reason=BreakerOpen`;
    const { items } = await world.get<{ items: { message: string }[] }>(
      'events',
      '-n',
      SHOP,
      '--field-selector',
      fields,
    );
    return items.map(({ message }) => message);
  };

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'tracewell-breaker-'));
    values = JSON.parse(
      await world.cluster.helm(['get', 'values', 'tracewell', '-n', NAMESPACE, '-o', 'json']),
    ) as typeof values;
    app = await load('waiting', program('wait', ARCHITECTURE));
    await world.namespace(SHOP);
    const labels = { 'app.kubernetes.io/name': 'cart' };
    await world.apply({
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: { name: 'cart', namespace: SHOP },
      spec: {
        replicas: REPLICAS,
        selector: { matchLabels: labels },
        template: { metadata: { labels }, spec: { ...template, containers: containers() } },
      },
    });
    await world.available(SHOP, 'cart');
    // Nothing but the breaker replaces pods.
    await world.policy(SHOP, { rollout: { mode: 'Never' } });
  });

  afterAll(async () => {
    await upgrade(values);
    await world.kubectl('delete', 'namespace', SHOP, '--wait=false');
    await forget();
    await rm(folder, { recursive: true, force: true });
    await world.close();
  });

  it.each<[string, () => Promise<string>, RegExp]>([
    ['cannot be pulled', async () => NOWHERE, /ErrImagePull|ImagePullBackOff/],
    ['crashes', () => load('crashing', program('fail', ARCHITECTURE)), /exit code 1\b/],
    ['is for another architecture', () => load('foreign', program('fail', ANOTHER)), /exit code|exec format error/],
  ])('whose image %s lets a rollout of ten replicas through, and is named', async (_, image, cause) => {
    const name = await image();
    await sidecarImage(name);
    await closeAll();
    const began = performance.now();
    await rollOut();
    // A pod whose sidecar crashes is ready for a moment, and may be replaced after the rollout.
    await until('ten replicas without a sidecar', async () => isWhole(false), { timeoutMs: 180_000, everyMs: 500 });
    const tookMs = performance.now() - began;
    console.log(`rolled out in ${Math.round(tookMs / 1000)} s`);
    const { status, message } = await until('the condition', async () => {
      const found = await condition();
      return found?.reason === 'BreakerOpen' ? found : undefined;
    });
    expect(status).toBe('False');
    expect(message).toContain(name);
    expect(message).toMatch(cause);
    const skipped = await until('the count', async () => (await world.policyStatus(SHOP)).pods?.skipped);
    expect(skipped).toContainEqual(expect.objectContaining({ reason: 'BreakerOpen' }));
    expect((await eventsOf('TracingPolicy', 'all')).join()).toContain(name);
    expect(await world.metric('tracewell_breaker_deleted_pods_total')).toBeGreaterThan(0);
    expect(tookMs).toBeLessThan(ROLLOUT_MS);
  });

  it('lets a Job through that may fail once, and names a bare pod that is stuck', async () => {
    await sidecarImage(NOWHERE);
    await closeAll();
    const spec = { ...template, restartPolicy: 'Never', containers: [world.container('')] };
    await world.apply({ apiVersion: 'v1', kind: 'Pod', metadata: { name: 'alone', namespace: SHOP }, spec });
    const metadata = { name: 'once', namespace: SHOP };
    await world.apply({ apiVersion: 'batch/v1', kind: 'Job', metadata, spec: { template: { spec } } });
    await world.kubectl('wait', '-n', SHOP, '--for=condition=Complete', 'job/once', '--timeout=180s');
    const notes = await until('a word about the bare pod', async () => (await eventsOf('Pod', 'alone'))[0]);
    expect(notes).toContain('The sidecar keeps this pod from starting');
  });

  it('and once its image is mended, new pods are injected again', async () => {
    await upgrade(values);
    // One of the new pods is the canary, as soon as the API server asks the replica that leads.
    await until(
      'the breaker to close',
      async () => {
        await rollOut();
        return (await condition())?.reason !== 'BreakerOpen';
      },
      { timeoutMs: 240_000, everyMs: 5_000 },
    );
    await rollOut();
    // Every pod of this rollout has one; the Deployment's status may say so a moment later.
    const whole = await until('ten replicas with a sidecar', () => isWhole(true), { timeoutMs: 60_000, everyMs: 500 });
    expect(whole).toBe(true);
  });
});
