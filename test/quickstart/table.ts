const GAP = '   ';

export interface TableOptions {
  readonly headings: readonly string[];
  readonly rows: readonly (readonly string[])[];
  /** Columns of the terminal: the last column is cut to fit. */
  readonly width: number;
  /** Before each line. */
  readonly indent?: string;
}

/** Rows under their headings, numbers to the right. One line for each row, whatever its cells hold. */
export function tableOf({ headings, rows, width, indent = '' }: TableOptions): string {
  const clean = rows.map((row) => row.map((cell) => cell.replaceAll(/\s+/g, ' ')));
  const lines = [headings, ...clean];
  const widths = headings.map((_, column) => Math.max(...lines.map((cells) => (cells[column] ?? '').length)));
  const right = headings.map(
    (_, column) => clean.length > 0 && clean.every((cells) => /^[\d.,]+$/.test(cells[column] ?? '')),
  );
  return lines
    .map((cells) => {
      const padded = headings.map((_, column) => {
        const cell = cells[column] ?? '';
        return right[column] ? cell.padStart(widths[column]!) : cell.padEnd(widths[column]!);
      });
      return cut(`${indent}${padded.join(GAP)}`.trimEnd(), width);
    })
    .join('\n');
}

const cut = (line: string, width: number): string => (line.length > width ? `${line.slice(0, width - 1)}…` : line);
