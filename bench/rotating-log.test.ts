import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { expect, it } from 'vitest';
import { temporaryFolder } from '../test/sidecar/temporary.ts';
import { until } from '../test/wait.ts';
import { RotatingLog } from './rotating-log.ts';

it('keeps five files as the kubelet does: the one that is written, the one before it, three compressed ones', async () => {
  const folder = temporaryFolder();
  const log = new RotatingLog(folder, 1_000);
  const piece = (number: number) => `${number} `.padEnd(1_000, 'x');
  for (let number = 1; number <= 7; number++) {
    log.write(piece(number));
    await until('its rotation', () => log.files > number, { everyMs: 5 });
  }
  log.write('the last');
  await log.close();
  const names = readdirSync(folder).sort();
  expect(names.map((name) => name.replace(/\d{8}-\d{6}/, 'TIME'))).toEqual([
    '0.log',
    '0.log.TIME.gz',
    '0.log.TIME.gz',
    '0.log.TIME.gz',
    '0.log.TIME',
  ]);
  const texts = names.map((name) => {
    const bytes = readFileSync(join(folder, name));
    return (name.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString();
  });
  expect(texts).toEqual(['the last', piece(4), piece(5), piece(6), piece(7)]);
});
