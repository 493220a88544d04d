import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { World } from './world.ts';

const CHART = join(import.meta.dirname, '../../charts/tracewell');
const REQUIRED = [
  '--set',
  'elasticsearch.urls={https://elasticsearch:9200}',
  '--set',
  'elasticsearch.existingSecret=es',
];
const GOLDEN = '../golden/chart';

const world = new World();

/** Helm alone: nothing of it goes to the cluster, which need not know the kinds of cert-manager. */
describe.skipIf(world.missing)(`the chart ${world.missing}`, () => {
  afterAll(() => world.close());

  const template = (...more: string[]) =>
    world.cluster.helm(['template', 'tracewell', CHART, '--namespace', 'ops', ...REQUIRED, ...more]);
  const certManager = ['--set', 'certManager.enabled=true'];
  const certificates = [...certManager, '--show-only', 'templates/certificate.yaml'];

  it.each([
    ['as it is', []],
    ['with cert-manager', certManager],
  ])('has no fault that helm lint knows, %s', async (_, more) => {
    expect(await world.cluster.helm(['lint', '--strict', CHART, ...REQUIRED, ...more])).toContain('0 chart(s) failed');
  });

  it('makes the same objects every time: nothing in it is random', async () => {
    expect(await template(...certManager)).toBe(await template(...certManager));
  });

  it.each([
    ['an authority of the release’s own', 'own-issuer.yaml', []],
    [
      'an issuer that is there',
      'issuer.yaml',
      ['--set', 'certManager.issuerRef.name=company', '--set', 'certManager.issuerRef.kind=ClusterIssuer'],
    ],
  ])('asks cert-manager for a certificate by %s', async (_, file, more) => {
    // Files end with one newline, whatever helm does.
    const text = `${(await template(...certificates, ...more)).trimEnd()}\n`;
    await expect(text).toMatchFileSnapshot(join(GOLDEN, file));
  });

  it('asks nobody for one, and reads no Secret of cert-manager’s, without it', async () => {
    const all = await template();
    expect(all).not.toMatch(/cert-manager|tracewell-tls|CERT_MANAGER/);
    expect(await template(...certManager)).toMatch(/TRACEWELL_CERT_MANAGER_SECRET\n\s+value: tracewell-tls/);
  });
});
