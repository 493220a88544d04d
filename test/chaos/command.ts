import { parseArgs } from 'node:util';
import { Permanent } from '../../runtime/errors.ts';
import { FEATURES, featuresWithout, type Feature } from './features.ts';

export interface Command {
  readonly runs: number;
  /** Of the first run; the others have the ones after it. */
  readonly seed: number;
  readonly features: ReadonlySet<Feature>;
  /** The features that are switched off, as they were given. */
  readonly without: string;
  /** Keep what is known of each run, not only of those that fail. */
  readonly keep: boolean;
  /** The two probes that other collectors fail, instead of scenarios. */
  readonly probes: boolean;
}

export const HELP = `npm run chaos -- [--runs N] [--seed S] [--without FEATURE,FEATURE…] [--keep]
npm run chaos -- --probes

Plays scenarios, each drawn from its seed, against a real Elasticsearch; without --seed from a seed of the moment.
What is known of a run that fails is kept in a folder, with --keep of all.

${Object.entries(FEATURES)
  .map(([name, what]) => `  ${name.padEnd(14)} ${what}`)
  .join('\n')}`;

/** Undefined when help is asked for. Throws `Permanent`, in one sentence, for what it does not know. */
export function parseCommand(args: readonly string[], freshSeed: () => number): Command | undefined {
  const text = { type: 'string' } as const;
  const flag = { type: 'boolean' } as const;
  const options = { runs: text, seed: text, without: text, probes: flag, keep: flag, help: flag };
  try {
    const { values } = parseArgs({ args: [...args], options });
    if (values.help) return undefined;
    const without = values.without ?? '';
    return {
      runs: values.runs === undefined ? 1 : whole('--runs', values.runs),
      seed: values.seed === undefined ? freshSeed() : whole('--seed', values.seed),
      features: featuresWithout(without.split(',').filter(Boolean)),
      without,
      keep: values.keep ?? false,
      probes: values.probes ?? false,
    };
  } catch (error) {
    throw new Permanent((error as Error).message);
  }
}

function whole(option: string, text: string): number {
  if (!/^\d{1,9}$/.test(text)) throw new Error(`${option} needs a number of at most nine digits, not ${text}`);
  return Number(text);
}
