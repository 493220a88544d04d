import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { NAMESPACE } from '../installation.ts';
import { prometheusOperatorCrds } from '../prometheus/crds.ts';
import { dashboardRules, hurried } from '../prometheus/rules.ts';
import { until } from '../wait.ts';
import { Prometheus } from './prometheus.ts';
import { World } from './world.ts';

const CHART = join(import.meta.dirname, '../../charts/tracewell');
/** Of the Prometheus operator's. */
const KINDS = ['servicemonitors', 'prometheusrules'];
/** The chart with all that is for monitoring, and of that only. */
const MONITORED = [
  'elasticsearch.urls={https://elasticsearch:9200}',
  'elasticsearch.existingSecret=es',
  ...['serviceMonitor', 'rules', 'dashboard'].map((part) => `metrics.${part}.enabled=true`),
]
  .flatMap((value) => ['--set', value])
  .concat(
    ['service-monitor', 'prometheus-rule', 'dashboard'].flatMap((name) => ['--show-only', `templates/${name}.yaml`]),
  );

/** The five measures, which a pod that logs brings about by and by, and what goes with them. */
const MEASURES = [
  'tracewell_capture_ratio > 0.5',
  'tracewell_transport_delay_seconds_count > 0',
  'tracewell_storage_records_total > 0 and tracewell_storage_seconds_total',
  'tracewell_analysis_ratio == 1',
  'tracewell_query_ratio == 1',
  'tracewell_records_total{outcome="stored"} > 0 and ignoring (outcome) tracewell_backlog_bytes',
];
const JSON_LINES = `let n = 0; setInterval(() => console.log(JSON.stringify({ level: 'info', msg: 'line ' + ++n })), 100);
  process.on('SIGTERM', () => process.exit(0));`;

const programs = inject('prometheus');
const world = new World();
const missing = world.missing || ('missing' in programs ? programs.missing : '');

describe.skipIf(missing)(`Prometheus ${missing}`, () => {
  let prometheus: Prometheus;
  beforeAll(async () => {
    const program = 'missing' in programs ? '' : programs.prometheus;
    const started = Prometheus.start(world, program, [...hurried(), ...dashboardRules()]);
    const talks = async () => {
      await world.namespace('measured');
      await world.policy('measured');
      await world.apply(world.deployment('measured', 'talks', JSON_LINES));
    };
    [prometheus] = await Promise.all([started, talks()]);
  });
  afterAll(async () => {
    await (prometheus as Prometheus | undefined)?.stop();
    await world.kubectl('delete', 'namespace', 'measured', '--wait=false');
    await world.close();
  });

  it('finds every replica by the configuration in README.md, and each answers for itself', async () => {
    const count = async (expr: string) => (await prometheus.query(expr)).length;
    // A replica of the tests before may still be ending.
    const counts = await until('two replicas, both scraped', async () => {
      const pods = (await world.pods(NAMESPACE, 'tracewell')).length;
      const found = [pods, await count('up{job="tracewell"} == 1'), await count('tracewell_build_info')];
      return found.every((one) => one === 2) ? found : undefined;
    });
    expect(counts).toEqual([2, 2, 2]);
    const leaders = async () => (await prometheus.query('sum(tracewell_leader)'))[0]!.value[1];
    expect(await until('one of them to lead', async () => ((await leaders()) === '1' ? '1' : undefined))).toBe('1');
  });

  it('has the ends of certificates and keys, which are to come', async () => {
    const left = await until('the key', async () => {
      const found = await prometheus.query(
        '{__name__=~"tracewell_(certificate|api_key)_expiry_timestamp_seconds", namespace=~"measured|"} - time()',
      );
      return found.some(({ metric }) => metric['namespace'] === 'measured') ? found : undefined;
    });
    expect(left.filter(({ value: [, seconds] }) => Number(seconds) < 30 * 86_400)).toEqual([]);
  });

  it('can evaluate every alert, and every query of the dashboard', async () => {
    const rules = await until('all to be evaluated', async () => {
      const all = await prometheus.rules();
      return all.every(({ health }) => health !== 'unknown') ? all : undefined;
    });
    expect(rules.filter(({ health }) => health !== 'ok')).toEqual([]);
    expect(rules.length).toBeGreaterThan(60);
  });

  it('sees nothing wrong with the operator, Elasticsearch, or this policy', async () => {
    const ofAll = 'ALERTS{alertname=~"Tracewell(OperatorAbsent|NoLeader|ElasticsearchNotReady)"}';
    // What other tests have lost is told here, too, and rightly so.
    const ours = `ALERTS{alertstate="firing"} and (${ofAll} or ALERTS{namespace="measured"})`;
    const firing = () => prometheus.query(ours);
    // Before the first scrape it has heard of no operator.
    await until('what was wrong to end', async () => (await firing()).length === 0);
    expect(await firing()).toEqual([]);
  });

  it('the API server takes the ServiceMonitor and the PrometheusRule, by the Prometheus operator’s own schemas', async () => {
    const there = await world.kubectl('get', 'crd', '-o', 'name');
    const missingKinds = KINDS.filter((plural) => !there.includes(`/${plural}.monitoring.coreos.com`));
    const names = missingKinds.map((plural) => `${plural}.monitoring.coreos.com`);
    for (const crd of await prometheusOperatorCrds(missingKinds))
      await world.cluster.kubectl(['create', '-f', '-'], { input: crd });
    try {
      for (const name of names) await world.kubectl('wait', '--for=condition=Established', `crd/${name}`);
      const rendered = await world.cluster.helm(['template', 'tracewell', CHART, '-n', NAMESPACE, ...MONITORED]);
      const said = await world.cluster.kubectl(['create', '--dry-run=server', '--validate=strict', '-f', '-'], {
        input: rendered,
      });
      expect(said.match(/ created/g)).toHaveLength(3);
    } finally {
      for (const name of names) await world.kubectl('delete', 'crd', name, '--wait=false');
    }
  });

  // A leader that is new tells of pods only after a minute.
  it.each(MEASURES)('has %s', async (expr) => {
    const ofPolicy = `(${expr}) and on (namespace, policy) tracewell_pods{namespace="measured", policy="TracingPolicy.all"}`;
    const found = await until('a value', async () => (await prometheus.query(ofPolicy))[0], { everyMs: 500 });
    expect(found.metric['namespace']).toBe('measured');
  });
});
