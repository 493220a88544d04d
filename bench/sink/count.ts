const NEWLINE = 10;
const ACTION = Buffer.from('{"create":');
const STAMP = Buffer.from('{"@timestamp":"');
const STAMP_CHARACTERS = '2026-01-02T03:04:05.678'.length;

/**
 * Walks over a `_bulk` body, an action line and a document line in turn, and returns how many documents it holds. Throws
 * when an action is not a `create`, or the body does not end with a document's newline.
 */
export function countDocuments(body: Buffer, onDocument?: (start: number) => void): number {
  let documents = 0;
  for (let at = 0; at < body.length; documents++) {
    if (!body.subarray(at, at + ACTION.length).equals(ACTION))
      throw new Error(`line ${2 * documents + 1} of the body is not a create action`);
    const document = body.indexOf(NEWLINE, at) + 1;
    const end = body.indexOf(NEWLINE, document) + 1;
    if (document === 0 || end === 0) throw new Error('the body is cut off');
    onDocument?.(document);
    at = end;
  }
  return documents;
}

/** The time in `@timestamp` of the document that begins at `start`, milliseconds since 1970; NaN when it does not begin with one. */
export function stampOf(body: Buffer, start: number): number {
  const from = start + STAMP.length;
  if (!body.subarray(start, from).equals(STAMP)) return NaN;
  return Date.parse(`${body.toString('latin1', from, from + STAMP_CHARACTERS)}Z`);
}
