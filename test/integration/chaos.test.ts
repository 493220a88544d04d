import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { providedElasticsearch } from '../backends/provided.ts';
import { setUpArena, type Arena } from '../chaos/arena.ts';
import { noDisk } from '../chaos/disk.ts';
import { featuresWithout } from '../chaos/features.ts';
import { drawPlan } from '../chaos/plan.ts';
import { commandOf, failureLines, HEADINGS, runLine } from '../chaos/report.ts';
import { play } from '../chaos/scenario.ts';

const { elasticsearch, missing } = providedElasticsearch();

/** What nobody but the owner of this Elasticsearch can do. */
const WITHOUT = 'crash';
/** Each takes about ten seconds; what is left at its end may take two minutes at worst. */
const TIMEOUT_MS = 180_000;
const SEEDS = [203, 207, 208, 209, 211];
/** With a state volume that is full for a while. */
const SEEDS_OF_DISK = [216];

let arena: Arena;
beforeAll(async () => {
  if (!missing) arena = await setUpArena(elasticsearch);
});
afterAll(() => elasticsearch.down?.());

const noVolume = missing || noDisk();
describe.skipIf(missing)(`a sidecar to which everything happens ${missing}`, () => {
  it.each(SEEDS)('loses nothing and stores nothing twice: seed %i', expectNoFault, TIMEOUT_MS);
});
describe.skipIf(noVolume)(`a sidecar whose disk is full ${noVolume}`, () => {
  it.each(SEEDS_OF_DISK)('loses nothing and stores nothing twice: seed %i', expectNoFault, TIMEOUT_MS);
});

async function expectNoFault(seed: number): Promise<void> {
  console.log(commandOf({ runs: 1, seed, without: WITHOUT }));
  const outcome = await play(drawPlan(seed, featuresWithout([WITHOUT])), arena);
  console.log(`${HEADINGS}\n${runLine(outcome)}`);
  expect(failureLines(outcome)).toEqual([]);
}
