import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { stringify } from 'yaml';
import { run } from '../cluster/run.ts';
import { ANOTHER_LEADER, CASES, CHANGE, HEALTHY, type AlertCase, type World } from '../prometheus/cases.ts';
import { alertRules, dashboardRules, RULES } from '../prometheus/rules.ts';

const programs = inject('prometheus');
const missing = 'missing' in programs ? programs.missing : '';
const promtool = 'missing' in programs ? '' : programs.promtool;

const rules = new Map(alertRules().map((rule) => [rule.alert, rule]));
const minutesOf = (duration = '0m') => Number.parseInt(duration, 10) * (duration.endsWith('h') ? 60 : 1);
const FIRING = 'ALERTS{alertstate="firing"}';

describe.skipIf(missing)(`the chart's alerts ${missing}`, () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'tracewell-alerts-'));
  });
  afterAll(() => rm(folder, { recursive: true }));

  /** What promtool says of a world; throws with the differences when it is not as expected. */
  async function expectIn(world: World, expected: object): Promise<void> {
    const file = join(folder, 'test.yaml');
    const input_series = Object.entries(world).map(([series, values]) => ({ series, values }));
    const test = { interval: '1m', input_series, ...expected };
    await writeFile(file, stringify({ rule_files: [RULES], evaluation_interval: '1m', tests: [test] }));
    expect(await run(promtool, ['test', 'rules', file])).toContain('SUCCESS');
  }
  const silentAt = (minute: number) => ({ expr: FIRING, eval_time: `${minute}m`, exp_samples: [] });

  it('are rules that Prometheus reads', async () => {
    expect(await run(promtool, ['check', 'rules', '--lint=all', '--lint-fatal', RULES])).toContain('SUCCESS');
  });

  it('and the dashboard’s queries are PromQL', async () => {
    const file = join(folder, 'dashboard.yaml');
    await writeFile(file, stringify({ groups: dashboardRules() }));
    expect(await run(promtool, ['check', 'rules', '--lint=all', '--lint-fatal', file])).toContain('SUCCESS');
  });

  it.each([
    ['all is well', HEALTHY],
    ['another replica takes over', ANOTHER_LEADER],
  ])('are silent while %s', async (_, world) => {
    const promql_expr_test = Array.from({ length: CHANGE }, (__, i) => silentAt(CHANGE - 20 + i));
    await expectIn(world, { promql_expr_test });
  });

  it.each(CASES)('$alert fires, and no other, when $about', async (given: AlertCase) => {
    const { alert, series, labels = {}, summary, description, after = 0 } = given;
    const { annotations, labels: own, for: pause } = rules.get(alert)!;
    const at = CHANGE + after + minutesOf(pause);
    const exp_labels = { ...own, ...labels };
    const exp_annotations = { ...annotations, summary, ...(description ? { description } : {}) };
    const sample = Object.entries({ alertname: alert, alertstate: 'firing', ...exp_labels });
    const shown = sample.map(([name, value]) => `${name}=${JSON.stringify(value)}`).join(', ');
    await expectIn(
      { ...HEALTHY, ...series },
      {
        alert_rule_test: [{ eval_time: `${at}m`, alertname: alert, exp_alerts: [{ exp_labels, exp_annotations }] }],
        promql_expr_test: [
          silentAt(at - 1),
          { expr: FIRING, eval_time: `${at}m`, exp_samples: [{ labels: `ALERTS{${shown}}`, value: 1 }] },
        ],
      },
    );
  });
});
