import { describe } from '../runtime/errors.ts';
import { startAll, stopAll, type Part } from '../runtime/lifecycle.ts';
import { jsonLog } from '../runtime/log.ts';
import { ConfigFiles, readEnvironment } from './config.ts';
import { Pipeline } from './pipeline.ts';
import { Reminder } from './reminder.ts';
import { BulkClient } from './sink/client.ts';
import { Deliverer } from './sink/deliver.ts';
import { Outbox } from './sink/outbox.ts';
import { Source } from './source/source.ts';
import { State } from './source/state.ts';
import { fieldsOf, totalsOf } from './totals.ts';

const date = () => new Date();
const now = () => performance.now();
const log = jsonLog((line) => process.stdout.write(line), date);

try {
  const signalled = new Promise<void>((resolve) => {
    for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => resolve());
  });
  const env = readEnvironment(process.env);
  const { logs, pod } = env;
  const reminder = new Reminder(now);
  const ending = new AbortController();
  const files = new ConfigFiles(env, log);
  const state = new State(env.state, { log, reminder });
  const source = new Source({ logs, podUid: pod.uid, state, log, reminder });
  const client = new BulkClient(() => {
    const { settings, apiKey, ca } = files.current!;
    return { urls: settings.elasticsearch.urls, apiKey, ca };
  });
  const deliverer = new Deliverer({
    sink: client,
    streams: () => files.current!.settings.streams,
    log,
    reminder,
    now: date,
    random: Math.random,
    ending: ending.signal,
  });
  const outbox = new Outbox({ deliverer, state, now, date });
  const pipeline = new Pipeline({ source, outbox, config: () => files.current, log, now, ending });
  const parts: Part[] = [files, client, pipeline];

  await startAll(parts);
  log.info('started', { pod: `${pod.namespace}/${pod.name}`, logs });
  try {
    await Promise.race([signalled, pipeline.ended]);
  } finally {
    await stopAll(parts);
  }
  await pipeline.ended;
  log.info('ended: everything that was there is answered for', fieldsOf(totalsOf(state.files())));
} catch (error) {
  log.error('ended with an error', { error: describe(error) });
  process.exitCode = 1;
}
