import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { NAMESPACE } from '../installation.ts';
import { World } from './world.ts';

const CHART = join(import.meta.dirname, '../../charts/tracewell');
const GOLDEN = join(import.meta.dirname, '../golden/chart');
const set = (...values: string[]) => values.flatMap((value) => ['--set', value]);
const NEEDED = set('elasticsearch.urls={https://elasticsearch:9200}', 'elasticsearch.existingSecret=es');
const EVERYTHING = ['--values', join(GOLDEN, 'everything.values.yaml')];
/** They are another test's: generated, and long. */
const NO_CRDS = set('crds.enabled=false');

const world = new World();

interface Manifest {
  kind: string;
  metadata: { name: string; labels?: Record<string, string> };
}

describe.skipIf(world.missing)(`the chart ${world.missing}`, () => {
  afterAll(() => world.close());

  const render = (release: string, namespace: string, values: readonly string[]) =>
    world.cluster.helm(['template', release, CHART, '--namespace', namespace, ...NEEDED, ...values]);
  const template = (...values: string[]) => render('tracewell', 'ops', values);
  const certManager = set('certManager.enabled=true');
  const certificates = [...certManager, '--show-only', 'templates/certificate.yaml'];

  it.each([
    ['as it is', []],
    ['with cert-manager', certManager],
    ['with every value', EVERYTHING],
    ['on the network of the nodes', set('webhook.hostNetwork=true')],
  ])('has no fault that helm lint knows, %s', async (_, more) => {
    expect(await world.cluster.helm(['lint', '--strict', CHART, ...NEEDED, ...more])).toContain('0 chart(s) failed');
  });

  it('makes the same objects every time: nothing in it is random', async () => {
    expect(await template(...certManager)).toBe(await template(...certManager));
  });

  it.each([
    ['as it is', 'default.yaml', NO_CRDS],
    ['with every value', 'everything.yaml', [...NO_CRDS, ...EVERYTHING]],
    [
      'on the network of the nodes',
      'host-network.yaml',
      [...set('webhook.hostNetwork=true'), '--show-only', 'templates/deployment.yaml'],
    ],
    [
      'with a ServiceMonitor',
      'service-monitor.yaml',
      [
        ...set('metrics.serviceMonitor.enabled=true', 'metrics.serviceMonitor.labels.release=prometheus'),
        '--show-only',
        'templates/service-monitor.yaml',
      ],
    ],
    ['with an authority of the release’s own by cert-manager', 'own-issuer.yaml', certificates],
    [
      'with an issuer of cert-manager that is there',
      'issuer.yaml',
      [...certificates, ...set('certManager.issuerRef.name=company', 'certManager.issuerRef.kind=ClusterIssuer')],
    ],
  ])('is rendered, %s', async (_, file, values) => {
    // Files end with one newline, whatever helm does.
    await expect(`${(await template(...values)).trimEnd()}\n`).toMatchFileSnapshot(join(GOLDEN, file));
  });

  it('asks nobody for a certificate, and reads no Secret of cert-manager’s, without it', async () => {
    const all = await template();
    expect(all).not.toMatch(/cert-manager|tracewell-tls|CERT_MANAGER/);
    expect(await template(...certManager)).toMatch(/TRACEWELL_CERT_MANAGER_SECRET\n\s+value: tracewell-tls/);
  });

  it('labels every object as its own, and with what the values add, but the CustomResourceDefinitions', async () => {
    const objects = parseAllDocuments(await template(...EVERYTHING)).map((one) => one.toJS() as Manifest);
    expect(objects.length).toBeGreaterThan(10);
    const unlabelled = objects.filter(
      ({ metadata: { labels } }) =>
        labels?.['app.kubernetes.io/instance'] !== 'tracewell' || labels['team'] !== 'platform',
    );
    expect(new Set(unlabelled.map(({ kind }) => kind))).toEqual(new Set(['CustomResourceDefinition']));
  });

  it.each([
    ['as it is', NAMESPACE, []],
    ['with every value', NAMESPACE, EVERYTHING],
    // The namespace of the release enforces a level of Pod Security that forbids it.
    ['on the network of the nodes', 'default', set('webhook.hostNetwork=true')],
  ])('is taken by the API server as it stands, %s, and meets Pod Security', async (_, namespace, values) => {
    const input = await render('other', namespace, values);
    const strict = ['--dry-run=server', '--validate=strict', '--warnings-as-errors', '--force-conflicts'];
    const applied = await world.cluster.kubectl(['apply', '--server-side', ...strict, '-f', '-'], { input });
    expect(applied).toMatch(/deployment.apps\/other-tracewell serverside-applied \(server dry run\)/);
  });

  it.each([
    ['a value that it does not know', ['image.tagg=1'], /at '\/image': additional properties 'tagg' not allowed/],
    ['a value of the wrong kind', ['replicas=two'], /at '\/replicas': got string, want integer/],
    ['a URL without a scheme', ['elasticsearch.urls={es:9200}'], /at '\/elasticsearch\/urls\/0': 'es:9200' does not/],
    ['no Elasticsearch', ['elasticsearch.urls=null'], /elasticsearch.urls is needed, such as --set/],
    ['no Secret', ['elasticsearch.existingSecret='], /existingSecret is needed: a Secret in the namespace ops/],
    ['one port for two things', ['webhook.port=9444'], /must differ; they are 9444, 9444, 8080/],
    ['a label that is the chart’s', ['podLabels.app\\.kubernetes\\.io/name=x'], /cannot name app.kubernetes.io\/name/],
    [
      'a NetworkPolicy that would hold for nobody',
      ['webhook.hostNetwork=true', 'networkPolicy.enabled=true'],
      /networkPolicy.enabled does nothing for pods on the network of their nodes/,
    ],
  ])('refuses %s, and says what to do', async (_, values, fault) => {
    await expect(template(...set(...values))).rejects.toThrow(fault);
  });

  it('is tested by `helm test`, by a pod that Pod Security admits', async () => {
    const said = await world.cluster.helm(['test', 'tracewell', '-n', NAMESPACE, '--logs', '--timeout=120s']);
    expect(said).toMatch(/Phase:\s+Succeeded/);
    const checks = said.split('\n').filter((line) => /^(ok|FAILED) /.test(line));
    expect(checks.map((line) => line.split(':')[0])).toEqual([
      'ok      health',
      'ok      webhook',
      'ok      leader',
      'ok      reports',
    ]);
  });

  it('has no program of its own in the pod of `helm test`', async () => {
    const { image, args } = testContainer(await template());
    expect(image).toMatch(/\/operator:/);
    expect(args).toEqual([(await readFile(join(CHART, 'files/check.mjs'), 'utf8')).trimEnd() + '\n']);
  });
});

function testContainer(rendered: string): { image: string; args: string[] } {
  const pod = parseAllDocuments(rendered)
    .map((one) => one.toJS() as Manifest & { spec: { containers: { image: string; args: string[] }[] } })
    .find(({ kind }) => kind === 'Pod');
  return pod!.spec.containers[0]!;
}
