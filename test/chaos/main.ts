import { randomInt } from 'node:crypto';
import { describe } from '../../runtime/errors.ts';
import { upElasticsearch } from '../backends/elasticsearch.ts';
import { plainProgress } from '../progress.ts';
import { setUpArena } from './arena.ts';
import { HELP, parseCommand, type Command } from './command.ts';
import { keep } from './keep.ts';
import { drawPlan } from './plan.ts';
import { commandOf, failureLines, HEADINGS, LEGEND, runLine, summaryLines } from './report.ts';
import { play, type Outcome } from './scenario.ts';

/** `npm run chaos`: scenarios that go wrong, drawn from seeds, against a real Elasticsearch. */
const SEEDS = 1_000_000;

async function chaos({ features, runs, seed, without }: Command): Promise<number> {
  const interrupted = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.on(signal, () => (interrupted.signal.aborted ? process.exit(1) : interrupted.abort()));
  }
  console.log(`seed ${seed}: ${commandOf(seed, without).replace('--runs 1', `--runs ${runs}`)}`);
  const elasticsearch = await upElasticsearch({ progress: plainProgress(), signal: interrupted.signal });
  const outcomes: Outcome[] = [];
  try {
    const arena = await setUpArena(elasticsearch);
    console.log(`\n${LEGEND}\n\n${HEADINGS}`);
    for (let at = seed; at < seed + runs && !interrupted.signal.aborted; at++) {
      const outcome = await play(drawPlan(at, features), arena).catch((error: unknown) => {
        throw new Error(`seed ${at} came to no end; again: ${commandOf(at, without)}`, { cause: error });
      });
      outcomes.push(outcome);
      console.log(runLine(outcome));
      if (outcome.verdict.faults.length === 0) continue;
      console.log([...failureLines(outcome, without), `  kept: ${keep(outcome)}`].join('\n'));
    }
  } finally {
    await elasticsearch.down();
  }
  console.log(`\n${summaryLines(outcomes).join('\n')}`);
  const failed = outcomes.filter(({ verdict }) => verdict.faults.length > 0);
  for (const { plan } of failed) console.log(`failed: ${commandOf(plan.seed, without)}`);
  return failed.length > 0 || outcomes.length < runs ? 1 : 0;
}

try {
  const command = parseCommand(process.argv.slice(2), () => randomInt(SEEDS));
  if (command) process.exitCode = await chaos(command);
  else console.log(HELP);
} catch (error) {
  console.error(describe(error));
  process.exitCode = 1;
}
