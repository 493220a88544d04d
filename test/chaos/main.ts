import { randomInt } from 'node:crypto';
import { describe } from '../../runtime/errors.ts';
import { upElasticsearch } from '../backends/elasticsearch.ts';
import { plainProgress } from '../progress.ts';
import { setUpArena, type Arena } from './arena.ts';
import { HELP, parseCommand, type Command } from './command.ts';
import { missingFeatures } from './features.ts';
import { keep } from './keep.ts';
import { drawPlan } from './plan.ts';
import { probeKill, probeLines, probeRefusals } from './probes.ts';
import { commandOf, failureLines, HEADINGS, LEGEND, runLine, summaryLines } from './report.ts';
import { play, type Outcome } from './scenario.ts';

/** `npm run chaos`: scenarios that go wrong, drawn from seeds, against a real Elasticsearch. */
const SEEDS = 1_000_000;

async function run(command: Command): Promise<number> {
  const interrupted = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.on(signal, () => (interrupted.signal.aborted ? process.exit(1) : interrupted.abort()));
  }
  const { signal } = interrupted;
  const elasticsearch = await upElasticsearch({ progress: plainProgress(), signal });
  try {
    const arena = await setUpArena(elasticsearch);
    return await (command.probes ? probes(arena) : chaos(command, arena, signal));
  } finally {
    await elasticsearch.down();
  }
}

/** The two probes that other collectors fail. */
async function probes(arena: Arena): Promise<number> {
  let lost = 0;
  for (const probe of [probeRefusals, probeKill]) {
    const result = await probe(arena);
    lost += result.rows[0]!.lost ?? 0;
    console.log(`\n${probeLines(result).join('\n')}`);
  }
  return lost > 0 ? 1 : 0;
}

async function chaos(command: Command, arena: Arena, signal: AbortSignal): Promise<number> {
  const { features, runs, seed, without } = command;
  const able = new Set(features);
  for (const [feature, reason] of missingFeatures({ canCrash: arena.elasticsearch.crash !== undefined })) {
    if (able.delete(feature)) console.log(`skipped: ${feature}: ${reason}`);
  }
  console.log(`\n${LEGEND}\n\n${commandOf({ runs, seed, without })}\n\n${HEADINGS}`);
  const outcomes: Outcome[] = [];
  const failed: number[] = [];
  for (let at = seed; at < seed + runs && !signal.aborted; at++) {
    const outcome = await play(drawPlan(at, able), arena).catch((error: unknown) => {
      console.error(`${at} came to no end: ${describe(error)}`);
    });
    if (!outcome || outcome.verdict.faults.length > 0) failed.push(at);
    // What stopped it may stop all others.
    if (!outcome) break;
    outcomes.push(outcome);
    console.log(runLine(outcome));
    for (const line of failureLines(outcome)) console.log(line);
    if (command.keep || outcome.verdict.faults.length > 0) console.log(`  kept: ${keep(outcome)}`);
  }
  console.log(`\n${summaryLines(outcomes).join('\n')}`);
  for (const at of failed) console.log(`failed: ${commandOf({ runs: 1, seed: at, without })}`);
  return failed.length > 0 || outcomes.length < runs ? 1 : 0;
}

try {
  const command = parseCommand(process.argv.slice(2), () => randomInt(SEEDS));
  if (command) process.exitCode = await run(command);
  else console.log(HELP);
} catch (error) {
  console.error(describe(error));
  process.exitCode = 1;
}
