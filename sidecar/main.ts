import { describe } from '../runtime/errors.ts';
import { startAll, stopAll, type Part } from '../runtime/lifecycle.ts';
import { jsonLog } from '../runtime/log.ts';
import { ConfigFiles, readEnvironment } from './config.ts';
import { Pipeline } from './pipeline.ts';
import { BulkClient } from './sink/client.ts';
import { Deliverer } from './sink/deliver.ts';
import { Source } from './source/source.ts';
import { State } from './source/state.ts';

const log = jsonLog(
  (line) => process.stdout.write(line),
  () => new Date(),
);

try {
  const env = readEnvironment(process.env);
  const now = Date.now;
  const files = new ConfigFiles(env, log);
  const state = new State(env.state, (path) =>
    log.warn('a checkpoint is damaged; its log file is read again from the start', { path }),
  );
  const source = new Source({ logs: env.logs, podUid: env.pod.uid, state, log });
  const client = new BulkClient(() => {
    const { settings, apiKey, ca } = files.current!;
    return { urls: settings.elasticsearch.urls, apiKey, ca };
  });
  const streams = () => files.current!.settings.streams;
  const deliverer = new Deliverer({
    sink: client,
    streams,
    log,
    now,
    random: Math.random,
    signal: new AbortController().signal,
  });
  const pipeline = new Pipeline({ logs: env.logs, source, state, deliverer, config: () => files.current, log, now });
  const parts: Part[] = [files, { name: 'client', start: () => undefined, stop: () => client.close() }, pipeline];

  await startAll(parts);
  log.info('started', { pod: `${env.pod.namespace}/${env.pod.name}`, logs: env.logs });
  const ended = new Promise<void>((resolve) => {
    for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => resolve());
  });
  await Promise.race([ended, pipeline.ended]);
  await stopAll(parts);
  log.info('ended: everything that was there is answered for');
} catch (error) {
  log.error('ended with an error', { error: describe(error) });
  process.exitCode = 1;
}
