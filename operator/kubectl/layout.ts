/** A label and the lines behind it. */
export type Field = readonly [label: string, lines: readonly string[]];

/** Labels in a column, their lines beside them; those without lines are left out. */
export function fields(all: readonly Field[]): string {
  const shown = all.filter(([, lines]) => lines.length > 0);
  const width = Math.max(...shown.map(([label]) => label.length), 0) + 2;
  return shown
    .flatMap(([label, lines]) =>
      lines
        .flatMap((line) => line.split('\n'))
        .map((line, at) => `  ${(at === 0 ? label : '').padEnd(width)}${line}`.trimEnd()),
    )
    .map((line) => `${line}\n`)
    .join('');
}

/** Columns as wide as what stands in them. */
export function table(rows: readonly (readonly string[])[]): string {
  const widths: number[] = [];
  for (const row of rows) for (const [at, cell] of row.entries()) widths[at] = Math.max(widths[at] ?? 0, cell.length);
  return rows
    .map((row) =>
      row
        .map((cell, at) => cell.padEnd(widths[at]! + 3))
        .join('')
        .trimEnd(),
    )
    .map((line) => `${line}\n`)
    .join('');
}

/** `1 pod`, `2 pods`. */
export const count = (number: number, one: string, many = `${one}s`): string =>
  `${number} ${number === 1 ? one : many}`;
