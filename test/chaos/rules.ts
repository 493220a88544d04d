import type { WrittenFile, WrittenLine } from './written.ts';

/** Drop rules in KQL, each beside what it means to the judge, who does not read KQL. */
const RULES: Readonly<Record<string, (line: WrittenLine, file: Pick<WrittenFile, 'container'>) => boolean>> = {
  'log.level: debug': ({ isDebug }) => isDebug,
  'log.level: "debug" and kubernetes.container.name: app-0': ({ isDebug }, { container }) =>
    isDebug && container === 'app-0',
  'stream: stderr and (log.level: debug or log.level: trace)': ({ isDebug, lane }) => isDebug && lane === 1,
};

export const DROP_RULES = Object.keys(RULES);

/** Whether one of the rules discards the record that begins with this line. */
export function isDropped(rules: readonly string[], line: WrittenLine, file: Pick<WrittenFile, 'container'>): boolean {
  return rules.some((rule) => RULES[rule]!(line, file));
}
