import { stringify } from 'yaml';
import { CURE } from '../audit/cure.ts';
import type { Egress } from './egress.ts';
import type { Told } from './events.ts';
import type { Explanation, SidecarFacts } from './explain.ts';
import { fields } from './layout.ts';
import type { Reported } from './reported.ts';

/** An explanation with what was asked for it in the cluster. */
export interface Explained extends Explanation {
  /** Pods of the workload that stand just like it. */
  alike: string[];
  events?: Told[];
  egress?: Egress;
}

/** An explanation as it is printed. */
export function explainText(one: Explained): string {
  const { namespace, pod, workload, isNew, state, alike, egress } = one;
  const name = isNew ? `A new pod of ${workload} in ${namespace}` : `Pod ${namespace}/${pod}`;
  const notes = [...(workload && !isNew ? [workload] : []), ...(state === 'Running' ? [] : [state.toLowerCase()])];
  const others = alike.length > 0 ? `; ${alike.length} more like it: ${alike.join(', ')}` : '';
  return [
    `${name}${notes.length > 0 ? ` (${notes.join(', ')})` : ''}${others}\n`,
    fields([
      ['Policy', policyLines(one)],
      ['Sidecar', sidecarLines(one)],
      ['Reported', one.sidecar ? reportedLines(one.reported) : []],
      ['Events', (one.events ?? []).map(eventLine)],
      ['Egress', egress && (one.sidecar || !one.skip) && one.governing ? egressLines(egress) : []],
    ]),
  ].join('');
}

function policyLines(one: Explanation): string[] {
  const { governing, behind, others, isUntouched, mayBeOthers, injectedUnder } = one;
  const none = isUntouched
    ? 'Pods of this namespace are never injected: a fault of ours must not stop the cluster.'
    : mayBeOthers
      ? 'No policy that you may read selects it.'
      : 'No policy selects it.';
  return [
    governing ? `${governing.policy} governs it: ${governing.why}.` : none,
    ...behind.map(({ policy, why }) => `${policy} selects it, too, and is behind: ${why}.`),
    ...others.map(({ policy, why }) => `${policy} ${why}.`),
    ...(injectedUnder === undefined ? [] : [`Its sidecar goes by ${injectedUnder}, as the pod's annotation says.`]),
  ];
}

function sidecarLines({ governing, sidecar, skip, isNew }: Explanation): string[] {
  if (sidecar) return injectedLines(sidecar);
  if (skip) return [`none. ${skip.reason}: ${skip.message}.`, `Cure: ${skip.cure}`];
  if (governing && isNew) return ['it would get one.'];
  return ['none.'];
}

function injectedLines({ image, injectedAt, revision, outdated, newImage, container }: SidecarFacts): string[] {
  const when = injectedAt === undefined ? '' : ` at ${injectedAt}`;
  const what = revision === undefined ? '' : `, revision ${revision}`;
  const lines = [`injected${when}${what}; ${container}.`];
  if (outdated === true) {
    lines.push(`Outdated: it runs ${image}, and new pods get ${newImage}.`, `Cure: ${CURE.Missed}`);
  } else if (outdated === false) lines.push('Up to date: it is what new pods get.');
  else lines.push(`It runs ${image}; whether that is what new pods get is not known.`);
  return lines;
}

function reportedLines(reported: Reported | undefined): string[] {
  if (!reported) return ['nothing that the operator has noted yet.'];
  const { state, revision, since, error, wantedRevision } = reported;
  const when = since === undefined ? '' : ` since ${since}`;
  const what = revision === undefined ? '' : `, with configuration ${revision}`;
  return [
    `${state}${when}${what}.`,
    ...(error === undefined ? [] : [`Its trouble: ${error}`]),
    ...(wantedRevision === undefined
      ? []
      : [`The policy's configuration is now ${wantedRevision}: sidecars get it within a minute or two.`]),
  ];
}

function eventLine({ at, reason, message, count, of }: Told): string {
  const notes = [...(of === undefined ? [] : [`of ${of}`]), ...(count > 1 ? [`${count} times`] : [])];
  return `${at} ${reason}${notes.length > 0 ? ` (${notes.join(', ')})` : ''}: ${message}`;
}

function egressLines({ limitedBy, refused, unclear, cure }: Egress): string[] {
  if (limitedBy.length === 0) return ['no NetworkPolicy of the namespace limits it.'];
  const by = `limited by ${limitedBy.join(', ')}`;
  if (!cure) return [`${by}; all that the sidecar needs is allowed.`];
  return [
    `${by}.`,
    ...refused.map((what) => `Not allowed: ${what}.`),
    ...unclear.map(
      (what) => `Perhaps not allowed, which depends on addresses or labels that are not seen here: ${what}.`,
    ),
    'Cure: apply this, with the addresses narrowed to yours:',
    ...stringify(cure)
      .trimEnd()
      .split('\n')
      .map((line) => `  ${line}`),
  ];
}
