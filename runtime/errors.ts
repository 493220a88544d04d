/** An error that comes back as long as its input does: stop or set aside, do not retry. Every other error may pass. */
export class Permanent extends Error {
  override readonly name = 'Permanent';
}

/** Throws when the program, not its input or surroundings, is wrong. */
export function invariant(condition: unknown, message: string): asserts condition {
  if (!condition) throw new Error(`BUG: ${message}`);
}

/** One line for people: the message and the causes below it, outermost first. */
export function describe(error: unknown): string {
  const parts: string[] = [];
  for (let e: unknown = error; e !== undefined && parts.length < 5; e = e instanceof Error ? e.cause : undefined) {
    const text = e instanceof Error ? e.message || codeOf(e) || e.name : typeof e === 'string' ? e : JSON.stringify(e);
    if (text && !parts.some((part) => part.includes(text))) parts.push(text);
  }
  return parts.join(': ');
}

/** `ECONNREFUSED` and its kind, which `AggregateError` carries instead of a message. */
export function codeOf(error: unknown): string | undefined {
  const code = (error as { code?: unknown } | undefined)?.code;
  return typeof code === 'string' ? code : undefined;
}
