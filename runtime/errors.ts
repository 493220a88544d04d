/** An error that comes back as long as its input does: stop or set aside, do not retry. Every other error may pass. */
export class Permanent extends Error {
  override readonly name = 'Permanent';
}

/** Throws when the program, not its input or surroundings, is wrong. */
export function invariant(condition: unknown, message: string): asserts condition {
  if (!condition) throw new Error(`BUG: ${message}`);
}

/** One line for people: the message and the causes below it (at most five deep), outermost first. */
export function describe(error: unknown): string {
  const parts: string[] = [];
  let at: unknown = error;
  for (let depth = 0; at !== undefined && depth < 5; depth++) {
    const text = textOf(at);
    if (!parts.some((part) => part.includes(text))) parts.push(text);
    at = at instanceof Error ? at.cause : undefined;
  }
  return parts.join(': ');
}

function textOf(error: unknown): string {
  if (error instanceof Error) return error.message || codeOf(error) || error.name;
  return typeof error === 'string' ? error : JSON.stringify(error);
}

/** `ECONNREFUSED` and its kind, which `AggregateError` carries instead of a message. */
export function codeOf(error: unknown): string | undefined {
  const code = (error as { code?: unknown } | undefined)?.code;
  return typeof code === 'string' ? code : undefined;
}
