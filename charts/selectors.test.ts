import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parseAllDocuments } from 'yaml';

type Labels = Record<string, string>;
interface Manifest {
  kind: string;
  metadata: { labels: Labels };
  spec: {
    selector?: Labels & { matchLabels?: Labels };
    podSelector?: { matchLabels: Labels };
    template?: { metadata: { labels: Labels } };
    ingress?: { ports: { port: number }[] }[];
    egress?: { ports?: { port: number }[] }[];
  };
}

/** What is left out leaves a comment. */
const rendered = (file: string) =>
  parseAllDocuments(readFileSync(join(import.meta.dirname, '../test/golden/chart', file), 'utf8'))
    .map((one) => one.toJS() as Manifest | null)
    .filter((one) => one !== null);
const selects = (selector: Labels, labels: Labels) =>
  Object.entries(selector).every(([name, value]) => labels[name] === value);

describe.each(['default.yaml', 'everything.yaml'])('the chart rendered as %s', (file) => {
  const objects = rendered(file);
  const only = (kind: string) => objects.filter((object) => object.kind === kind);
  const operator = only('Deployment')[0]!.spec.template!.metadata.labels;
  const test = only('Pod')[0]!.metadata.labels;
  const selectors = objects
    .map(({ kind, spec }) => ({
      kind,
      selector: spec?.podSelector?.matchLabels ?? spec?.selector?.matchLabels ?? spec?.selector,
    }))
    .filter(
      ({ kind, selector }) =>
        selector && ['Deployment', 'Service', 'PodDisruptionBudget', 'NetworkPolicy'].includes(kind),
    );

  it('means the operator’s pods by every selector, and never the pod of `helm test`', () => {
    expect(selectors.length).toBeGreaterThanOrEqual(3);
    expect(selectors.filter(({ selector }) => !selects(selector as Labels, operator))).toEqual([]);
    expect(selectors.filter(({ selector }) => selects(selector as Labels, test))).toEqual([]);
  });

  it('means no pod of a user’s by any: each asks for the name and for the release', () => {
    for (const { selector } of selectors)
      expect(selector).toEqual({ 'app.kubernetes.io/name': 'tracewell', 'app.kubernetes.io/instance': 'tracewell' });
  });
});

describe('the NetworkPolicy', () => {
  const [{ spec }] = rendered('everything.yaml').filter(({ kind }) => kind === 'NetworkPolicy') as [Manifest];
  const ports = (rules: { ports?: { port: number }[] }[]) =>
    [...new Set(rules.flatMap((rule) => rule.ports ?? []).map(({ port }) => port))].toSorted((a, b) => a - b);

  it('lets in to the webhook, the reports and the metrics', () => {
    expect(ports(spec.ingress!)).toEqual([8081, 9444, 10443]);
  });

  it('lets out to DNS, the API server, and to Elasticsearch and Kibana by the ports of their URLs', () => {
    expect(ports(spec.egress!)).toEqual([53, 443, 5353, 5601, 6443, 9200, 9243]);
  });
});

it('there is none unless it is asked for', () => {
  expect(rendered('default.yaml').map(({ kind }) => kind)).not.toContain('NetworkPolicy');
});
