import { waitMs } from './decide.ts';
import { CLUSTER, stopOf, type Entry, type State } from './state.ts';

/** `the whole cluster`, `the namespace shop`. */
export const placeOf = (scope: string): string => (scope === CLUSTER ? 'the whole cluster' : `the namespace ${scope}`);

/** Why nothing is injected in a namespace at the moment: the message of the skip reason. Undefined: nothing stops it. */
export function stopped(breakers: State, namespace: string): string | undefined {
  const stop = stopOf(breakers, namespace);
  return stop && `injection is stopped in ${placeOf(stop.scope)}: ${causeOf(stop.entry)}`;
}

/** For the status of a policy: what stops the injection of its pods, and what to do. */
export const sentenceOf = ({ scope, entry }: { scope: string; entry: Entry }): string =>
  `Since ${entry.since} nothing is injected in ${placeOf(scope)}: ${causeOf(entry)}. ${cureOf(entry)}`;

/** What happened, to whom and why. */
export function causeOf({ example, reason, message, image, nodes }: Entry): string {
  const where = nodes.length > 0 ? ` on ${nodes.length === 1 ? 'the node' : 'the nodes'} ${nodes.join(', ')}` : '';
  return `the sidecar kept ${example} from starting${where} (${reason}; image ${image}): ${message}`;
}

/** What is done now, and what people can do. */
export function cureOf(entry: Entry): string {
  const canary =
    entry.phase === 'half-open'
      ? 'The next pod of a controller gets a sidecar, to see whether it starts.'
      : `One pod is tried with a sidecar from ${new Date(Date.parse(entry.since) + waitMs(entry)).toISOString()} on.`;
  return `New pods go in without a sidecar. Mend the cause: a change of the chart's sidecar values or of the policy is tried at once. ${canary}`;
}
