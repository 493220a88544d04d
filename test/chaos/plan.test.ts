import { describe, expect, it } from 'vitest';
import { FEATURES, featuresWithout, type Feature } from './features.ts';
import { drawPlan, type Happening, type Plan } from './plan.ts';

const ALL = featuresWithout([]);
const SEEDS = Array.from({ length: 100 }, (_, seed) => seed);
const plansWithout = (...names: readonly Feature[]) => SEEDS.map((seed) => drawPlan(seed, featuresWithout(names)));
const PLANS = plansWithout();
const does = ({ happenings }: Plan) => new Set(happenings.map((happening) => happening.does));

describe('a plan', () => {
  it('is the same again for the same seed', () => {
    for (const [seed, plan] of PLANS.slice(0, 10).entries()) expect(drawPlan(seed, ALL)).toEqual(plan);
  });

  it('goes forward in time, and writes to no container that has not begun', () => {
    for (const { happenings } of PLANS) {
      const first = new Map<string, string>();
      const times = happenings.map(({ atMs }) => atMs);
      expect(times).toEqual(times.toSorted((a, b) => a - b));
      for (const happening of happenings) {
        if ('container' in happening && !first.has(happening.container)) first.set(happening.container, happening.does);
      }
      expect(new Set(first.values())).toEqual(new Set(['begin']));
    }
  });

  it('ends a sidecar only when one runs, starts one only when none does, and has a configuration for each', () => {
    for (const { happenings, settings } of PLANS) {
      let running = true;
      let lives = 1;
      for (const { does } of happenings) {
        if (does === 'start') lives++;
        if (does !== 'kill' && does !== 'terminate' && does !== 'start') continue;
        expect(running).toBe(does !== 'start');
        running = does === 'start';
      }
      expect([1, lives]).toContain(settings.length);
    }
  });

  it('is calm at its end, and its disk has room', () => {
    for (const { happenings } of PLANS) {
      expect(happenings.findLast(({ does }) => does === 'weather')).toMatchObject({ weather: { name: 'calm' } });
      const disk = happenings.filter(({ does }) => does === 'fillDisk' || does === 'freeDisk').map(({ does }) => does);
      expect(disk).toEqual(disk.length === 0 ? [] : ['fillDisk', 'freeDisk']);
    }
  });

  const traces: Record<Feature, (plan: Plan) => boolean> = {
    kill: (plan) => does(plan).has('kill'),
    terminate: (plan) => does(plan).has('terminate'),
    rotation: (plan) => does(plan).has('rotate'),
    gzip: ({ happenings }) => happenings.some((happening) => happening.does === 'rotate' && happening.compress),
    runs: ({ happenings }) => happenings.some((happening) => happening.does === 'collect'),
    wire: (plan) => does(plan).has('weather'),
    rollover: (plan) => does(plan).has('rollover'),
    disk: ({ smallDisk }) => smallDisk,
    clock: (plan) => does(plan).has('shiftClock'),
    multiline: ({ settings }) => settings.some(({ multiline }) => multiline !== 'Off'),
    drop: ({ settings }) => settings.some(({ drop }) => drop.length > 0),
    cut: ({ settings }) => settings.some(({ recordBytes }) => recordBytes < 1_048_576),
    configuration: ({ settings }) => settings.length > 1,
    inFlight: ({ settings }) => settings.some(({ inFlight }) => inFlight > 1),
    addresses: ({ addresses, firstIsDead }) => addresses > 1 || firstIsDead,
    tls: ({ secure }) => secure,
    held: ({ settings }) => settings.some(({ heldBytes }) => heldBytes < 67_108_864),
    silence: (plan) => does(plan).has('swallow'),
    crash: (plan) => does(plan).has('crash'),
  };
  it.each(Object.entries(traces) as [Feature, (plan: Plan) => boolean][])(
    'has %s in some seeds, and in none when that is off',
    (feature, has) => {
      expect(PLANS.some(has)).toBe(true);
      expect(plansWithout(feature).some(has)).toBe(false);
    },
  );

  it('keeps the rest as it is when a feature is off', () => {
    const writes = ({ happenings }: Plan): Happening[] =>
      happenings.filter(({ does }) => does === 'write' || does === 'rollover');
    const calm = plansWithout('kill', 'wire', 'disk', 'clock');
    for (const [index, plan] of PLANS.entries()) expect(writes(calm[index]!)).toEqual(writes(plan));
  });
});

it('names what there is when a feature is asked for that there is not', () => {
  expect(() => featuresWithout(['earthquake'])).toThrow(
    `no feature is called earthquake; there are ${Object.keys(FEATURES).join(', ')}`,
  );
});
