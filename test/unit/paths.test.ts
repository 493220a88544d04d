import { describe, expect, onTestFinished, it } from 'vitest';
import { ENV } from '../../api/names.ts';
import type { RedactionRule } from '../../api/sidecar-config.ts';
import { startBulkServer } from '../sidecar/bulk-server.ts';
import { criLine } from '../sidecar/cri.ts';
import { configOf, SidecarWorld, STREAMS } from '../sidecar/process.ts';
import { until } from '../wait.ts';

const TRACE = '4bf92f3577b34da6a3ce929d0e0e4736';
const CARD = '4111 1111 1111 1111';
const REDACT: RedactionRule[] = [{ builtin: 'card', with: 'Text', replacement: '[redacted]' }];
const LINES = [
  `{"level":30,"msg":"order received","trace_id":"${TRACE}","orderId":4711}`,
  '2026-11-25 06:00:00,123 ERROR [main] shop.Cart - no more cups',
  'level=warn msg="few cups left" cups=2',
  `{"level":"error","msg":"paid by ${CARD}"}`,
  `paid by ${CARD}`,
];
const MESSAGES = [
  'order received',
  '2026-11-25 06:00:00,123 ERROR [main] shop.Cart - no more cups',
  'few cups left',
  'paid by [redacted]',
  'paid by [redacted]',
];

/** What a sidecar with these variables, run with these flags of Node.js, makes of the lines, and says. */
async function run(variables: Readonly<Record<string, string>>, flags: readonly string[]) {
  const server = await startBulkServer();
  const world = new SidecarWorld();
  onTestFinished(async () => {
    await world.down();
    await server.close();
  });
  const config = configOf([server.url]);
  world.configure({ ...config, logs: { ...config.logs, multiline: 'Auto', redact: REDACT } });
  world.write(LINES.map((line) => criLine(line)).join(''));
  const sidecar = world.start({ ...world.env, ...variables }, flags);
  const stored = () => [...server.stored(STREAMS.logs).values()];
  await until('all are stored', () => stored().length === LINES.length, { everyMs: 20 });
  const { path } = await sidecar.hears('started');
  expect(await sidecar.stop()).toBe(0);
  const { redactedBy } = world.checkpoints()[0]!;
  const seal = [...server.stored(STREAMS.files).values()].map(({ document }) => document.tracewell);
  return { path, said: sidecar.said, documents: stored().map(({ document }) => document), redactedBy, seal };
}

// On a processor without them V8 has no SIMD for WebAssembly; other processors than x64 have nothing to switch off.
const WITHOUT_SIMD: [string, Record<string, string>, string[], string, number][] =
  process.arch === 'x64'
    ? [['takes the plain path, and says so, where WebAssembly has no SIMD', {}, ['--no-enable-sse4-1'], 'plain', 1]]
    : [];

describe('the sidecar', () => {
  it.each<[string, Record<string, string>, string[], string, number]>([
    ['takes the engine', {}, [], 'engine', 0],
    ['takes the plain path when it is told to', { [ENV.engine]: 'plain' }, [], 'plain', 0],
    ...WITHOUT_SIMD,
  ])('%s, and the documents are the same', async (_, ...[variables, flags, expected, warnings]) => {
    const { path, said, documents, redactedBy, seal } = await run(variables, flags);
    expect(path).toBe(expected);
    expect(said.filter(({ message }) => message.includes('SIMD'))).toHaveLength(warnings);
    expect(documents.map(({ message }) => message)).toEqual(MESSAGES);
    expect(documents[0]).toMatchObject({ 'log.level': 'info', 'trace.id': TRACE, app: { orderId: 4711 } });
    expect(documents[2]).toMatchObject({ 'log.level': 'warn', app: { cups: 2 }, tracewell: { format: 'logfmt' } });
    expect(redactedBy).toEqual({ card: 2 });
    expect(seal).toContainEqual(expect.objectContaining({ kind: 'seal', redactedBy: { card: 2 } }));
    expect(said.at(-1)).toMatchObject({ read: LINES.length, redactions: 2 });
  });

  it('does not start with a path that it does not know', async () => {
    const world = new SidecarWorld();
    onTestFinished(() => world.down());
    const sidecar = world.start({ ...world.env, [ENV.engine]: 'fast' });
    expect(await sidecar.ended()).toBe(1);
    expect(sidecar.said[0]).toMatchObject({ error: expect.stringContaining('TRACEWELL_ENGINE can be "plain"') });
  });
});
