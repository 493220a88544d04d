/** Something that runs: started once, stopped once. `stop` resolves when nothing of it runs any more. */
export interface Part {
  readonly name: string;
  start(): Promise<void> | void;
  stop(): Promise<void> | void;
}

/** Starts the parts in order; when one fails, stops those already started, last first, and throws its error. */
export async function startAll(parts: readonly Part[]): Promise<void> {
  for (const [index, part] of parts.entries()) {
    try {
      await part.start();
    } catch (error) {
      await stopAll(parts.slice(0, index));
      throw new Error(`${part.name} did not start`, { cause: error });
    }
  }
}

/** Stops the parts, last first, every one even when another fails; then throws the failures together. */
export async function stopAll(parts: readonly Part[]): Promise<void> {
  const failures: unknown[] = [];
  for (const part of parts.toReversed()) {
    try {
      await part.stop();
    } catch (error) {
      failures.push(new Error(`${part.name} did not stop`, { cause: error }));
    }
  }
  if (failures.length > 0) throw new AggregateError(failures, 'not everything stopped');
}
