import type { Gap } from './account.ts';
import type { WrittenFile, WrittenLine } from './written.ts';

/** What the judge knows of a configuration. */
export interface Rules {
  readonly multiline: string;
  readonly recordBytes: number;
  readonly heldBytes: number;
  readonly drop: readonly string[];
}

type Condition = (line: WrittenLine, file: Pick<WrittenFile, 'container'>) => boolean;

/** Conditions in KQL, each beside what it means to the judge, who does not read KQL. */
const CONDITIONS: Readonly<Record<string, Condition>> = {
  'log.level: debug': ({ isDebug }) => isDebug,
  'log.level: "debug" and kubernetes.container.name: app-0': ({ isDebug }, { container }) =>
    isDebug && container === 'app-0',
  'stream: stderr and (log.level: debug or log.level: trace)': ({ isDebug, lane }) => isDebug && lane === 1,
};
export const DROP_RULES = Object.keys(CONDITIONS);

/** A start pattern, as a policy has it. */
export const START = '^(INFO|WARN|ERROR|DEBUG|\\{)';
/** Lines of this look may go on a record of text: more than the sidecar takes, but never the first line of a debug record. */
const GOES_ON = /^(\s|Caused by|\.\.\.|Traceback|goroutine|main\.|\w*(Error|Exception)\b|$)/;
/** Later than this after the line before, a line is a record of its own. */
const JOIN_MS = 500;

/** Whether one of the rules discards the record that begins with this line. */
export function isDropped(rules: readonly string[], line: WrittenLine, file: Pick<WrittenFile, 'container'>): boolean {
  return rules.some((rule) => CONDITIONS[rule]!(line, file));
}

/**
 * Whether what no document covers is nowhere because a rule of this configuration discards it: it begins such a record, or goes
 * on one. `isStable`: no other configuration can have stored what lies between.
 */
export function isDiscarded(rules: Rules, gap: Gap, file: WrittenFile, isStable: boolean): boolean {
  const { from, isFree, lane } = gap;
  for (let at = from; at >= 0; at--) {
    if (isDropped(rules.drop, lane.lines[at]!, file)) return true;
    if (at === 0 || (isStable && !isFree(at - 1)) || !mayGoOn(rules, lane.lines[at]!, lane.lines[at - 1]!))
      return false;
  }
  return false;
}

/** Whether a line may be in one record with the line before it in its lane. */
function mayGoOn({ drop, multiline }: Rules, line: WrittenLine, last: WrittenLine): boolean {
  if (last.more) return true;
  if (!last.stamp || !line.stamp || multiline === 'Off' || drop.length === 0) return false;
  if (Date.parse(line.stamp) - Date.parse(last.stamp) > JOIN_MS) return false;
  const text = line.text.toString();
  return multiline === START ? !new RegExp(START).test(text) : GOES_ON.test(text);
}
