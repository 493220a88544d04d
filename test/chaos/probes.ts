import { closeSync, openSync, writeSync } from 'node:fs';
import { criLine } from '../sidecar/cri.ts';
import { configOf, SidecarWorld, type SidecarProcess } from '../sidecar/process.ts';
import { until } from '../wait.ts';
import type { Arena } from './arena.ts';
import { startFaultProxy, type FaultProxy } from './proxy.ts';
import { Random } from './random.ts';
import { recordsOf } from './store.ts';
import { ENV } from '../../api/names.ts';

/** What a collector came to; what was not measured is absent. */
export interface ProbeRow {
  readonly collector: string;
  readonly delivered?: number;
  readonly lost?: number;
  readonly wireDoubles?: number;
  readonly storeDoubles?: number;
}

export interface Probe {
  readonly title: string;
  readonly rows: readonly ProbeRow[];
}

const OURS = 'Tracewell';
const REFUSED_RECORDS = 1_000;
const REFUSED_BULKS = 4;
const KILLED_RECORDS = 300_000;

/** Measured earlier, each with its own files and a sink that counts; not by this program. */
const OTHERS: { readonly refused: readonly ProbeRow[]; readonly killed: readonly ProbeRow[] } = {
  refused: [
    { collector: 'Filebeat 7.17', delivered: 1_000, lost: 0 },
    { collector: 'OTel Collector 0.156', delivered: 3, lost: 997 },
    { collector: 'Vector 0.58', delivered: 1, lost: 999 },
    { collector: 'Fluent Bit 5.1.1', delivered: 1, lost: 999 },
  ],
  killed: [
    { collector: 'Filebeat 7.17', lost: 0, wireDoubles: 2_048 },
    { collector: 'OTel Collector 0.156, persistent queue and fsync', lost: 0, wireDoubles: 66_800 },
    { collector: 'Vector 0.58, disk buffer and acknowledgements', lost: 0, wireDoubles: 107_573 },
    { collector: 'vlagent', wireDoubles: 126_333 },
    { collector: 'Vector 0.58', lost: 2_560 },
  ],
};

/** The first bulks of a stream are answered with one 201 and 429 for all other records. */
export async function probeRefusals(arena: Arena): Promise<Probe> {
  const ours = await probe(arena, REFUSED_RECORDS, async ({ proxy, start }) => {
    let bulks = 0;
    proxy.noRoom = (stream, items) => {
      if (stream !== arena.streams.logs || bulks++ >= REFUSED_BULKS) return new Set();
      return new Set(items.keys().drop(1));
    };
    return start();
  });
  const title = `${REFUSED_RECORDS} records; the first ${REFUSED_BULKS} bulks: one 201, the rest 429`;
  return { title, rows: [ours, ...OTHERS.refused] };
}

/** kill -9 when half of the records are answered for, and a new start. */
export async function probeKill(arena: Arena): Promise<Probe> {
  const ours = await probe(arena, KILLED_RECORDS, async ({ answered, start }) => {
    const first = start();
    await answered(KILLED_RECORDS / 2);
    await first.kill();
    return start();
  });
  return { title: `${KILLED_RECORDS} lines; kill -9 in the middle`, rows: [ours, ...OTHERS.killed] };
}

/** A probe as people read it. */
export function probeLines({ rows, title }: Probe): string[] {
  const columns = ['delivered', 'lost', 'wireDoubles', 'storeDoubles'] as const;
  const headings = ['delivered', 'lost', 'doubled on the wire', 'doubled in the store'];
  const shown = columns.map((_, i) => i).filter((i) => rows.some((row) => row[columns[i]!] !== undefined));
  const width = Math.max(...rows.map(({ collector }) => collector.length));
  const cells = ({ collector, ...row }: ProbeRow) => [
    collector.padEnd(width),
    ...shown.map((i) => (row[columns[i]!]?.toLocaleString('en') ?? '-').padStart(headings[i]!.length)),
  ];
  const head = [''.padEnd(width), ...shown.map((i) => headings[i]!)];
  return [
    title,
    ...[head, ...rows.map(cells)].map((line) => line.join('   ')),
    'All but the first row were measured earlier.',
  ];
}

interface Bench {
  readonly proxy: FaultProxy;
  readonly start: () => SidecarProcess;
  /** Resolves when so many records are answered for. */
  readonly answered: (records: number) => Promise<unknown>;
}

/** Writes a log file of so many lines, lets `work` run sidecars over it, ends the one that it returns, and counts. */
async function probe(
  arena: Arena,
  records: number,
  work: (bench: Bench) => Promise<SidecarProcess>,
): Promise<ProbeRow> {
  const { apiKey, elasticsearch, streams } = arena;
  const proxy = await startFaultProxy({ upstream: () => elasticsearch, random: new Random('probe') });
  const world = new SidecarWorld();
  const pod = `probe-${records}`;
  const answered = (count: number) => {
    // The stream of files has one more.
    const isThere = () => proxy.acknowledged.size > count;
    return until(`${count} records to be answered for`, isThere, { timeoutMs: 300_000, everyMs: 5 });
  };
  try {
    writeLines(world.file('cart'), records);
    world.configure({ ...configOf([proxy.urls[0]!]), streams });
    world.secret('apiKey', apiKey);
    // Of another pod, for equal files of one pod are one.
    const start = () => world.start({ ...world.env, [ENV.podName]: pod, [ENV.podUid]: pod });
    const sidecar = await work({ answered, proxy, start });
    await answered(records);
    const code = await sidecar.stop();
    if (code !== 0) throw new Error(`the sidecar ended with ${code}: ${JSON.stringify(sidecar.said.at(-1))}`);
    const stored = await recordsOf(elasticsearch.request, streams.logs, pod);
    const delivered = new Set(stored.map(({ id }) => id)).size;
    const sent = proxy.sent.entries().filter(([key]) => key.startsWith(`${streams.logs} `));
    const wireDoubles = sent.reduce((sum, [, times]) => sum + times - 1, 0);
    return {
      collector: OURS,
      delivered,
      lost: records - delivered,
      wireDoubles,
      storeDoubles: stored.length - delivered,
    };
  } finally {
    await world.down();
    await proxy.close();
  }
}

const AT_ONCE = 10_000;

function writeLines(path: string, count: number): void {
  const fd = openSync(path, 'a');
  for (let from = 0; from < count; from += AT_ONCE) {
    const lines = Array.from({ length: Math.min(AT_ONCE, count - from) }, (_, i) =>
      criLine(`INFO order ${from + i} paid by somebody with a card that is good until the end of the year`),
    );
    writeSync(fd, lines.join(''));
  }
  closeSync(fd);
}
