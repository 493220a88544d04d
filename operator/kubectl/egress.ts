import { BlockList, isIP } from 'node:net';
import type { LabelSelector } from '../../api/policy.ts';
import { selects } from '../policy/govern.ts';
import type { OperatorSite } from './operator-site.ts';

type Labels = Readonly<Record<string, string>>;
interface Port {
  protocol?: string;
  port?: number | string;
  endPort?: number;
}
interface Peer {
  podSelector?: LabelSelector;
  namespaceSelector?: LabelSelector;
  ipBlock?: { cidr: string; except?: string[] };
}
interface Rule {
  ports?: Port[];
  to?: Peer[];
}

/** A NetworkPolicy, as far as it is read here (networking.k8s.io/v1). */
export interface NetworkPolicy {
  metadata: { name: string; namespace?: string };
  spec: { podSelector?: LabelSelector; policyTypes?: string[]; egress?: Rule[] };
}

/** Where a sidecar has to get to. What is undefined is not known. */
interface Need {
  what: string;
  port: number;
  protocols: readonly string[];
  /** Of pods. */
  namespace?: string;
  labels?: Labels;
  address?: string;
  /** Who answers is the cluster's own affair: any peer may be it. */
  anywhere?: true;
}

export interface Egress {
  /** Network policies that leave the pod only what they name; none: it reaches everything. */
  limitedBy: string[];
  /** What none of them allows, and what they may allow, which only the network knows. */
  refused: string[];
  unclear: string[];
  /** A NetworkPolicy that allows all of these. */
  cure?: object;
}

export interface EgressOptions {
  namespace: string;
  labels: Labels;
  /** All of the namespace. */
  policies: readonly NetworkPolicy[];
  operator: OperatorSite | undefined;
  namespaceLabels: (namespace: string) => Labels;
}

/** Whether the namespace's network policies let a pod reach what its sidecar needs (Kubernetes, "Network Policies"). */
export function egressOf({ namespace, labels, policies, operator, namespaceLabels }: EgressOptions): Egress {
  const limiting = policies.filter(({ spec }) => limitsEgress(spec) && selects(spec.podSelector, labels));
  const found: Egress = { limitedBy: limiting.map(({ metadata }) => metadata.name), refused: [], unclear: [] };
  const [first] = limiting;
  if (!first) return found;
  const rules = limiting.flatMap(({ spec }) => spec.egress ?? []);
  const lacking: Need[] = [];
  for (const need of needsOf(operator)) {
    const verdict = allows(rules, need, { namespace, namespaceLabels });
    if (verdict === 'yes') continue;
    lacking.push(need);
    (verdict === 'no' ? found.refused : found.unclear).push(need.what);
  }
  return lacking.length > 0 ? { ...found, cure: cureOf(namespace, first.spec.podSelector ?? {}, lacking) } : found;
}

/** Without types a policy is for egress only if it says something of it. */
const limitsEgress = ({ policyTypes, egress }: NetworkPolicy['spec']): boolean =>
  policyTypes ? policyTypes.includes('Egress') : egress !== undefined;

function needsOf(operator: OperatorSite | undefined): Need[] {
  const dns: Need = { what: 'name resolution (port 53)', port: 53, protocols: ['UDP', 'TCP'], anywhere: true };
  if (!operator) return [dns];
  const { namespace, reportsPort, elasticsearch, onNodes } = operator;
  const labels = { 'app.kubernetes.io/name': 'tracewell' };
  const reports = { what: `the operator, for reports (port ${reportsPort})`, port: reportsPort, protocols: ['TCP'] };
  return [dns, ...elasticsearch.map(elasticNeed), { ...reports, ...(onNodes ? {} : { namespace, labels }) }];
}

function elasticNeed(url: string): Need {
  const { hostname, port, protocol } = new URL(url);
  const host = hostname.replaceAll(/[[\]]/g, '');
  const need = { what: url, port: Number(port || (protocol === 'https:' ? 443 : 80)), protocols: ['TCP'] };
  if (isIP(host)) return { ...need, address: host };
  const [, namespace] = /^[^.]+\.([^.]+)\.svc(?:\.|$)/.exec(host) ?? [];
  return namespace ? { ...need, namespace } : need;
}

