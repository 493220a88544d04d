import type { Row } from './benchmark.ts';

/** The rows side by side, one line for each figure; or one below the other, when there are more of them than figures. */
export function tableOf(rows: readonly Row[]): string {
  const keys = [...new Set(rows.flatMap((row) => Object.keys(row)))].filter((key) => key !== 'name');
  const sideBySide = [['', ...rows.map(({ name }) => name)]];
  for (const key of keys) sideBySide.push([key, ...rows.map((row) => show(row[key]))]);
  const lines = rows.length < keys.length ? sideBySide : transposed(sideBySide);
  const widths = lines[0]!.map((_, column) => Math.max(...lines.map((cells) => cells[column]!.length)));
  return lines
    .map((cells) => {
      const [key, ...figures] = cells;
      return [key!.padEnd(widths[0]!), ...figures.map((cell, i) => cell.padStart(widths[i + 1]!))].join('   ');
    })
    .join('\n');
}

const transposed = (lines: readonly string[][]) => lines[0]!.map((_, column) => lines.map((cells) => cells[column]!));

/** The file that `--json` writes. */
export function jsonOf(bench: string, rows: readonly Row[]): string {
  return `${JSON.stringify({ bench, rows: rows.map(rounded) }, null, 2)}\n`;
}

/** Four digits are more than these measurements are good for. */
function rounded(row: Row): Row {
  const round = (value: string | number) =>
    typeof value === 'number' && !Number.isInteger(value) ? Number(value.toPrecision(4)) : value;
  return Object.fromEntries(Object.entries(row).map(([key, value]) => [key, round(value)])) as Row;
}

function show(value: string | number | undefined): string {
  if (value === undefined) return '-';
  if (typeof value === 'string' || Number.isInteger(value)) return String(value);
  return value.toFixed(value >= 100 ? 0 : value >= 10 ? 1 : 2);
}
