import type { Happening, Plan } from './plan.ts';
import type { Outcome } from './scenario.ts';

const SHOWN_FAULTS = 10;

/** Columns of a run's line, with their headings. */
const COLUMNS: readonly (readonly [heading: string, width: number, of: (outcome: Outcome) => string | number])[] = [
  ['seed', 10, ({ plan }) => plan.seed],
  ['', 2, ({ verdict }) => (verdict.faults.length === 0 ? '✓' : '✗')],
  ['lines', 6, ({ lines }) => lines],
  ['records', 7, ({ verdict }) => verdict.records],
  ['dead', 4, ({ verdict }) => verdict.deadLetters],
  ['again', 6, ({ wire }) => wire.again],
  ['known', 6, ({ wire }) => wire.known],
  ['copies', 6, ({ verdict }) => verdict.copies.length],
  ['overlaps', 8, ({ verdict }) => verdict.overlaps.length],
  ['dropped', 8, ({ verdict }) => verdict.discardedBytes],
  ['lost', 8, ({ verdict }) => verdict.lostBytes],
  ['counted', 8, ({ verdict }) => verdict.countedBytes],
  ['seconds', 7, ({ seconds }) => seconds.toFixed(1)],
];

/** What the columns of `runLine` are. */
export const HEADINGS = `${COLUMNS.map(([heading, width]) => heading.padStart(width)).join(' ')}  what happened`;

/** What the headings mean. */
export const LEGEND = `again: records that came over the wire once more; known: of these, what Elasticsearch had already
copies: ids in two backing indices, after a rollover; overlaps: ids that share a line with another one
dropped, lost, counted: bytes that rules discarded, that are nowhere (with leave), and that the sidecar counts as lost`;

/** One run in one line. */
export function runLine(outcome: Outcome): string {
  const cells = COLUMNS.map(([, width, of]) => String(of(outcome)).padStart(width));
  const happened = [...counted(outcome)].map(([what, times]) => (times > 1 ? `${what}×${times}` : what));
  return `${cells.join(' ')}  ${happened.join(' ')}`;
}

/** What went wrong in a run. */
export function failureLines({ verdict: { faults } }: Outcome): string[] {
  const more = faults.length - SHOWN_FAULTS;
  const shown = faults.slice(0, SHOWN_FAULTS).map((fault) => `  ✗ ${fault.slice(0, 400)}`);
  return more > 0 ? [...shown, `  and ${more} more`] : shown;
}

/** The command that plays the same again. */
export const commandOf = ({ runs, seed, without }: { runs: number; seed: number; without: string }): string =>
  `npm run chaos -- --runs ${runs} --seed ${seed}${without ? ` --without ${without}` : ''}`;

/** All runs together. */
export function summaryLines(outcomes: readonly Outcome[]): string[] {
  const sum = (of: (outcome: Outcome) => number) => outcomes.reduce((all, outcome) => all + of(outcome), 0);
  const failed = outcomes.filter(({ verdict }) => verdict.faults.length > 0);
  const met = new Map<string, number>();
  const losses = new Map<string, number>();
  for (const outcome of outcomes) {
    for (const [what, times] of counted(outcome)) met.set(what, (met.get(what) ?? 0) + times);
    for (const [why, bytes] of outcome.verdict.losses) losses.set(why, (losses.get(why) ?? 0) + bytes);
  }
  const figures: [string, number | string][] = [
    ['runs', outcomes.length],
    ['failed', failed.length],
    ['lives of the sidecar', sum(({ logs }) => logs.length)],
    ['log files', sum(({ evidence }) => evidence.files.length)],
    ['lines written', sum(({ lines }) => lines)],
    ['records stored', sum(({ verdict }) => verdict.records)],
    ['dead letters', sum(({ verdict }) => verdict.deadLetters)],
    ['bytes discarded by rules', sum(({ verdict }) => verdict.discardedBytes)],
    ['requests', sum(({ wire }) => wire.requests)],
    ['records sent again', sum(({ wire }) => wire.again)],
    ['of these known already', sum(({ wire }) => wire.known)],
    ['copies across a rollover', sum(({ verdict }) => verdict.copies.length)],
    ['records that overlap', sum(({ verdict }) => verdict.overlaps.length)],
    ['bytes lost, with leave', sum(({ verdict }) => verdict.lostBytes)],
    ...[...losses].map(([why, bytes]): [string, number] => [`  ${why}`, bytes]),
    ['of files that no checkpoint knows', sum(({ verdict }) => verdict.unknownBytes)],
    ['bytes counted as lost', sum(({ verdict }) => verdict.countedBytes)],
    ['seconds', Math.round(sum(({ seconds }) => seconds))],
  ];
  const width = Math.max(...figures.map(([name]) => name.length));
  const happened = [...met].toSorted(([, a], [, b]) => b - a).map(([what, times]) => `${what} ${times}`);
  return [
    ...figures.map(([name, figure]) => `${name.padEnd(width)} ${String(figure).padStart(10)}`),
    '',
    `what happened: ${happened.join(', ')}`,
  ];
}

/** Happenings that are no trouble by themselves are not told. */
const QUIET = new Set<Happening['does']>(['begin', 'end', 'write', 'start', 'weather', 'freeDisk']);

/** What happened in a run, how often: its plan's happenings and the faults that requests met. */
function counted({ met, plan }: Outcome): Map<string, number> {
  const all = new Map<string, number>();
  const traits = traitsOf(plan);
  const loud = plan.happenings.map(({ does }) => does).filter((does) => !QUIET.has(does));
  for (const what of [...traits, ...loud]) all.set(what, (all.get(what) ?? 0) + 1);
  return new Map([...all, ...met]);
}

function traitsOf({ addresses, firstIsDead, secure, settings }: Plan): string[] {
  return [
    ...(secure ? ['tls'] : []),
    ...(firstIsDead ? ['deadAddress'] : []),
    ...(addresses > 1 ? ['addresses'] : []),
    ...(settings.some(({ multiline }) => multiline !== 'Off') ? ['multiline'] : []),
    ...(settings.some(({ drop }) => drop.length > 0) ? ['drop'] : []),
    ...(settings.some(({ inFlight }) => inFlight > 1) ? ['inFlight'] : []),
    ...(settings.length > 1 ? ['configuration'] : []),
  ];
}
