import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type OpenMetricsContentType, Registry } from 'prom-client';
import { describe, expect, inject, it } from 'vitest';
import { run } from '../cluster/run.ts';
import { everyMetric, sample } from '../operator/registry.ts';

const programs = inject('prometheus');
const missing = 'missing' in programs ? programs.missing : '';
const promtool = 'missing' in programs ? '' : programs.promtool;

describe.skipIf(missing)(`what the operator tells ${missing}`, () => {
  const registry = everyMetric();
  sample(registry);

  it('has names, types and units that promtool has nothing against', async () => {
    expect(await run(promtool, ['check', 'metrics'], { input: await registry.metrics() })).toBe('');
  });

  it('is OpenMetrics, too, that Prometheus reads', async () => {
    const open = new Registry<OpenMetricsContentType>();
    open.setContentType(Registry.OPENMETRICS_CONTENT_TYPE);
    for (const metric of registry.getMetricsAsArray()) open.registerMetric(metric as never);
    // promtool makes a block of samples that say when they were taken.
    const text = (await open.metrics()).replaceAll(/^(?!#)(.+)$/gm, '$1 1800000000');
    const folder = await mkdtemp(join(tmpdir(), 'tracewell-metrics-'));
    try {
      const file = join(folder, 'metrics.txt');
      await writeFile(file, text);
      const args = ['tsdb', 'create-blocks-from', 'openmetrics', file, join(folder, 'blocks')];
      expect(await run(promtool, args)).toMatch(/BLOCK ULID/);
    } finally {
      await rm(folder, { recursive: true });
    }
  });
});
