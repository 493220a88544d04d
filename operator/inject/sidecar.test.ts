import { describe, expect, it } from 'vitest';
import { podOf, policyOf, SETTINGS } from '../../test/operator/objects.ts';
import { sidecarContainer, sidecarResources, sidecarVolumes } from './sidecar.ts';

const DEFAULTS = SETTINGS.resources;
const resources = (requests?: object, limits?: object) => ({
  name: 'app',
  resources: { ...(requests ? { requests } : {}), ...(limits ? { limits } : {}) },
});
const FULL = resources({ cpu: '1', memory: '1Gi' }, { cpu: '1', memory: '1Gi' });
const spec = (resources: object = {}) => policyOf('all', { sidecar: { resources } }).spec;

describe("the sidecar's resources", () => {
  it.each([
    ['are the defaults', {}, DEFAULTS],
    [
      'follow the policy where it says something',
      { requests: { cpu: '20m' }, limits: { memory: '256Mi' } },
      { requests: { cpu: '20m', memory: '48Mi' }, limits: { cpu: '500m', memory: '256Mi' } },
    ],
    [
      'take a number as it is',
      { limits: { cpu: 1, memory: 134_217_728 } },
      { requests: DEFAULTS.requests, limits: { cpu: '1', memory: '134217728' } },
    ],
    [
      'request no more than the policy limits: the API server would refuse every pod',
      { limits: { cpu: '5m', memory: '32Mi' } },
      { requests: { cpu: '5m', memory: '32Mi' }, limits: { cpu: '5m', memory: '32Mi' } },
    ],
    [
      'limit no less than the policy requests',
      { requests: { cpu: 1, memory: '0.5Gi' } },
      { requests: { cpu: '1', memory: '0.5Gi' }, limits: { cpu: '1', memory: '0.5Gi' } },
    ],
    [
      'keep to the limit of a policy that contradicts itself',
      { requests: { memory: '1Gi' }, limits: { memory: '64Mi' } },
      { requests: { cpu: '10m', memory: '64Mi' }, limits: { cpu: '500m', memory: '64Mi' } },
    ],
  ])('%s', (_, given, expected) => {
    expect(sidecarResources(podOf(), spec(given), DEFAULTS)).toEqual(expected);
  });

  const GUARANTEED = { requests: DEFAULTS.limits, limits: DEFAULTS.limits };
  it.each([
    ['whose containers request what they limit', [FULL], [], GUARANTEED],
    ['whose containers only limit', [resources(undefined, { cpu: '1', memory: '1Gi' })], [], GUARANTEED],
    ['with such an init container', [FULL], [FULL], GUARANTEED],
    [
      'that says the same in other words',
      [resources({ cpu: '1000m', memory: '1024Mi' }, { cpu: 1, memory: '1Gi' })],
      [],
      GUARANTEED,
    ],
    ['that requests less than its limit', [resources({ cpu: '500m' }, { cpu: '1', memory: '1Gi' })], [], DEFAULTS],
    ['that limits no memory', [resources(undefined, { cpu: '1' })], [], DEFAULTS],
    ['with one container without limits', [FULL, { name: 'helper' }], [], DEFAULTS],
    ['with an init container without limits', [FULL], [{ name: 'migrate' }], DEFAULTS],
  ])('keep the class of a pod %s', (_, containers, initContainers, expected) => {
    expect(sidecarResources(podOf({ containers, initContainers }), spec(), DEFAULTS)).toEqual(expected);
  });

  it('of a Guaranteed pod have the limits of the policy as requests', () => {
    const given = { requests: { cpu: '1m' }, limits: { cpu: '100m' } };
    const expected = { cpu: '100m', memory: '192Mi' };
    expect(sidecarResources(podOf({ containers: [FULL] }), spec(given), DEFAULTS)).toEqual({
      requests: expected,
      limits: expected,
    });
  });

  it('are judged without the sidecar itself, so a second run comes to the same', () => {
    const again = podOf({ containers: [FULL], initContainers: [sidecarContainer(SETTINGS, DEFAULTS)] });
    expect(sidecarResources(again, spec(), DEFAULTS)).toEqual(GUARANTEED);
  });
});

describe('the container', () => {
  const container = sidecarContainer(SETTINGS, DEFAULTS);

  it('meets Pod Security restricted, but for the volume of log files', () => {
    expect(container.securityContext).toEqual({
      runAsUser: 65_521,
      runAsGroup: 0,
      runAsNonRoot: true,
      privileged: false,
      allowPrivilegeEscalation: false,
      readOnlyRootFilesystem: true,
      capabilities: { drop: ['ALL'] },
      seccompProfile: { type: 'RuntimeDefault' },
    });
  });

  it('has no probe and no port, so it cannot hold up the pod', () => {
    const names = ['readinessProbe', 'livenessProbe', 'startupProbe', 'ports', 'lifecycle'];
    expect(Object.keys(container).filter((name) => names.includes(name))).toEqual([]);
  });

  it('sees the log folder of its own pod only, and cannot write there', () => {
    expect(container.volumeMounts).toContainEqual({
      name: 'tracewell-logs',
      mountPath: '/tracewell/logs',
      subPathExpr: '$(POD_NAMESPACE)_$(POD_NAME)_$(POD_UID)',
      readOnly: true,
    });
    const before = container.env!.map(({ name }) => name);
    expect(before).toEqual(expect.arrayContaining(['POD_NAMESPACE', 'POD_NAME', 'POD_UID']));
  });

  it('mounts each volume once, and can write to its state only', () => {
    const mounts = container.volumeMounts!;
    expect(mounts.map(({ name }) => name).toSorted()).toEqual(
      sidecarVolumes()
        .map(({ name }) => name)
        .toSorted(),
    );
    expect(mounts.filter(({ readOnly }) => !readOnly).map(({ name }) => name)).toEqual(['tracewell-state']);
  });

  it('carries no secret in its variables', () => {
    const sources = container.env!.flatMap(({ valueFrom }) => Object.keys(valueFrom ?? {}));
    expect(new Set(sources)).toEqual(new Set(['fieldRef']));
  });
});

it('a pod whose namespace has no Secret yet starts all the same', () => {
  expect(sidecarVolumes()).toContainEqual({
    name: 'tracewell-config',
    secret: expect.objectContaining({ secretName: 'tracewell', optional: true }),
  });
});

it.each([
  ['none', { http: '', https: '', none: '' }, {}],
  [
    'all of it',
    { http: 'http://proxy:3128', https: 'http://proxy:3129', none: '10.0.0.0/8,.svc' },
    { HTTP_PROXY: 'http://proxy:3128', HTTPS_PROXY: 'http://proxy:3129', NO_PROXY: '10.0.0.0/8,.svc' },
  ],
])('a sidecar hears of the proxy: %s', (_, proxy, expected) => {
  const { env = [] } = sidecarContainer({ ...SETTINGS, proxy }, DEFAULTS);
  const variables = env.filter(({ name }) => name.endsWith('_PROXY')).map(({ name, value }) => [name, value]);
  expect(Object.fromEntries(variables)).toEqual(expected);
});
