import { VERSION } from '../api/names.ts';
import { describe } from '../runtime/errors.ts';
import { startAll, stopAll, type Part } from '../runtime/lifecycle.ts';
import { jsonLog } from '../runtime/log.ts';
import { ConfigFiles, readEnvironment } from './config.ts';
import { EngineBody } from './engine/engine-body.ts';
import { engineLoader } from './engine/engine.ts';
import { Pipeline } from './pipeline.ts';
import { Reminder } from './reminder.ts';
import { OperatorFiles } from './report/operator-files.ts';
import { postReport } from './report/post.ts';
import { Reporter } from './report/reporter.ts';
import { standing } from './report/stand.ts';
import { sealing } from './sealing.ts';
import { BodyOnDemand } from './sink/body-on-demand.ts';
import { PlainBody } from './sink/bulk-body.ts';
import { BulkClient } from './sink/client.ts';
import { Deliverer } from './sink/deliver.ts';
import { Measures } from './sink/measures.ts';
import { Outbox } from './sink/outbox.ts';
import { Sealer } from './sink/sealer.ts';
import { Standing } from './sink/standing.ts';
import { Source } from './source/source.ts';
import { State } from './source/state.ts';
import { fieldsOf, totalsOf } from './totals.ts';

const wall = () => Date.now();
/** `performance` would load half a dozen modules more. */
const now = () => process.uptime() * 1000;
const random = Math.random;
/** There with `--expose-gc`, as the image has it. */
const collect = () => globalThis.gc?.();
const log = jsonLog((line) => process.stdout.write(line), wall);

try {
  const signalled = new Promise<void>((resolve) => {
    for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => resolve());
  });
  const env = readEnvironment(process.env);
  const { logs, pod, proxy } = env;
  const reminder = new Reminder(now);
  const pipelineEnding = new AbortController();
  const ending = pipelineEnding.signal;
  const files = new ConfigFiles(env, log);
  const config = () => files.current;
  const settings = () => files.current!.settings;
  const streams = () => settings().streams;
  const state = new State(env.state, { log, reminder, now });
  const connection = () => {
    const { apiKey, ca } = files.current!;
    return { urls: settings().elasticsearch.urls, apiKey, ca };
  };
  const client = new BulkClient({ connection, proxy, now, wall });
  const sink = new Standing(client, wall);
  const onSealed = (file: string, size: number) => state.sealed(file, size);
  const isIdle = () => files.isIdle;
  const told = { log, reminder, now, wall, random, ending };
  const load = env.engine === 'plain' ? undefined : engineLoader();
  if (!load && env.engine !== 'plain')
    log.warn('this machine has no WebAssembly SIMD: the plain path is used, which costs more CPU');
  const body = new BodyOnDemand(() => (load ? new EngineBody(load(), wall) : new PlainBody(wall)));
  const pack = (bytes: Buffer) => body.gzip(bytes);
  const sealer = new Sealer({ sink, streams, pack, version: VERSION, ...told, isIdle, onSealed });
  const sealed = sealing(sealer, config);
  const source = new Source({ logs, podUid: pod.uid, state, folder: env.state, log, reminder, now, ...sealed });
  const measures: Measures = new Measures(sink, wall(), () => outbox.oldest);
  const deliverer = new Deliverer({ sink: measures, streams, ...told });
  const limits = () => settings().limits;
  const onAcknowledged: Measures['acknowledged'] = (...of) => measures.acknowledged(...of);
  const outbox: Outbox = new Outbox({ deliverer, state, body, limits, now, wall, onAcknowledged });
  const pipeline = new Pipeline({ source, outbox, config, isIdle, log, now, wall, collect, ending: pipelineEnding });
  const path = load ? 'engine' : 'plain';
  const operator = new OperatorFiles(env.config, env.token);
  const target = () => operator.read();
  const report = standing({ files, sink, state, measures, source, version: VERSION, path });
  const reporter = new Reporter({ target, report, post: postReport, log, wall, random, ending });
  // The reporter ends after all that it tells of.
  const parts: Part[] = [files, client, reporter, sealer, pipeline];

  await startAll(parts);
  log.info('started', {
    version: VERSION,
    path,
    pod: `${pod.namespace}/${pod.name}`,
    logs,
  });
  try {
    await Promise.race([signalled, pipeline.ended]);
  } finally {
    await stopAll(parts);
  }
  await pipeline.ended;
  const totals = fieldsOf(totalsOf(state.files()));
  if (files.isIdle) {
    log.info('ended without a policy: what was said since it went is not read', totals);
    // What nobody takes would be tried for ever.
    process.exit();
  }
  log.info('ended: everything that was there is answered for', totals);
} catch (error) {
  log.error('ended with an error', { error: describe(error) });
  process.exitCode = 1;
}
