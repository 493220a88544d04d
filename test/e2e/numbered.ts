import type { Found } from './records.ts';

/** The text of a line: some of 40 kB, which the runtime cuts into parts, and most of one or two hundred bytes to 2 kB. */
export function textOf(line: number): string {
  const length = line % 50 === 0 ? 40_000 : 150 + ((line * 7_919) % 1_700);
  const words = 'the quick brown fox jumps over a lazy dog '.repeat(1 + length / 42).slice(0, length);
  return `line=${line} ${words} end=${line}`;
}

/** Every third line goes to standard error. */
export const streamOf = (line: number): 'stdout' | 'stderr' => (line % 3 === 0 ? 'stderr' : 'stdout');

/** For the script of a pod: `say(line)` writes a line, and returns when the runtime has it. */
export const NUMBERED = `
const textOf = ${textOf.toString()};
const streamOf = ${streamOf.toString()};
const say = (line) => void process[streamOf(line)].write(textOf(line) + '\\n');
`;

/**
 * What is wrong with the records of lines 1 to `lines` of one container run, one sentence each; `records` are by file and
 * offset. A line that was on its way when the runtime opened a new file is in two records.
 */
export function faultsOf(records: readonly Found[], lines: number): string[] {
  const faults: string[] = [];
  const texts = { stdout: [] as string[], stderr: [] as string[] };
  for (const { _id, _source } of inOrder(records)) {
    const { stream, message = '', tracewell } = _source;
    if (!stream || tracewell.cut || tracewell.repaired) faults.push(`${_id} is not as it was written`);
    const before = texts[stream ?? 'stdout'];
    if (message.startsWith('line=')) before.push(message);
    else before.push(`${before.pop() ?? ''}${message}`);
  }
  const found = Map.groupBy([...texts.stdout, ...texts.stderr], (text) => text);
  for (let line = 1; line <= lines; line++) {
    const text = textOf(line);
    const times = found.get(text)?.length ?? 0;
    if (times !== 1) faults.push(`line ${line} is there ${times} times`);
    found.delete(text);
  }
  for (const text of found.keys()) faults.push(`nobody wrote "${text.slice(0, 100)}" of ${text.length} characters`);
  return faults;
}

/** Files in the order in which they were begun. */
function inOrder(records: readonly Found[]): Found[] {
  const files = Map.groupBy(records, ({ _source }) => _source.tracewell.file);
  const begun = (file: readonly Found[]) => file[0]!._source['@timestamp'];
  return [...files.values()].toSorted((a, b) => (begun(a) < begun(b) ? -1 : 1)).flat();
}
