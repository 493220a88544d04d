import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import type { Arena } from './arena.ts';
import { CALM } from './faults.ts';
import { judge, type Evidence, type Verdict } from './judge.ts';
import type { Happening, Plan } from './plan.ts';
import { Pod } from './pod.ts';
import { startFaultProxy, type FaultProxy } from './proxy.ts';
import { Random } from './random.ts';
import { deleteOldIndices, expectOk, filesOf, recordsOf } from './store.ts';
import { Writer } from './writer.ts';

export interface Outcome {
  readonly plan: Plan;
  readonly verdict: Verdict;
  readonly evidence: Evidence;
  /** What went wrong, how often. */
  readonly met: ReadonlyMap<string, number>;
  readonly lines: number;
  readonly wire: WireFigures;
  readonly seconds: number;
  /** Of each life of the sidecar, in order. */
  readonly logs: readonly (readonly unknown[])[];
}

export interface WireFigures {
  readonly requests: number;
  readonly records: number;
  /** How often a record came that had come before. */
  readonly again: number;
  /** How often Elasticsearch was sent one that it had, and said so. */
  readonly known: number;
}

/** A native sidecar has two seconds at least; some runs give more. */
const GRACE_MS = [2_000, 5_000] as const;
/** So long it may take to send what is left when nothing disturbs it any more. */
const DRAIN_MS = 120_000;

/** Plays a plan against a real Elasticsearch, and judges what became of everything that was written. */
export async function play(plan: Plan, arena: Arena): Promise<Outcome> {
  const began = performance.now();
  const random = new Random(plan.seed).fork('play');
  const proxy = await startFaultProxy({
    upstream: () => (stage.isDown ? undefined : arena.elasticsearch),
    random: random.fork('proxy'),
    tls: plan.secure ? arena.tls : undefined,
  });
  const now = () => performance.now() - began;
  // Played twice it is another pod: its documents are found by name.
  const name = `chaos-${plan.seed}-${randomUUID().slice(0, 8)}`;
  const uid = `00000000-0000-4000-8000-${String(plan.seed).padStart(12, '0').slice(-12)}`;
  const pod = new Pod({ plan, name, uid, arena, proxy, now });
  const writer = new Writer({ folder: pod.logs, podUid: uid, random: random.fork('writer'), now });
  const stage: Stage = {
    plan,
    arena,
    proxy,
    pod,
    writer,
    random: random.fork('grace'),
    crash: Promise.resolve(),
    isDown: false,
  };
  try {
    pod.start();
    const start = now();
    for (const happening of plan.happenings) {
      const early = start + happening.atMs - now();
      if (early > 0) await delay(early);
      await perform(happening, stage);
    }
    await finish(stage);
    writer.close();
    return { ...(await account(stage, name)), seconds: (performance.now() - began) / 1000 };
  } finally {
    await pod.remove();
    await proxy.close();
  }
}

interface Stage {
  readonly plan: Plan;
  readonly arena: Arena;
  readonly proxy: FaultProxy;
  readonly pod: Pod;
  readonly writer: Writer;
  readonly random: Random;
  /** Elasticsearch is on its way up again. */
  crash: Promise<void>;
  isDown: boolean;
}

async function perform(happening: Happening, stage: Stage): Promise<void> {
  const { arena, plan, pod, proxy, random, writer } = stage;
  switch (happening.does) {
    case 'begin':
      return writer.begin(happening.container, happening.torn);
    case 'end':
      return writer.end(happening.container, happening.torn);
    case 'write':
      return writer.write(happening.container, happening.lines, plan.mix);
    case 'rotate':
      return writer.rotate(happening.container, { ...happening, mix: plan.mix });
    case 'collect':
      return writer.collect(happening.container);
    case 'kill':
      return pod.kill();
    case 'terminate':
      return pod.terminate();
    case 'start':
      await pod.settle(random.pick(GRACE_MS));
      return pod.start();
    case 'weather':
      proxy.weather = happening.weather;
      return;
    case 'rollover':
      // One that is down at this moment rolls nothing over.
      await expectOk(arena.elasticsearch.request('POST', `/${arena.streams.logs}/_rollover`)).catch(() => {});
      return;
    case 'swallow':
      proxy.swallow++;
      return;
    case 'fillDisk':
      return pod.fillDisk();
    case 'freeDisk':
      return pod.freeDisk();
    case 'shiftClock':
      return pod.shiftClock(happening.ms);
    case 'crash':
      // It takes many seconds, in which everything else goes on.
      stage.crash = crash(stage);
      stage.crash.catch(() => {}); // `finish` hears of it
  }
}

/**
 * Nothing reaches it before it is ready and has refused something: 9.5.3 can come to a standstill for ever when its first
 * exceptions are made by several threads at once (a deadlock of class initialisers below ElasticsearchException).
 */
async function crash(stage: Stage): Promise<void> {
  const { crash, request } = stage.arena.elasticsearch;
  await stage.crash;
  if (!crash) return;
  stage.isDown = true;
  await crash();
  await request('GET', '/no-such-index');
  stage.isDown = false;
}

/** Everything is well from now on: the sidecar sends what is left, and ends. */
async function finish({ crash, pod, proxy }: Stage): Promise<void> {
  await crash;
  proxy.weather = CALM;
  pod.freeDisk();
  if (!pod.isRunning) pod.start();
  // One that does not come up says why below.
  await pod.up().catch(() => {});
  pod.terminate();
  if (!(await pod.settle(DRAIN_MS)))
    pod.faults.push(`it did not end within ${DRAIN_MS / 1000} s, with nothing in its way`);
}

async function account({ arena, plan, pod, proxy, writer }: Stage, name: string): Promise<Omit<Outcome, 'seconds'>> {
  const { elasticsearch, streams } = arena;
  const { request } = elasticsearch;
  const documents = await recordsOf(request, streams.logs, name);
  const evidence: Evidence = {
    files: writer.files,
    documents,
    deadLetters: await recordsOf(request, streams.deadLetters, name),
    ...(await filesOf(request, streams.files, name)),
    snapshots: pod.snapshots,
    lives: pod.lives,
    rules: plan.settings,
    clockWasRight: plan.happenings.every(({ does }) => does !== 'shiftClock'),
    diskWasFull: plan.happenings.some(({ does }) => does === 'fillDisk'),
  };
  if (new Set(documents.map(({ index }) => index)).size > 1) await deleteOldIndices(request, streams.logs);
  const verdict = judge(evidence);
  const faults = [...pod.faults, ...proxy.malformed.map((fault) => `on the wire: ${fault}`), ...verdict.faults];
  const sent = [...proxy.sent.values()];
  return {
    plan,
    verdict: { ...verdict, faults },
    evidence,
    met: proxy.met,
    lines: evidence.files.reduce((sum, { lines }) => sum + lines.length, 0),
    wire: {
      requests: proxy.requests,
      records: sent.length,
      again: sent.reduce((sum, times) => sum + times - 1, 0),
      known: proxy.known,
    },
    logs: pod.processes.map(({ said, raw }) => [...said, ...raw]),
  };
}
