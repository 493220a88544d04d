export interface LineOptions {
  readonly stream?: 'stdout' | 'stderr';
  /** `P`: its next part follows. */
  readonly tag?: 'F' | 'P';
  readonly stamp?: string;
}

export const STAMP = '2026-01-02T03:04:05.678901234Z';

/** A line as a container runtime writes it, newline included. */
export function criLine(text: string, { stream = 'stdout', tag = 'F', stamp = STAMP }: LineOptions = {}): string {
  return `${stamp} ${stream} ${tag} ${text}\n`;
}

/** Lines `<name> 0`, `<name> 1`, … and their texts. */
export function numbered(name: string, count: number, options?: LineOptions): { texts: string[]; content: string } {
  const texts = Array.from({ length: count }, (_, index) => `${name} ${index}`);
  return { texts, content: texts.map((text) => criLine(text, options)).join('') };
}
