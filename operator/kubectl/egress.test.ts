import { describe, expect, it } from 'vitest';
import { egressOf, type NetworkPolicy } from './egress.ts';
import type { OperatorSite } from './operator-site.ts';

const site = (url: string) =>
  ({ namespace: 'tracewell', name: 'tracewell', reportsPort: 9444, elasticsearch: [url] }) as unknown as OperatorSite;
const onNodes = (url: string) => ({ ...site(url), onNodes: true });
const policy = (spec: NetworkPolicy['spec'], name = 'one'): NetworkPolicy => ({ metadata: { name }, spec });

function look(policies: NetworkPolicy[], url = 'https://elasticsearch.elastic.svc:9200', operator = site(url)) {
  return egressOf({
    namespace: 'shop',
    labels: { app: 'cart' },
    policies,
    operator,
    namespaceLabels: (name) => ({ 'kubernetes.io/metadata.name': name }),
  });
}

const REPORTS = 'the operator, for reports (port 9444)';
const DNS = 'name resolution (port 53)';
const named = (name: string) => ({ namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': name } } });
const dns = { ports: [{ protocol: 'UDP', port: 53 }] };
const reports = { to: [named('tracewell')], ports: [{ port: 9444 }] };

describe('network policies that do not limit the egress of a pod', () => {
  it.each<[string, NetworkPolicy[]]>([
    ['none', []],
    ['of ingress only', [policy({ podSelector: {}, policyTypes: ['Ingress'] })]],
    ['that say nothing of egress', [policy({ podSelector: {} })]],
    ['of other pods', [policy({ podSelector: { matchLabels: { app: 'till' } }, policyTypes: ['Egress'] })]],
  ])('%s', (_, policies) => {
    expect(look(policies)).toEqual({ limitedBy: [], refused: [], unclear: [] });
  });
});

describe('what a rule lets through to Elasticsearch', () => {
  const service = 'https://elasticsearch.elastic.svc:9200';
  const outside = 'https://es.example.com';
  const address = 'https://10.1.2.3:9200';
  it.each<[string, string, 'yes' | 'unclear' | 'no', object]>([
    ['everything', service, 'yes', {}],
    ['its namespace', service, 'yes', { to: [named('elastic')] }],
    ['another namespace', service, 'no', { to: [named('other')] }],
    ['all namespaces', service, 'yes', { to: [{ namespaceSelector: {} }] }],
    ['pods of the own namespace', service, 'no', { to: [{ podSelector: {} }] }],
    [
      'some pods there',
      service,
      'unclear',
      { to: [{ ...named('elastic'), podSelector: { matchLabels: { a: 'b' } } }] },
    ],
    ['its port', service, 'yes', { ports: [{ port: 9200 }] }],
    ['a range with its port', service, 'yes', { ports: [{ port: 9000, endPort: 9999 }] }],
    ['another port', service, 'no', { ports: [{ port: 443 }] }],
    ['another protocol', service, 'no', { ports: [{ protocol: 'UDP', port: 9200 }] }],
    ['a named port', service, 'unclear', { ports: [{ port: 'https' }] }],
    ['every address', outside, 'yes', { to: [{ ipBlock: { cidr: '0.0.0.0/0' } }] }],
    ['some addresses', outside, 'unclear', { to: [{ ipBlock: { cidr: '10.0.0.0/8' } }], ports: [{ port: 443 }] }],
    ['its address', address, 'yes', { to: [{ ipBlock: { cidr: '10.0.0.0/8' } }] }],
    ['all but its address', address, 'no', { to: [{ ipBlock: { cidr: '10.0.0.0/8', except: ['10.1.0.0/16'] } }] }],
    ['other addresses', address, 'no', { to: [{ ipBlock: { cidr: '192.168.0.0/16' } }] }],
  ])('%s, %s: %s', (_, url, verdict, rule) => {
    const { refused, unclear } = look([policy({ policyTypes: ['Egress'], egress: [dns, reports, rule] })], url);
    expect({ refused, unclear }).toEqual({
      refused: verdict === 'no' ? [url] : [],
      unclear: verdict === 'unclear' ? [url] : [],
    });
  });
});

it('rules of several policies add up', () => {
  const policies = [
    policy({ policyTypes: ['Egress'], egress: [dns] }, 'dns'),
    policy({ egress: [{ to: [named('elastic')] }, reports] }, 'rest'),
  ];
  expect(look(policies)).toEqual({ limitedBy: ['dns', 'rest'], refused: [], unclear: [] });
});

it('a policy that lets nothing out gets one beside it that allows just what is needed', () => {
  const before = policy({ podSelector: { matchLabels: { app: 'cart' } }, policyTypes: ['Egress'] });
  const { refused, cure } = look([before]);
  expect(refused).toEqual([DNS, 'https://elasticsearch.elastic.svc:9200', REPORTS]);
  expect(look([before, cure as NetworkPolicy])).toMatchObject({ refused: [], unclear: [] });
});

describe('an operator on the network of its nodes', () => {
  const url = 'https://elasticsearch.elastic.svc:9200';
  const rest = [dns, { to: [named('elastic')], ports: [{ port: 9200 }] }];
  it.each<[string, 'yes' | 'unclear' | 'no', object]>([
    ['its namespace', 'unclear', reports],
    ['every address', 'yes', { to: [{ ipBlock: { cidr: '0.0.0.0/0' } }], ports: [{ port: 9444 }] }],
    ['some addresses', 'unclear', { to: [{ ipBlock: { cidr: '10.0.0.0/8' } }] }],
    ['another port', 'no', { ports: [{ port: 443 }] }],
  ])('is reached by a rule for %s: %s', (_, verdict, rule) => {
    const found = look(
      [policy({ podSelector: {}, policyTypes: ['Egress'], egress: [...rest, rule] })],
      url,
      onNodes(url),
    );
    expect({ refused: found.refused, unclear: found.unclear }).toEqual({
      refused: verdict === 'no' ? [REPORTS] : [],
      unclear: verdict === 'unclear' ? [REPORTS] : [],
    });
  });
});
