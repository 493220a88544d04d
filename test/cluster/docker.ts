import { run } from './run.ts';

/** Whether there is a Docker engine: its client alone is of no use. */
export const dockerAnswers = (): Promise<boolean> =>
  run('docker', ['info', '--format', '{{.ServerVersion}}'], { signal: AbortSignal.timeout(10_000) }).then(
    () => true,
    () => false,
  );
