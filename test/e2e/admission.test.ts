import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { KubeConfig } from '@kubernetes/client-node';
import * as fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { ApiError, Cluster } from '../../operator/cluster.ts';
import type { LimitRange } from '../../operator/inject/limit-range.ts';
import { inject, patchOf, type InjectOptions } from '../../operator/inject/patch.ts';
import { isInjected, type Pod } from '../../operator/inject/pod.ts';
import type { Quota } from '../../operator/inject/quota.ts';
import { skipOf } from '../../operator/inject/skip.ts';
import { arbitraryPod } from '../operator/arbitrary-pod.ts';
import { podOf, policyOf, SETTINGS, SURROUNDINGS } from '../operator/objects.ts';
import { applyPatch } from '../operator/patched.ts';
import { until } from '../wait.ts';
import { World } from './world.ts';

const world = new World();
const GOLDEN = join(import.meta.dirname, '../golden/inject');
const goldenPods = readdirSync(GOLDEN)
  .filter((file) => file.endsWith('.injected.yaml'))
  .map((file): [string, Pod] => {
    const text = readFileSync(join(GOLDEN, file), 'utf8');
    return [file, parse(text.replaceAll(/!x (\d+)/g, (_, length) => 'x'.repeat(Number(length)))) as Pod];
  })
  .filter(([, pod]) => isInjected(pod));
const options: InjectOptions = { policy: policyOf(), settings: SETTINGS, now: new Date(0) };
const RUNS = { numRuns: 200, interruptAfterTimeLimit: 60_000, markInterruptAsFailure: false };

