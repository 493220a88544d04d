/** Preloaded into the sidecar: its wall clock goes wrong by what a file says, in milliseconds; the steady one stays right. */
import { readFileSync } from 'node:fs';
import { CLOCK } from './names.ts';

const READ_EVERY_MS = 20;
const path = process.env[CLOCK] ?? '';
const Right = Date;
let shiftMs = 0;
let readAt = -Infinity;

function wrong(): number {
  if (performance.now() - readAt > READ_EVERY_MS) {
    readAt = performance.now();
    try {
      shiftMs = Number(readFileSync(path, 'utf8'));
    } catch {
      // Not written yet: right so far.
    }
  }
  return Right.now() + shiftMs;
}

globalThis.Date = new Proxy(Right, {
  construct: (target, args: [], self) =>
    Reflect.construct(target, args.length === 0 ? [wrong()] : args, self as typeof Right) as Date,
  apply: () => new Right(wrong()).toString(),
  get: (target, key) => (key === 'now' ? wrong : (Reflect.get(target, key) as unknown)),
});
