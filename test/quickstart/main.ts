import { describe } from '../../runtime/errors.ts';
import { wait } from '../../runtime/wait.ts';
import { Unavailable } from '../cluster/unavailable.ts';
import { during, plainProgress, type Progress } from '../progress.ts';
import { HELP, parseCommand } from './command.ts';
import { show } from './show.ts';
import { setStage, type Stage } from './stage.ts';
import { writeTrouble } from './trouble.ts';

/** `npm run quickstart`: brings everything up, shows it, and takes it down again. */
const SIGNALS = { SIGINT: 130, SIGTERM: 143, SIGHUP: 129 } as const;
const FOR_EVER = 2 ** 31 - 1;
const say = (text = '') => console.log(text);

async function quickstart({ once }: { readonly once: boolean }): Promise<number> {
  const { signal, code } = interruptible();
  const progress = calm(plainProgress(say), signal);
  const width = Math.max(100, process.stdout.columns ?? 120);
  const ends = new AsyncDisposableStack();
  let stage: Stage | undefined;
  let failed = false;
  try {
    say('Kubernetes, Elasticsearch, Tracewell, and a small shop that logs. Ctrl-C ends it and removes everything.\n');
    stage = await setStage({ progress, signal, ends });
    await show({ ...stage, progress, signal, say, width });
    if (!once) {
      say('\nIt stays up until Ctrl-C, which removes everything.');
      await wait(FOR_EVER, signal);
    }
  } catch (error) {
    failed = true;
    if (!signal.aborted) await complain(error, stage);
  }
  say();
  try {
    await during(progress, 'Removing everything', () => ends.disposeAsync());
  } catch (error) {
    failed = true;
    console.error(describe(error));
  }
  return failed ? code() : 0;
}

/** A signal that Ctrl-C and its kin abort, and the exit code of a run that did not come to its end. */
function interruptible(): { signal: AbortSignal; code: () => number } {
  const abort = new AbortController();
  let code = 1;
  let at = 0;
  for (const [name, number] of Object.entries(SIGNALS)) {
    process.on(name, () => {
      if (!abort.signal.aborted) {
        [code, at] = [number, performance.now()];
        say(`\n${name}: ending. Once more ends at once; the next run then removes what this one leaves.`);
        abort.abort(new Error(`ended by ${name}`));
      }
      // npm passes signals on, so that one Ctrl-C comes twice.
      else if (performance.now() - at > 1_000) process.exit(number);
    });
  }
  process.stdout.on('error', () => {}); // a terminal that is gone must not keep us from cleaning up
  return { signal: abort.signal, code: () => code };
}

/** Progress that blames nobody for what was ended on purpose. */
const calm = (progress: Progress, signal: AbortSignal): Progress => ({
  step(name) {
    const step = progress.step(name);
    return { ...step, fail: (text) => step.fail(signal.aborted ? 'ended' : text) };
  },
});

async function complain(cause: unknown, stage: Stage | undefined): Promise<void> {
  const [first] = describe(cause).split('\n'); // the step has said the rest
  console.error(`\nThe quickstart failed: ${first}`);
  if (!stage || cause instanceof Unavailable) return;
  const path = await writeTrouble(stage.cluster, cause).catch((failure: unknown) => describe(failure));
  console.error(`What the cluster says about it, its pods, events and logs: ${path}`);
}

try {
  const command = parseCommand(process.argv.slice(2));
  if (command.help) say(HELP);
  else process.exitCode = await quickstart(command);
} catch (error) {
  console.error(describe(error));
  process.exitCode = 2;
}
