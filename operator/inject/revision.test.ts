import { describe, expect, it } from 'vitest';
import { podOf, policyOf, SETTINGS } from '../../test/operator/objects.ts';
import { inject } from './patch.ts';
import type { Pod } from './pod.ts';
import { isOutdated, revisionOf } from './revision.ts';

const { spec } = policyOf();
const revision = (settings: object = {}, policy: object = {}) =>
  revisionOf({ ...SETTINGS, ...settings }, policyOf('all', policy).spec);

describe('the revision', () => {
  it.each([
    ['another image', revision({ image: 'sidecar:0.2.0' })],
    ['another pull policy', revision({ pullPolicy: 'Always' })],
    ['another pull secret', revision({ pullSecrets: ['registry'] })],
    ['another proxy', revision({ proxy: { http: 'http://proxy:3128', https: '', none: '' } })],
    ['other resources', revision({ resources: { requests: { cpu: '1m' }, limits: { cpu: '2m' } } })],
    ['other resources of the policy', revision({}, { sidecar: { resources: { limits: { memory: '1Gi' } } } })],
  ])('is another one for %s', (_, other) => {
    expect(other).toMatch(/^[0-9a-f]{12}$/);
    expect(other).not.toBe(revision());
  });

  it('is the same for whatever else a policy says: running sidecars hear of that', () => {
    expect(revision({}, { priority: 7, logs: { multiline: 'Off' }, retention: '3d' })).toBe(revisionOf(SETTINGS, spec));
  });

  it('is the same for pods of every class, and stands in the annotations', () => {
    const full = { limits: { cpu: '1', memory: '1Gi' } };
    for (const pod of [podOf(), podOf({ containers: [{ name: 'app', resources: full }] })])
      expect(
        inject(pod, { policy: policyOf(), settings: SETTINGS, now: new Date(0) }).metadata.annotations,
      ).toHaveProperty(['tracewell.dev/revision'], revision());
  });
});

describe('a pod', () => {
  const running = (image: string): Pod =>
    inject(podOf(), { policy: policyOf(), settings: { ...SETTINGS, image }, now: new Date(0) });
  const A = `sha256:${'a'.repeat(64)}`;
  const B = `sha256:${'b'.repeat(64)}`;

  it.each([
    ['with the same image', 'registry/tracewell/sidecar:1', 'registry/tracewell/sidecar:1', false],
    ['with an older one', 'registry/tracewell/sidecar:1', 'registry/tracewell/sidecar:2', true],
    ['with a newer one', 'registry/tracewell/sidecar:2', 'registry/tracewell/sidecar:1', true],
    ['from a mirror', 'mirror:5000/proxy/tracewell/sidecar:1', 'registry/tracewell/sidecar:1', false],
    ['with an older one from a mirror', 'mirror:5000/tracewell/sidecar:1', 'registry/tracewell/sidecar:2', true],
    ['whose tag somebody pinned', `registry/sidecar:1@${A}`, 'registry/sidecar:1', false],
    ['with another digest', `registry/sidecar@${A}`, `registry/sidecar@${B}`, true],
    ['with the same digest', `registry/sidecar@${A}`, `registry/sidecar@${A}`, false],
    ['whose digest cannot be told from a tag', `registry/sidecar@${A}`, 'registry/sidecar:1', false],
    ['with another program', 'registry/other:1', 'registry/sidecar:1', true],
    ['without a tag, which is latest', 'registry:5000/sidecar', 'registry:5000/sidecar:1', true],
  ])('%s (%s, now %s) is outdated: %s', (_, image, wanted, expected) => {
    expect(isOutdated(running(image), { image: wanted })).toBe(expected);
  });

  it('without a sidecar is not outdated, but missed', () => {
    expect(isOutdated(podOf(), SETTINGS)).toBe(false);
  });

  it('is judged by its spec, whatever its annotations say', () => {
    const { metadata, spec } = running('registry/sidecar:1');
    const forged = { metadata: { ...metadata, annotations: { 'tracewell.dev/revision': 'forged' } }, spec };
    expect(isOutdated(forged, { image: 'registry/sidecar:1' })).toBe(false);
  });
});
