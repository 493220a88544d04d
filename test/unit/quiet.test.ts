import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { DEFAULT_LIMITS } from '../../api/sidecar-config.ts';
import { numbered } from '../sidecar/cri.ts';
import { expectDelivered, holds, PARTS, type Parts } from '../sidecar/delivering.ts';
import { configOf } from '../sidecar/process.ts';
import { until } from '../wait.ts';

const it = test.extend<Parts>(PARTS);
const LARGE = { ...DEFAULT_LIMITS, batchBytes: 33_554_432, batchAgeMs: 1000 };
const COLLECTS = '--expose-gc';
/** Two batches and a half. */
const LINES = 60_000;

/** Memory of a process that no file stands for: `RssAnon` of proc_pid_status(5). */
function privateMb(pid: number): number {
  const [, kilobytes] = /^RssAnon:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))!;
  return Number(kilobytes) / 1000;
}

it('may collect its garbage in its image', () => {
  const dockerfile = readFileSync(join(import.meta.dirname, '../../sidecar/Dockerfile'), 'utf8');
  expect(dockerfile).toContain(`"${COLLECTS}"`);
});

it('gives the memory of a busy time back when the pod is quiet', async ({ world, server }) => {
  world.configure(configOf([server.url], { limits: LARGE }));
  const busy = numbered('x'.repeat(1000), LINES);
  const late = numbered('late', 10);
  const sidecar = world.start(world.env, [COLLECTS]);
  await sidecar.hears('started');
  world.write(busy.content);
  await holds(server, LINES);
  const most = privateMb(sidecar.pid);
  // More than there is garbage, less than the engine's body.
  await until('its memory', () => privateMb(sidecar.pid) < most - 20, { timeoutMs: 100_000 });
  world.write(late.content);
  await holds(server, LINES + 10);
  await expectDelivered(sidecar, { world, server }, [...busy.texts, ...late.texts]);
});
