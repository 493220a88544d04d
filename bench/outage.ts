import { dirname } from 'node:path';
import { wait } from '../runtime/wait.ts';
import { during } from '../test/progress.ts';
import { until } from '../test/wait.ts';
import type { Row, Surroundings } from './benchmark.ts';
import { startNode } from './child.ts';
import { jsonLines } from './logs/json.ts';
import { readHeldMb, readMemory, watchMemory } from './proc.ts';
import { RotatingLog } from './rotating-log.ts';
import { addContainer, FILES_STREAM, makePod, STREAM } from './pod.ts';
import type { Seal } from './sink/seals.ts';
import { startSink } from './sink/sink.ts';
import { writeSteadily, type SteadyRate } from './steady.ts';

const DEADLINE_MS = 600_000;
/** Of logging before the outage and after it. */
const AROUND_SECONDS = 5;
const QUIET_MS = 5_000;

/**
 * A container that logs at a steady rate, its files rotated, while the sink is away for so many seconds. Fails unless every
 * byte that was written is stored or counted as lost. `anonMb` is the most during the outage.
 */
export async function measureOutage(
  program: readonly string[],
  { bytesPerSecond, seconds }: SteadyRate,
  { folder, signal, progress }: Surroundings,
): Promise<Row> {
  const sink = await startSink({ secure: true, stream: STREAM, files: FILES_STREAM }, signal);
  const pod = makePod(folder, sink.target);
  const log = new RotatingLog(dirname(addContainer(pod, 'app')));
  const sidecar = startNode(program, pod.env, signal);
  await sidecar.said('"started"', DEADLINE_MS);
  let bytes = 0;

  /** Returns the most private memory that the sidecar had meanwhile. */
  async function peakDuring(name: string, work: () => Promise<void>): Promise<number> {
    const memory = watchMemory(sidecar.pid);
    await during(progress, name, work);
    memory.stop();
    return memory.peaks.anonMb;
  }
  const peakOfWriting = (name: string, forSeconds: number) =>
    peakDuring(name, async () => {
      const rate = { bytesPerSecond, seconds: forSeconds };
      bytes += (await writeSteadily(jsonLines, (entry) => log.write(entry), rate, signal)).bytes;
    });

  const anonMbBefore = await peakOfWriting('The sink is there', AROUND_SECONDS);
  sink.setAway(true);
  const quarters: number[] = [];
  for (const quarter of ['first', 'second', 'third', 'last'])
    quarters.push(await peakOfWriting(`The sink is away, ${quarter} quarter`, seconds / 4));
  const heldMb = readHeldMb(sidecar.pid, pod.logs);
  const { rssMb } = readMemory(sidecar.pid);
  sink.setAway(false);
  const began = performance.now();
  const anonMbAgain = await peakOfWriting('It is there again', AROUND_SECONDS);
  await log.close();
  // The file that is written has no seal yet, and while it is empty nor has the one before it.
  const isSealed = () => sink.seals.size >= log.files - 2;
  const anonMbCatchUp = await peakDuring('What is left', async () => {
    await until('the seals of the rotated files', isSealed, { timeoutMs: DEADLINE_MS });
  });
  const catchUpSeconds = (performance.now() - began) / 1000;
  await wait(QUIET_MS, signal);
  const anonMbAfter = readMemory(sidecar.pid).anonMb;
  await sidecar.stop();
  await sink.stop();

  const { documents } = sink.counted;
  const account = accountOf(sink.seals.values());
  expectWhole(account, bytes, documents);
  return {
    name: `sink away for ${seconds} s`,
    anonMb: Math.max(...quarters),
    rssMb,
    anonMbBefore,
    timesBefore: Math.max(...quarters) / anonMbBefore,
    ...Object.fromEntries(quarters.map((mb, i) => [`anonMbQuarter${i + 1}`, mb])),
    anonMbAgain,
    anonMbCatchUp,
    anonMbAfter,
    heldMb,
    files: log.files,
    writtenMb: bytes / 1e6,
    storedMb: account.storedBytes / 1e6,
    ...Object.fromEntries(Object.entries(account.lost).map(([reason, lost]) => [`lost${reason}Mb`, lost / 1e6])),
    documents,
    catchUpSeconds,
  };
}

interface Account {
  size: number;
  records: number;
  storedBytes: number;
  /** Bytes by reason. */
  lost: Record<string, number>;
}

function accountOf(seals: Iterable<Seal>): Account {
  const account: Account = { size: 0, records: 0, storedBytes: 0, lost: {} };
  for (const { size, stored, lost } of seals) {
    account.size += size;
    account.records += stored.records;
    account.storedBytes += stored.bytes;
    for (const [reason, bytes] of Object.entries(lost)) account.lost[reason] = (account.lost[reason] ?? 0) + bytes;
  }
  return account;
}

function expectWhole({ size, records, storedBytes, lost }: Account, bytes: number, documents: number): void {
  const lostBytes = Object.values(lost).reduce((sum, each) => sum + each, 0);
  if (size !== bytes) throw new Error(`the seals tell of ${size} bytes, and ${bytes} were written`);
  if (storedBytes + lostBytes !== size)
    throw new Error(`of ${size} bytes ${storedBytes + lostBytes} are accounted for`);
  if (records !== documents) throw new Error(`the seals tell of ${records} records, and the sink has ${documents}`);
}
