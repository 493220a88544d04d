import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Outcome } from './scenario.ts';

/** Writes all that is known of a run into a folder, for whoever looks into a failure; returns the folder. */
export function keep({ evidence, logs, plan, verdict }: Outcome): string {
  const folder = mkdtempSync(join(tmpdir(), `tracewell-chaos-${plan.seed}-`));
  const write = (name: string, lines: readonly unknown[]) =>
    writeFileSync(join(folder, `${name}.ndjson`), lines.map((line) => `${JSON.stringify(line, readable)}\n`).join(''));
  write('faults', verdict.faults);
  write('plan', [plan]);
  write('happenings', plan.happenings);
  for (const [life, lines] of logs.entries()) write(`sidecar-${life}`, lines);
  write(
    'files',
    evidence.files.map(({ lines, ...file }) => ({ ...file, lines: lines.length })),
  );
  write(
    'lines',
    evidence.files.flatMap(({ id, lines }) => lines.map((line) => ({ file: id, ...line }))),
  );
  write('documents', evidence.documents);
  write('dead-letters', evidence.deadLetters);
  write('seals', evidence.seals);
  write(
    'snapshots',
    evidence.snapshots.map(({ acknowledged, ...rest }) => ({ ...rest, acknowledged: [...acknowledged] })),
  );
  write('lives', evidence.lives);
  return folder;
}

const LONGEST = 300;

function readable(_: string, value: unknown): unknown {
  if (typeof value === 'bigint') return value.toString();
  const isBuffer = typeof value === 'object' && value !== null && (value as { type?: unknown }).type === 'Buffer';
  const text = isBuffer ? Buffer.from((value as { data: number[] }).data).toString() : value;
  return typeof text === 'string' && text.length > LONGEST ? `${text.slice(0, LONGEST)}…` : text;
}
