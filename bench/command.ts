import { parseArgs } from 'node:util';
import { Permanent } from '../runtime/errors.ts';
import type { Benchmark } from './benchmark.ts';

export interface Command {
  benchmark: Benchmark;
  values: Readonly<Record<string, number>>;
  /** Where to write the rows as JSON. */
  json: string | undefined;
}

/** Reads `NAME [--json FILE] [--OPTION NUMBER]…`. Throws `Permanent`, in one sentence, for what it does not know. */
export function parseCommand([name, ...args]: readonly string[], benchmarks: readonly Benchmark[]): Command {
  const benchmark = benchmarks.find((one) => one.name === name);
  if (!benchmark) {
    const known = benchmarks.map((one) => one.name).join(', ');
    throw new Permanent(`there is no benchmark ${name}; there are ${known}`);
  }
  const options = Object.keys(benchmark.options);
  const known = ['json', ...options];
  const { tokens } = parseArgs({
    args,
    options: Object.fromEntries(known.map((option) => [option, { type: 'string' as const }])),
    allowPositionals: true,
    strict: false,
    tokens: true,
  });
  const values = Object.fromEntries(Object.entries(benchmark.options).map(([key, option]) => [key, option.default]));
  let json: string | undefined;
  for (const token of tokens) {
    if (token.kind === 'positional') throw new Permanent(`${benchmark.name} takes no ${token.value}, only options`);
    if (token.kind !== 'option') continue;
    if (!known.includes(token.name)) {
      const takes = known.map((option) => `--${option}`).join(', ');
      throw new Permanent(`${benchmark.name} takes no ${token.rawName}; it takes ${takes}`);
    }
    if (!token.value) throw new Permanent(`${token.rawName} needs a value`);
    if (token.name === 'json') json = token.value;
    else values[token.name] = positive(token.rawName, token.value);
  }
  return { benchmark, values, json };
}

function positive(option: string, text: string): number {
  const value = Number(text);
  if (!(value > 0) || !Number.isFinite(value)) throw new Permanent(`${option} needs a number above 0, not ${text}`);
  return value;
}

/** What there is to run, and with which options. */
export function help(benchmarks: readonly Benchmark[]): string {
  const lines = ['npm run bench -- NAME [--json FILE] [options]', ''];
  for (const { name, summary, options } of benchmarks) {
    lines.push(`${name}: ${summary}`);
    for (const [option, { default: value, help }] of Object.entries(options))
      lines.push(`  --${option} ${value}`.padEnd(24) + help);
  }
  return lines.join('\n');
}
