import type { SidecarConfig } from '../../api/sidecar-config.ts';
import { CALM, WEATHERS, type Weather } from './faults.ts';
import type { Feature } from './features.ts';
import { KINDS, type Kind } from './payload.ts';
import { Random } from './random.ts';
import { DROP_RULES, START } from './rules.ts';
import type { Mix } from './writer.ts';

/** What differs between the configurations of a scenario. */
export interface Settings extends Pick<
  SidecarConfig['limits'],
  'batchBytes' | 'batchAgeMs' | 'inFlight' | 'recordBytes' | 'heldBytes'
> {
  readonly multiline: string;
  readonly drop: readonly string[];
}

/** What happens, and when: milliseconds after the first sidecar was started. */
export type Happening = { readonly atMs: number } & (
  | { readonly does: 'begin' | 'end'; readonly container: string; readonly torn: boolean }
  | { readonly does: 'write'; readonly container: string; readonly lines: number }
  | { readonly does: 'rotate'; readonly container: string; readonly late: number; readonly compress: boolean }
  | { readonly does: 'collect'; readonly container: string }
  | { readonly does: 'kill' }
  | { readonly does: 'terminate' }
  /** After `kill` or `terminate`, with the next configuration if there is one. */
  | { readonly does: 'start' }
  | { readonly does: 'weather'; readonly weather: Weather }
  | { readonly does: 'rollover' | 'crash' | 'swallow' | 'fillDisk' | 'freeDisk' }
  | { readonly does: 'shiftClock'; readonly ms: number }
);

/** A scenario from its first to its last moment: data, drawn from a seed, the same each time. */
export interface Plan {
  readonly seed: number;
  readonly secure: boolean;
  /** Of the two addresses in the configuration the first one is dead. */
  readonly firstIsDead: boolean;
  readonly addresses: number;
  /** The state folder is a small volume of its own. */
  readonly smallDisk: boolean;
  readonly mix: Mix;
  /** One for all lives of the sidecar, or one for each. */
  readonly settings: readonly Settings[];
  /** In order of time. */
  readonly happenings: readonly Happening[];
}

const SECOND = 1000;

/** Draws a scenario. What a feature draws is its own chance: with one switched off the others stay what they are. */
export function drawPlan(seed: number, features: ReadonlySet<Feature>): Plan {
  const random = new Random(seed);
  const withChance = (feature: Feature, probability: number) =>
    random.fork(feature).chance(probability) && features.has(feature);
  const lengthMs = random.fork('length').integer(5, 9) * SECOND;
  const smallDisk = withChance('disk', 0.25);
  const lives = drawLives(random, lengthMs, features);
  const happenings = [
    ...drawContainers(random.fork('containers'), lengthMs, features),
    ...lives,
    ...(features.has('wire') ? drawWeather(random.fork('wire'), lengthMs) : []),
    ...(smallDisk ? drawDisk(random.fork('disk times'), lengthMs) : []),
    ...(withChance('clock', 0.25) ? drawClock(random.fork('clock times'), lengthMs) : []),
    ...(withChance('rollover', 0.6) ? drawTimes(random.fork('rollover times'), lengthMs, 2, 'rollover') : []),
    ...(withChance('silence', 0.03) ? drawTimes(random.fork('silence times'), lengthMs, 1, 'swallow') : []),
    ...(withChance('crash', 0.04) ? drawTimes(random.fork('crash times'), lengthMs, 1, 'crash') : []),
  ];
  const changes = withChance('configuration', 0.35);
  return {
    seed,
    secure: withChance('tls', 0.5),
    firstIsDead: withChance('addresses', 0.2),
    addresses: withChance('addresses', 0.4) ? 2 : 1,
    smallDisk,
    mix: drawMix(random.fork('mix')),
    settings: drawSettings(random.fork('settings'), features, 1 + (changes ? lives.length / 2 : 0)),
    // A stable sort: what happens at one time happens in this order.
    happenings: happenings.toSorted((a, b) => a.atMs - b.atMs),
  };
}

/** Init containers first, then some that run side by side. */
function drawContainers(random: Random, lengthMs: number, features: ReadonlySet<Feature>): Happening[] {
  const all: Happening[] = [];
  if (random.chance(0.5)) {
    const container = 'init';
    all.push({ atMs: 0, does: 'begin', container, torn: false });
    all.push({ atMs: 0, does: 'write', container, lines: random.integer(1, 200) });
    all.push({ atMs: random.integer(0, SECOND), does: 'end', container, torn: random.chance(0.3) });
  }
  for (let i = random.integer(1, 3) - 1; i >= 0; i--) {
    all.push(...drawContainer(random.fork(i), `app-${i}`, lengthMs, features));
  }
  return all;
}

function drawContainer(
  random: Random,
  container: string,
  lengthMs: number,
  features: ReadonlySet<Feature>,
): Happening[] {
  const beginMs = random.integer(0, SECOND);
  const all: Happening[] = [{ atMs: beginMs, does: 'begin', container, torn: false }];
  const pauseMs = random.pick([50, 150, 400]);
  const mostLines = random.pick([5, 15, 40]);
  for (let atMs = beginMs; atMs < lengthMs; atMs += random.integer(1, 2 * pauseMs)) {
    all.push({ atMs, does: 'write', container, lines: random.integer(1, mostLines) });
  }
  const runs = random.fork('runs');
  if (features.has('runs') && runs.chance(0.4)) {
    for (let count = runs.integer(1, 3); count > 0; count--) {
      all.push({ atMs: runs.integer(SECOND, lengthMs), does: 'begin', container, torn: runs.chance(0.4) });
    }
    all.push({ atMs: lengthMs, does: 'collect', container });
  }
  const rotation = random.fork('rotation');
  if (features.has('rotation') && rotation.chance(0.7))
    all.push(...drawRotations(rotation, container, lengthMs, features));
  return all;
}

