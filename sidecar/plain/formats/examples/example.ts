import type { TextFormat } from '../../text.ts';

/** A line as an application writes it, and what becomes of it. Documentation (`docs/formats.md`) and tests have them all. */
export interface Example {
  readonly format: 'json' | TextFormat;
  /** What writes such lines. */
  readonly by: string;
  readonly line: string;
  /**
   * As JSON, the fields that the line fills, and `app`: everything in the document but what every record has. A text is its
   * own `message` where none is named.
   */
  readonly becomes: string;
}

export const example = (
  format: Example['format'],
  by: string,
  { line, becomes }: Pick<Example, 'line' | 'becomes'>,
): Example => ({ format, by, line, becomes });