/** The real API server judges each pod in a dry run, which leaves nothing behind. */
describe.skipIf(world.missing)(`what the API server makes of an injected pod ${world.missing}`, () => {
  let cluster: Cluster;
  beforeAll(async () => {
    const config = new KubeConfig();
    config.loadFromFile(world.cluster.kubeconfig);
    cluster = new Cluster(config);
    for (const name of ['admission', 'admission-plain', 'admission-limits', 'admission-quotas'])
      await world.namespace(name);
    await world.policy('admission');
  });
  afterAll(() => world.close());

  /** The pod as it would be created; undefined when it is refused as one that is wrong or not allowed. */
  async function attempt(namespace: string, { metadata, spec }: Pod): Promise<Pod | undefined> {
    const path = `/api/v1/namespaces/${namespace}/pods?dryRun=All`;
    try {
      return (await cluster.create(path, { metadata, spec })) as Pod;
    } catch (error) {
      if (error instanceof ApiError && (error.status === 422 || error.status === 403)) return undefined;
      throw error;
    }
  }

  /** As the webhook sees it: after the API server's defaults and its own admission, and before it has an identity. */
  const seen = ({ metadata }: Pod, { spec }: Pod): Pod => ({ metadata, spec });

  /** A pod is refused with the sidecar just when we would not have given it one. */
  async function expectSameJudgement(namespace: string, surroundings: object): Promise<void> {
    const counts = { injected: 0, skipped: 0, refused: 0 };
    const property = fc.asyncProperty(arbitraryPod, async (given) => {
      const before = await attempt(namespace, given);
      counts.refused += before ? 0 : 1;
      fc.pre(before !== undefined);
      const pod = seen(given, before);
      const skip = skipOf(pod, { ...options, ...SURROUNDINGS, ...surroundings });
      counts[skip ? 'skipped' : 'injected']++;
      const after = await attempt(namespace, applyPatch(pod, patchOf(pod, options)));
      expect({ refused: after === undefined, skip }).toEqual({ refused: skip !== undefined, skip });
      const again = after && [isInjected(after), patchOf(seen(after, after), options)];
      expect(again).toEqual(skip ? undefined : [true, []]);
    });
    await fc.assert(property, RUNS);
    console.log(namespace, counts);
    expect(counts.injected).toBeGreaterThan(RUNS.numRuns / 10);
  }

  it('any pod that it accepts it accepts after the patch, and patching twice is patching once', async () => {
    await expectSameJudgement('admission-plain', {});
  });

  it.each(goldenPods)('the pod of the golden file %s is accepted', async (_, { metadata, spec }) => {
    // An owner that is not there does not matter in a dry run.
    expect(
      await attempt('admission-plain', { metadata: { ...metadata, namespace: 'admission-plain' }, spec }),
    ).toBeDefined();
  });

  it('with LimitRanges it refuses just those that we skip', async () => {
    const limits = [
      {
        type: 'Container',
        max: { cpu: '1', memory: '1Gi' },
        maxLimitRequestRatio: { cpu: '50' },
        min: { memory: '16Mi' },
      },
      { type: 'Pod', max: { cpu: '1500m' }, min: { cpu: '20m' } },
    ];
    const metadata = { name: 'sizes', namespace: 'admission-limits' };
    await world.apply({ apiVersion: 'v1', kind: 'LimitRange', metadata, spec: { limits } });
    const { items } = await cluster.list<LimitRange>('/api/v1/namespaces/admission-limits/limitranges');
    await expectSameJudgement('admission-limits', { limitRanges: items });
  });

  it('with quotas it refuses just those that we skip', async () => {
    const quota = (name: string, spec: object) =>
      world.apply({ apiVersion: 'v1', kind: 'ResourceQuota', metadata: { name, namespace: 'admission-quotas' }, spec });
    await quota('all', { hard: { pods: '5', 'requests.nvidia.com/gpu': '0', services: '1' } });
    await quota('strict', {
      hard: { 'requests.memory': '300Mi', pods: '1' },
      scopes: ['NotBestEffort', 'NotTerminating'],
    });
    await quota('ending', { hard: { 'limits.cpu': '1200m' }, scopes: ['Terminating'] });
    const path = '/api/v1/namespaces/admission-quotas/resourcequotas';
    const quotas = await until('the quotas to be counted', async () => {
      const { items } = await cluster.list<Quota>(path);
      return items.length === 3 && items.every(({ status }) => status?.used) && items;
    });
    await expectSameJudgement('admission-quotas', { quotas });
  });

  it('through the webhook, it answers with the sidecar or we say why not', async () => {
    const property = fc.asyncProperty(arbitraryPod, async (given) => {
      const plain = await attempt('admission-plain', given);
      fc.pre(plain !== undefined);
      // Its own requests are filled in after the webhooks.
      const asked = { ...plain, spec: { ...plain.spec, resources: given.spec.resources } } as Pod;
      const skip = skipOf(seen(given, asked), { ...options, ...SURROUNDINGS });
      const after = await attempt('admission', given);
      expect(after).toBeDefined();
      expect({ injected: isInjected(after!), skip }).toEqual({ injected: skip === undefined, skip });
    });
    await fc.assert(property, { ...RUNS, numRuns: 100 });
  });

  const container = (resources: object) => ({ name: 'app', image: 'cart:1', resources });
  const FULL = container({ limits: { cpu: '100m', memory: '64Mi' } });
  it.each([
    ['a BestEffort pod becomes Burstable', podOf(), 'BestEffort', 'Burstable'],
    [
      'a Burstable pod stays Burstable',
      podOf({ containers: [container({ requests: { cpu: '10m' } })] }),
      'Burstable',
      'Burstable',
    ],
    [
      'a Guaranteed pod stays Guaranteed',
      podOf({ containers: [FULL], initContainers: [{ ...FULL, name: 'init' }] }),
      'Guaranteed',
      'Guaranteed',
    ],
    [
      'a pod that is Guaranteed as a whole stays so',
      podOf({ resources: { requests: { cpu: '1', memory: '1Gi' }, limits: { cpu: '1', memory: '1Gi' } } }),
      'Guaranteed',
      'Guaranteed',
    ],
    [
      'a pod that is Guaranteed as a whole by its limits alone stays so',
      podOf({ resources: { limits: { cpu: '1', memory: '1Gi' } } }),
      'Guaranteed',
      'Guaranteed',
    ],
  ])('%s', async (_, pod, before, after) => {
    const classOf = async (namespace: string) => {
      const made = (await attempt(namespace, { metadata: { ...pod.metadata, namespace }, spec: pod.spec }))!;
      return { injected: isInjected(made), qosClass: (made.status as { qosClass?: string }).qosClass };
    };
    expect(await classOf('admission-plain')).toEqual({ injected: false, qosClass: before });
    expect(await classOf('admission')).toEqual({ injected: true, qosClass: after });
  });

  it('a pod whose own requests leave no room is skipped, and would be refused', async () => {
    const tight = podOf({
      resources: { requests: { cpu: '100m' } },
      containers: [container({ requests: { cpu: '95m' } })],
    });
    const pod = { ...tight, metadata: { name: 'tight' } };
    expect(skipOf(pod, { ...options, ...SURROUNDINGS })?.reason).toBe('PodResources');
    expect(await attempt('admission-plain', inject(pod, options))).toBeUndefined();
    expect(isInjected((await attempt('admission', pod))!)).toBe(false);
  });

  it.each(['baseline', 'restricted'])(
    'where Pod Security %s is enforced a pod is skipped, and would be refused',
    async (level) => {
      const namespace = `admission-${level}`;
      await world.namespace(namespace, { 'pod-security.kubernetes.io/enforce': level });
      await world.policy(namespace);
      const securityContext = {
        runAsNonRoot: true,
        runAsUser: 1000,
        allowPrivilegeEscalation: false,
        capabilities: { drop: ['ALL'] },
        seccompProfile: { type: 'RuntimeDefault' },
      };
      const pod = podOf({ containers: [{ name: 'app', image: 'cart:1', securityContext }] }, { namespace });
      const made = await attempt(namespace, pod);
      expect(isInjected(made!)).toBe(false);
      expect(await attempt(namespace, inject(pod, options))).toBeUndefined();
    },
  );

  it('the webhook sees a quota, a LimitRange and a label as they come', async () => {
    const pod: Pod = { ...podOf(), metadata: { name: 'plain' } };
    const injected = async () => isInjected((await attempt('admission', pod))!);
    const metadata = { name: 'comes', namespace: 'admission' };
    expect(await injected()).toBe(true);
    await world.apply({
      apiVersion: 'v1',
      kind: 'LimitRange',
      metadata,
      spec: { limits: [{ type: 'Container', max: { cpu: '250m' } }] },
    });
    await until('the LimitRange to be seen', async () => !(await injected()));
    await world.kubectl('delete', 'limitrange', 'comes', '-n', 'admission');
    await until('the LimitRange to be gone', injected);
    await world.apply({
      apiVersion: 'v1',
      kind: 'ResourceQuota',
      metadata,
      spec: { hard: { pods: '0' }, scopes: ['NotBestEffort'] },
    });
    await until('the quota to be seen', async () => !(await injected()));
    await world.kubectl('delete', 'resourcequota', 'comes', '-n', 'admission');
    await until('the quota to be gone', injected);
  });

  it('who creates a pod with a label that is none is warned', async () => {
    const pod = {
      apiVersion: 'v1',
      kind: 'Pod',
      ...podOf({}, { namespace: 'admission', labels: { 'tracewell.dev/inject': 'no' } }),
    };
    const args = ['create', '--dry-run=server', '--warnings-as-errors', '-f', '-'];
    await expect(world.cluster.kubectl(args, { input: JSON.stringify(pod) })).rejects.toThrow(
      'tracewell: the pod gets no sidecar: the pod says tracewell.dev/inject="no"',
    );
  });
});
