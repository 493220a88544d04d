import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { temporaryFolder } from '../sidecar/temporary.ts';
import { CLOCK } from './names.ts';

const DAY_MS = 86_400_000;
const SCRIPT =
  'console.log(JSON.stringify([Date.now(), +new Date(), Date.parse(Date()), +new Date(5), +new Date(2026, 0), new Date() instanceof Date]))';

function told(file: string): unknown[] {
  const args = ['--import', join(import.meta.dirname, 'clock.ts'), '--eval', SCRIPT];
  return JSON.parse(execFileSync(process.execPath, args, { env: { [CLOCK]: file }, encoding: 'utf8' })) as unknown[];
}

it.each([
  ['is right without a file', undefined, 0],
  ['goes ahead', String(DAY_MS), DAY_MS],
  ['is behind', String(-DAY_MS), -DAY_MS],
])("the sidecar's clock %s, and every other time stays what it is", (_, content, shiftMs) => {
  const file = join(temporaryFolder(), 'clock');
  if (content !== undefined) writeFileSync(file, content);
  const [now, date, text, ...others] = told(file) as number[];
  for (const time of [now!, date!, text!]) expect(Math.abs(time - Date.now() - shiftMs)).toBeLessThan(60_000);
  expect(others).toEqual([5, new Date(2026, 0).getTime(), true]);
});
