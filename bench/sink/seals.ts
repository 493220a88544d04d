import type { SealDocument } from '../../api/document.ts';

export type Seal = SealDocument['tracewell'];

/** The seals in a `_bulk` body of the stream of files, which has start documents, too. */
export function sealsIn(body: Buffer): Seal[] {
  const documents = body
    .toString()
    .split('\n')
    .filter((_, line) => line % 2 === 1)
    .map((line) => JSON.parse(line) as { tracewell: Seal | { kind: 'start' } });
  return documents.flatMap(({ tracewell }) => (tracewell.kind === 'seal' ? [tracewell] : []));
}
