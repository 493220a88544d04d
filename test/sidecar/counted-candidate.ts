import { compile } from '../../tools/generate/engine.ts';

/** Where a text stands: past all tables. */
const PLACE = 1_048_576;
const PAGE = 65_536;

/**
 * The engine's search for what may have to be redacted, compiled anew so that it tells of each function that is called and each
 * turn of a loop: `steps` is how many those are for a text. For tests of linear time.
 */
export function countedCandidate(): { steps: (text: Buffer, kinds: number) => number } {
  const code = compile('sidecar/engine/assembly/redact.ts', ['--runPasses', 'log-execution']);
  const memory = new WebAssembly.Memory({ initial: (4 * PLACE) / PAGE });
  let steps = 0;
  const env = { memory, abort: () => undefined, log_execution: () => void steps++ };
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(Buffer.from(code)), { env });
  const { candidate } = exports as { candidate: (at: number, end: number, kinds: number) => number };
  return {
    steps(text, kinds) {
      const bytes = Buffer.from(memory.buffer);
      bytes.fill(0, PLACE - 64, PLACE + text.length + 128);
      text.copy(bytes, PLACE);
      steps = 0;
      candidate(PLACE, PLACE + text.length, kinds);
      return steps;
    },
  };
}
