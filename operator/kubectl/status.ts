import type { SkipReason } from '../../api/names.ts';
import type { Condition, PolicyStatus } from '../../api/policy.ts';
import { titleOf, type RawPolicy } from '../policy/accept.ts';
import { selects } from '../policy/govern.ts';
import type { Command } from './command.ts';
import { CURE } from '../audit/cure.ts';
import { count, fields, table } from './layout.ts';
import type { Output } from './output.ts';
import type { Reader } from './reader.ts';
import { takeSnapshot, type Snapshot } from './snapshot.ts';

/** `status`: what the operator says of the policies that reach the namespace, or of all. */
export async function runStatus(command: Command & { namespace: string }, reader: Reader): Promise<Output> {
  const namespace = command.everywhere ? undefined : command.namespace;
  const snapshot = await takeSnapshot(reader, { namespace, operatorNamespace: command.operatorNamespace });
  return statusOutput(snapshot, namespace);
}

export function statusOutput(snapshot: Snapshot, namespace: string | undefined): Output {
  const shown = snapshot.policies
    .all()
    .filter((raw) => namespace === undefined || concerns(raw, snapshot.namespaceLabels(namespace)))
    .toSorted((a, b) => (orderOf(a) < orderOf(b) ? -1 : 1));
  const where = namespace === undefined ? 'any namespace' : `the namespace ${namespace}`;
  const text = shown.length > 0 ? shown.map(policyText).join('\n') : `No policy reaches ${where}.\n`;
  return { text, value: { policies: shown.map(policyValue) } };
}

/** Those of namespaces first. */
const orderOf = (raw: RawPolicy): string => `${raw.kind === 'TracingPolicy' ? 0 : 1} ${titleOf(raw)}`;

/** A cluster policy that cannot even be read has a place here, too: what it would select nobody knows. */
function concerns(
  { kind, spec }: RawPolicy & { spec?: { namespaceSelector?: object } },
  labels: Readonly<Record<string, string>>,
) {
  if (kind === 'TracingPolicy' || typeof spec?.namespaceSelector !== 'object') return true;
  return selects(spec.namespaceSelector, labels);
}

function policyValue({ kind, metadata: { namespace, name, generation }, status }: RawPolicy) {
  return { kind, ...(namespace ? { namespace } : {}), name, generation, status: status ?? {} };
}

function policyText(raw: RawPolicy): string {
  const { status = {}, metadata } = raw;
  const { conditions = [], pods, configuration, inForceSince, observedGeneration } = status;
  const force = inForceSince === undefined ? 'not in force' : `in force since ${inForceSince}`;
  const isBehind = observedGeneration !== metadata.generation;
  return [
    `${titleOf(raw)}, ${metadata.deletionTimestamp ? 'being deleted' : force}\n`,
    isBehind
      ? '  The operator has not looked at its newest version yet: is it running? (kubectl get pods -l app.kubernetes.io/name=tracewell -A)\n'
      : '',
    indented(table(conditions.map(conditionRow))),
    fields([
      ['Pods', pods ? podsLines(pods) : []],
      ['Configuration', configuration ? [configurationLine(configuration)] : []],
    ]),
  ].join('');
}

const indented = (text: string): string => text.replaceAll(/^(?=.)/gm, '  ');

const conditionRow = ({ type, status, reason, message }: Condition) => [type, status, reason, message];

function podsLines({ matched, injected, outdated, skipped, shadowed }: NonNullable<PolicyStatus['pods']>): string[] {
  const old = outdated > 0 ? `, ${outdated} of them with an outdated sidecar: restart their workloads` : '';
  return [
    `${matched} matched, ${injected} injected${old}`,
    ...skipped.map(({ reason, count: number, example }) => {
      const cure = Object.hasOwn(CURE, reason) ? ` ${CURE[reason as SkipReason]}` : '';
      return `${count(number, 'pod')} skipped: ${reason}, such as ${example}.${cure}`;
    }),
    ...shadowed.map(
      ({ by, count: number, example }) => `${count(number, 'pod')} governed by ${by} instead, such as ${example}.`,
    ),
  ];
}

const configurationLine = ({ revision, loaded, reporting }: NonNullable<PolicyStatus['configuration']>): string =>
  `${loaded} of ${count(reporting, 'reporting sidecar')} run revision ${revision}`;