/** Now and then one; or storms of as many as the kubelet keeps files, with some time between them. */
function drawRotations(
  random: Random,
  container: string,
  lengthMs: number,
  features: ReadonlySet<Feature>,
): Happening[] {
  const all: Happening[] = [];
  const isStormy = random.chance(0.5);
  const compresses = random.fork('gzip').chance(0.8) && features.has('gzip');
  for (let atMs = random.integer(SECOND, 2000); atMs < lengthMs; atMs += random.integer(1500, isStormy ? 6000 : 3000)) {
    const count = isStormy ? random.integer(2, 4) : 1;
    for (let i = 0; i < count; i++) {
      const at = atMs + i * random.integer(5, 120);
      const late = random.chance(0.3) ? random.integer(1, 10) : 0;
      all.push({ atMs: at, does: 'rotate', container, late, compress: compresses });
      // A file without a line is not rotated.
      all.push({ atMs: at, does: 'write', container, lines: random.integer(1, 30) });
    }
  }
  return all;
}

/** Ends of the sidecar, and its next lives. */
function drawLives(random: Random, lengthMs: number, features: ReadonlySet<Feature>): Happening[] {
  const all: Happening[] = [];
  const kinds = (['kill', 'terminate'] as const).filter((kind) => features.has(kind));
  const own = random.fork('lives');
  const count = own.integer(0, 4);
  let atMs = 0;
  for (let life = 0; life < count; life++) {
    // Sometimes before it is up.
    atMs += own.chance(0.2) ? own.integer(20, 600) : own.integer(600, 3500);
    const kind = own.weighted({ kill: 3, terminate: 1 });
    const downMs = own.pick([1, 200, 1000, 2500]);
    if (atMs + downMs > lengthMs) break;
    if (kinds.includes(kind)) {
      all.push({ atMs, does: kind }, { atMs: atMs + downMs, does: 'start' });
    }
    atMs += downMs;
  }
  return all;
}

function drawWeather(random: Random, lengthMs: number): Happening[] {
  const all: Happening[] = [];
  for (let atMs = random.integer(0, 1000); atMs < lengthMs;) {
    const weather = random.pick(WEATHERS);
    all.push({ atMs, does: 'weather', weather });
    // A pause between two tries grows to many seconds in a long outage.
    atMs += weather.chance === 1 ? random.integer(200, 2000) : random.integer(500, 4000);
  }
  return [...all, { atMs: lengthMs, does: 'weather', weather: CALM }];
}

function drawDisk(random: Random, lengthMs: number): Happening[] {
  const atMs = random.integer(0, lengthMs - 1500);
  return [
    { atMs, does: 'fillDisk' },
    { atMs: Math.min(lengthMs, atMs + random.integer(500, 4000)), does: 'freeDisk' },
  ];
}

function drawClock(random: Random, lengthMs: number): Happening[] {
  return Array.from({ length: random.integer(1, 3) }, (): Happening => {
    const ms = random.pick([-1, 1]) * random.pick([900, 60 * SECOND, 3600 * SECOND, 400 * 86_400 * SECOND]);
    return { atMs: random.integer(0, lengthMs), does: 'shiftClock', ms };
  });
}

function drawTimes(
  random: Random,
  lengthMs: number,
  most: number,
  does: 'rollover' | 'crash' | 'swallow',
): Happening[] {
  return Array.from({ length: random.integer(1, most) }, () => ({ atMs: random.integer(500, lengthMs), does }));
}

/** Some kinds of payload in most plans, each plan with other weights. */
function drawMix(random: Random): Mix {
  const usual: Mix = { text: 30, json: 20, debugText: 4, debugJson: 4 };
  const some = random.shuffled(KINDS).slice(0, random.integer(5, KINDS.length));
  return { ...usual, ...Object.fromEntries(some.map((kind: Kind) => [kind, random.integer(1, 8)])) };
}

function drawSettings(random: Random, features: ReadonlySet<Feature>, count: number): Settings[] {
  return Array.from({ length: count }, (_, place) => {
    const own = random.fork(place);
    const draw = <T>(feature: Feature, plain: T, values: readonly T[]): T => {
      const value = own.fork(feature).pick(values);
      return features.has(feature) ? value : plain;
    };
    return {
      batchBytes: own.pick([16_384, 65_536, 262_144]),
      batchAgeMs: own.pick([20, 100, 500]),
      inFlight: draw('inFlight', 1, [1, 2, 4, 8]),
      recordBytes: draw('cut', 1_048_576, [1_048_576, 1_048_576, 1024, 20_000]),
      heldBytes: draw('held', 67_108_864, [67_108_864, 67_108_864, 1_048_576]),
      multiline: draw('multiline', 'Off', ['Off', 'Auto', START]),
      drop: draw('drop', [], [[], [], ...DROP_RULES.map((rule) => [rule]), DROP_RULES]),
    };
  });
}