type Verdict = 'yes' | 'unclear' | 'no';
type Place = Pick<EgressOptions, 'namespace' | 'namespaceLabels'>;

const best = (verdicts: readonly Verdict[]): Verdict =>
  (['yes', 'unclear'] as const).find((one) => verdicts.includes(one)) ?? 'no';
const both = (one: Verdict, other: Verdict): Verdict =>
  (['no', 'unclear'] as const).find((each) => one === each || other === each) ?? 'yes';

/** Rules add up: one that allows it is enough, for each protocol at least one. */
function allows(rules: readonly Rule[], need: Need, place: Place): Verdict {
  const allowed = ({ ports, to }: Rule) =>
    both(
      ports?.length ? best(ports.map((port) => portAllows(port, need))) : 'yes',
      to?.length ? best(to.map((peer) => peerAllows(peer, need, place))) : 'yes',
    );
  return best(rules.map(allowed));
}

function portAllows({ protocol = 'TCP', port, endPort }: Port, need: Need): Verdict {
  if (!need.protocols.includes(protocol)) return 'no';
  if (port === undefined) return 'yes';
  // A name is that of a port of the pod over there.
  if (typeof port === 'string') return 'unclear';
  return need.port >= port && need.port <= (endPort ?? port) ? 'yes' : 'no';
}

function peerAllows({ ipBlock, namespaceSelector, podSelector }: Peer, need: Need, place: Place): Verdict {
  if (need.anywhere) return 'yes';
  if (ipBlock) return blockAllows(ipBlock, need);
  if (need.namespace === undefined) return need.address === undefined ? 'unclear' : 'no';
  const isThere = namespaceSelector
    ? selects(namespaceSelector, place.namespaceLabels(need.namespace))
    : need.namespace === place.namespace;
  if (!isThere) return 'no';
  const isAny = !podSelector || (!podSelector.matchLabels && !podSelector.matchExpressions);
  if (isAny) return 'yes';
  if (!need.labels) return 'unclear';
  return selects(podSelector, need.labels) ? 'yes' : 'no';
}

/** Which address a name has, or a pod, only the network knows. */
function blockAllows({ cidr, except = [] }: NonNullable<Peer['ipBlock']>, { address }: Need): Verdict {
  if (address !== undefined) return isIn(address, cidr) && !except.some((block) => isIn(address, block)) ? 'yes' : 'no';
  return except.length === 0 && (cidr === '0.0.0.0/0' || cidr === '::/0') ? 'yes' : 'unclear';
}

function isIn(address: string, cidr: string): boolean {
  const [net = '', prefix = ''] = cidr.split('/');
  const family = (ip: string) => (isIP(ip) === 6 ? 'ipv6' : 'ipv4');
  if (!isIP(net)) return false;
  const list = new BlockList();
  list.addSubnet(net, Number(prefix), family(net));
  return list.check(address, family(address));
}

function cureOf(namespace: string, podSelector: LabelSelector, needs: readonly Need[]): object {
  return {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'NetworkPolicy',
    metadata: { name: 'tracewell-sidecars', namespace },
    spec: {
      podSelector,
      policyTypes: ['Egress'],
      egress: needs.map(({ port, protocols, ...need }) => ({
        to: [peerFor(need)],
        ports: protocols.map((protocol) => ({ protocol, port })),
      })),
    },
  };
}

function peerFor({ anywhere, namespace, labels, address }: Partial<Need>): Peer {
  if (anywhere) return { namespaceSelector: {} };
  const namespaceSelector = { matchLabels: { 'kubernetes.io/metadata.name': namespace ?? '' } };
  if (namespace !== undefined)
    return { namespaceSelector, ...(labels ? { podSelector: { matchLabels: { ...labels } } } : {}) };
  if (address !== undefined) return { ipBlock: { cidr: `${address}/${isIP(address) === 6 ? 128 : 32}` } };
  // A name: its addresses are to be put here by who knows them.
  return { ipBlock: { cidr: '0.0.0.0/0' } };
}
