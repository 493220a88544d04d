/** Tells people what goes on: one line when a step ends, and one every ten seconds while it lasts. */
export interface Progress {
  step(name: string): Step;
}

export interface Step {
  /** What the step is at, for its next line. */
  update(text: string): void;
  done(text?: string): void;
  fail(text: string): void;
}

/** Writes plain lines, so that a log file reads as well as a terminal; `write` gets them without the newline. */
export function plainProgress(write: (line: string) => void = console.log): Progress {
  return {
    step(name) {
      const began = performance.now();
      let text = '';
      const line = (mark: string, said: string) => {
        const seconds = Math.round((performance.now() - began) / 1000);
        write([`${mark} ${name}`, seconds > 0 ? duration(seconds) : '', said].filter(Boolean).join(', '));
      };
      const alive = () => line('…', text);
      // The first one soon: a person wants to know what is being waited for.
      const first = setTimeout(alive, 2_000).unref();
      const every = setInterval(alive, 10_000).unref();
      const end = (mark: string, said: string) => {
        clearTimeout(first);
        clearInterval(every);
        line(mark, said);
      };
      return {
        update: (said) => {
          text = said;
        },
        done: (said = '') => end('✓', said),
        fail: (said) => end('✗', said),
      };
    },
  };
}

/** `8 s`, `4 min 21 s` */
export function duration(seconds: number): string {
  return seconds < 60 ? `${seconds} s` : `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
}

/** Runs `work` as one step: done when it returns, failed (and thrown on) when it throws. */
export async function during<T>(progress: Progress, name: string, work: (step: Step) => Promise<T>): Promise<T> {
  const step = progress.step(name);
  let done: string | undefined;
  try {
    const result = await work({ ...step, done: (text) => (done = text) });
    step.done(done);
    return result;
  } catch (error) {
    step.fail(error instanceof Error ? error.message : String(error));
    throw error;
  }
}
