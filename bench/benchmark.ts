import type { Progress } from '../test/progress.ts';

/** What a benchmark takes from the command line: `--name 5`, always a number above 0. */
export interface Option {
  default: number;
  help: string;
}

export type Options = Readonly<Record<string, Option>>;
export type Values<O extends Options> = { readonly [K in keyof O]: number };

/** One column of the table, one object of the JSON file: figures by camelCase names that end with their unit. */
export type Row = { name: string } & Record<string, string | number>;

export interface Surroundings {
  /** Empty, and removed afterwards. */
  folder: string;
  /** Aborts on Ctrl-C. */
  signal: AbortSignal;
  progress: Progress;
}

export interface Benchmark {
  name: string;
  summary: string;
  options: Options;
  /** The product's own row comes first. */
  run(values: Readonly<Record<string, number>>, surroundings: Surroundings): Promise<Row[]>;
}

/** A benchmark whose `run` knows the names of its options. */
export function benchmark<const O extends Options>(definition: {
  name: string;
  summary: string;
  options: O;
  run(values: Values<O>, surroundings: Surroundings): Promise<Row[]>;
}): Benchmark {
  return { ...definition, run: (values, surroundings) => definition.run(values as Values<O>, surroundings) };
}
