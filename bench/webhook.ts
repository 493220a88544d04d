import { join } from 'node:path';
import { renew } from '../operator/certs.ts';
import { wait } from '../runtime/wait.ts';
import type { ObjectStore } from '../test/operator/object-store.ts';
import { freePort } from '../test/operator/port.ts';
import { during } from '../test/progress.ts';
import { benchmark, type Row, type Surroundings } from './benchmark.ts';
import { startNode, type Child } from './child.ts';
import { readCpu, readMemory } from './proc.ts';
import { mean, quantile } from './statistics.ts';
import { Asker } from './webhook/asker.ts';
import type { Address } from './webhook/load.ts';
import { startOperator } from './webhook/operator.ts';
import type { Size } from './webhook/world.ts';

const EMPTY = join(import.meta.dirname, 'webhook/empty.ts');
const SERVER = 'localhost';
const DEADLINE_MS = 60_000;
/** What the start has left to do. */
const SETTLE_MS = 20_000;
/** Before it is measured: connections are opened, and Node.js compiles what is often run. */
const WARM_SECONDS = 5;

export const webhook = benchmark({
  name: 'webhook',
  summary: 'the operator is asked about pods at a steady rate, while it does the rest of its work',
  options: {
    'per-second': { default: 200, help: 'reviews' },
    seconds: { default: 30, help: 'how long each row is asked' },
    pods: { default: 5000, help: 'four in five of them with a sidecar' },
    namespaces: { default: 200, help: 'in which they are' },
    policies: { default: 300, help: 'one in six of them of the cluster' },
  },
  async run({ 'per-second': perSecond, seconds, ...size }, surroundings) {
    const { progress } = surroundings;
    const pace = { perSecond, seconds };
    const { signal } = surroundings;
    const { child, address, api, stop } = await during(progress, 'The operator brings everything in order', () =>
      startOperator(size, surroundings),
    );
    const target = { child, address, size };
    await wait(SETTLE_MS, signal);
    const rows = [
      await measure('tracewell', { ...target, objects: api.objects }, { pace, surroundings }),
      await measure('reviews alone', target, { pace, surroundings }),
    ];
    await stop();
    return [...rows, await measureEmpty(size, { pace, surroundings })];
  },
});

interface Target {
  child: Child;
  address: Address;
  size: Size;
  /** Where the pods that were admitted come into being; without it they do not. */
  objects?: ObjectStore;
}

interface How {
  pace: { perSecond: number; seconds: number };
  surroundings: Surroundings;
}

async function measure(name: string, target: Target, { pace, surroundings }: How): Promise<Row> {
  const { child, address, size, objects } = target;
  const { progress } = surroundings;
  const asker = new Asker({ address, size, perSecond: pace.perSecond }, objects);
  await asker.ask(WARM_SECONDS);
  const before = readCpu(child.pid).own;
  const { tookMs, injected, unchanged } = await during(progress, name, () => asker.ask(pace.seconds));
  const cpuSeconds = readCpu(child.pid).own - before;
  await asker.stop();
  return {
    name,
    p50Ms: quantile(tookMs, 0.5),
    p99Ms: quantile(tookMs, 0.99),
    maxMs: quantile(tookMs, 1),
    meanMs: mean(tookMs),
    cpuMsPerReview: (1000 * cpuSeconds) / tookMs.length,
    cpuPercent: (100 * cpuSeconds) / pace.seconds,
    rssMb: readMemory(child.pid).rssMb,
    reviews: tookMs.length,
    injected,
    unchanged,
  };
}

/** The same questions to a server that decides nothing. */
async function measureEmpty(size: Size, { pace, surroundings }: How): Promise<Row> {
  const certificates = await renew('renew all', undefined, [SERVER], new Date());
  const port = await freePort();
  const env = { PORT: String(port), CERTIFICATES: JSON.stringify(certificates) };
  const child = startNode([EMPTY], env, surroundings.signal);
  await child.said('"started"', DEADLINE_MS);
  const address = { port, servername: SERVER, ca: certificates.ca };
  const row = await measure('an empty server', { child, address, size }, { pace, surroundings });
  await child.stop();
  return row;
}
