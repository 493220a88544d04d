import { readFileSync } from 'node:fs';
import { test } from 'vitest';
import { DEFAULT_LIMITS } from '../../api/sidecar-config.ts';
import { numbered } from '../sidecar/cri.ts';
import { expectDelivered, holds, PARTS, type Parts } from '../sidecar/delivering.ts';
import { configOf } from '../sidecar/process.ts';
import { until } from '../wait.ts';

const it = test.extend<Parts>(PARTS);
const LARGE = { ...DEFAULT_LIMITS, batchBytes: 67_108_864, batchAgeMs: 1000 };
const FLAGS = ['--expose-gc'];

/** Memory of a process that no file stands for: `RssAnon` of proc_pid_status(5). */
function privateMb(pid: number): number {
  const [, kilobytes] = /^RssAnon:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))!;
  return Number(kilobytes) / 1000;
}

it.concurrent.for<[string, Record<string, string>]>([
  ['the engine', {}],
  ['the plain path', { TRACEWELL_ENGINE: 'plain' }],
])('gives the memory of a busy time back when the pod is quiet: %s', async ([, env], { world, server }) => {
  world.configure(configOf([server.url], { limits: LARGE }));
  const busy = numbered('x'.repeat(1000), 20_000);
  const late = numbered('late', 10);
  world.write(busy.content);
  const sidecar = world.start({ ...world.env, ...env }, FLAGS);
  await holds(server, 20_000);
  const most = privateMb(sidecar.pid);
  await until('its memory', () => privateMb(sidecar.pid) < most - 20, { timeoutMs: 100_000 });
  world.write(late.content);
  await holds(server, 20_010);
  await expectDelivered(sidecar, { world, server }, [...busy.texts, ...late.texts]);
});
