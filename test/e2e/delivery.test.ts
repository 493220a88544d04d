import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { STREAM_PREFIX } from '../../api/names.ts';
import { until } from '../wait.ts';
import { lineOf, recordsOf, type Found } from './records.ts';
import { World, type PodView } from './world.ts';

const EXAMPLES = join(import.meta.dirname, '../../examples');
const SERVICES = ['storefront', 'cart', 'payment', 'recommendations'];
const world = new World();
const { elasticsearch } = world;

/** One run of a container, with the number of lines that it says it wrote. */
interface Run {
  pod: string;
  container: string;
  /** 0, 1, …: how often it was restarted before. */
  run: number;
  lines: number;
  /** What kubectl still shows of it: the last run, and the one before. */
  text?: string[];
}

describe.skipIf(world.missing)(`the demo ${world.missing}`, () => {
  let runs: Run[];
  let found: Found[];

  beforeAll(async () => {
    await world.namespace('shop');
    await world.kubectl('apply', '-f', join(EXAMPLES, 'policies/shop.yaml'));
    await until('the policy to be in force', async () => (await world.policyStatus('shop', 'shop')).inForceSince);
    await applyDemo('shop.yaml');
    for (const name of SERVICES) await world.available('shop', name);
    await applyDemo('customers.yaml');
    await world.kubectl('wait', '-n', 'shop', '--for=condition=Complete', 'job/customers', '--timeout=180s');
    // Nothing writes any more from here on.
    runs = await countAtTheSource();
    const total = runs.reduce((sum, { lines }) => sum + lines, 0);
    found = await until(
      `${total} records in Elasticsearch`,
      async () => {
        const records = await recordsOf(elasticsearch, 'shop');
        if (records.length < total) throw new Error(`${records.length} are there`);
        return records;
      },
      { timeoutMs: 120_000, everyMs: 500 },
    );
  });
  afterAll(() => world.close());

  async function applyDemo(file: string): Promise<void> {
    const text = await readFile(join(EXAMPLES, 'shop', file), 'utf8');
    const input = text.replaceAll(/image: \S+/g, `image: ${world.image}`);
    await world.cluster.kubectl(['apply', '-f', '-'], { input });
  }

  const logsOf = async (pod: string, container: string, previous = false) =>
    (await world.kubectl('logs', '-n', 'shop', pod, '-c', container, ...(previous ? ['--previous'] : [])))
      .split('\n')
      .slice(0, -1);

  /**
   * The log of a run that has ended, and the total that it tells then: its last line may overtake others, for it has two pipes,
   * and the runtime may still be writing when the container is known to have ended.
   */
  async function toldBy(pod: string, container: string, previous = false): Promise<{ text: string[]; lines: number }> {
    return until(`the total of ${pod}/${container}${previous ? ', the run before' : ''}`, async () => {
      const text = await logsOf(pod, container, previous);
      const totals = text.flatMap((line) => /\blines=(\d+)/.exec(line)?.[1] ?? []);
      if (totals.length !== 1) throw new Error(`it stands ${totals.length} times in ${text.length} lines`);
      return { text, lines: Number(totals[0]) };
    });
  }

  async function countAtTheSource(): Promise<Run[]> {
    const all: Run[] = [];
    const { items } = await world.get<{ items: PodView[] }>('pods', '-n', 'shop');
    for (const { metadata, spec, status } of items) {
      const pod = metadata.name;
      for (const container of [...(spec.initContainers ?? []), ...spec.containers].map(({ name }) => name)) {
        if (container === 'tracewell') continue;
        const restarts = status.containerStatuses?.find(({ name }) => name === container)?.restartCount ?? 0;
        const last = SERVICES.includes(container)
          ? { text: await logsOf(pod, container), lines: await linesOf(pod) }
          : await toldBy(pod, container);
        all.push({ pod, container, run: restarts, ...last });
        if (restarts === 0) continue;
        const before = await toldBy(pod, container, true);
        all.push({ pod, container, run: restarts - 1, ...before });
        // Older runs, which kubectl no longer shows, wrote as much: the demo is made so.
        for (let run = restarts - 2; run >= 0; run--) all.push({ pod, container, run, lines: before.lines });
      }
    }
    return all;
  }

  async function linesOf(pod: string): Promise<number> {
    const said = await world.kubectl('get', '--raw', `/api/v1/namespaces/shop/pods/${pod}:8080/proxy/lines`);
    return (JSON.parse(said) as { lines: number }).lines;
  }

  /** The records of a run, in the order in which they were written. */
  function recordsOfRun({ pod, container, run }: Run): Found[] {
    const files = new Map<string, Found[]>();
    for (const one of found) {
      const { kubernetes, tracewell } = one._source;
      if (kubernetes.pod.name !== pod || kubernetes.container.name !== container) continue;
      files.set(tracewell.file, [...(files.get(tracewell.file) ?? []), one]);
    }
    const first = (records: Found[]) => records[0]!._source['@timestamp'];
    return [...files.values()].sort((a, b) => (first(a) < first(b) ? -1 : 1))[run] ?? [];
  }

  it('has what it was made for: init containers, a Job, a container that crashed', () => {
    const kinds = runs.map(({ container, run }) => `${container} ${run}`);
    for (const kind of ['catalogue 0', 'customers 0', 'recommendations 0', 'recommendations 2', 'storefront 0'])
      expect(kinds).toContain(kind);
    for (const { lines } of runs) expect(lines).toBeGreaterThan(0);
  });

  it('every line that was counted at the source is in Elasticsearch exactly once', () => {
    const numbers = Object.fromEntries(
      runs.map((run) => [`${run.pod}/${run.container}/${run.run}`, recordsOfRun(run).map(lineOf)]),
    );
    const expected = Object.fromEntries(
      runs.map(({ pod, container, run, lines }) => [
        `${pod}/${container}/${run}`,
        Array.from({ length: lines }, (_, index) => index + 1),
      ]),
    );
    // stdout and stderr of a process reach the runtime by two pipes, so neighbours may change places.
    for (const key of Object.keys(numbers)) numbers[key]!.sort((a, b) => (a ?? 0) - (b ?? 0));
    expect(numbers).toEqual(expected);
    expect(found).toHaveLength(runs.reduce((sum, { lines }) => sum + lines, 0));
  });

  it('as it was written', () => {
    const shown = runs.filter(({ text }) => text);
    expect(shown.length).toBeGreaterThan(0);
    for (const run of shown) expect(recordsOfRun(run).map(asWritten)).toEqual(run.text!.map(canonical));
  });

  it('also lines that the runtime had to cut into parts', () => {
    const long = found.filter(({ _source }) => (_source.message?.length ?? 0) > 16_384);
    expect(long.length).toBeGreaterThanOrEqual(3);
  });

  it('one request is found by its trace id, in order, through all services', async () => {
    const job = runs.find(({ container }) => container === 'customers')!;
    const line = job.text!.find((text) => text.includes('order confirmed'))!;
    const traceId = /trace_id=([0-9a-f]{32})/.exec(line)![1];
    const records = await recordsOf(elasticsearch, 'shop', { term: { 'trace.id': traceId } });
    const services = new Set(records.map(({ _source }) => _source['service.name']));
    expect([...services].sort()).toEqual(['cart', 'customers', 'payment', 'storefront']);
  });

  it('errors of one workload are found by level', async () => {
    const filter = [{ term: { 'log.level': 'error' } }, { term: { 'kubernetes.deployment.name': 'payment' } }];
    const records = await recordsOf(elasticsearch, 'shop', { bool: { filter } });
    expect(records.map(({ _source }) => _source.message)).toEqual(
      Array.from({ length: 4 }, () => 'the bank declined the card'),
    );
  });

  it('nothing is a dead letter', async () => {
    const stream = `${STREAM_PREFIX.deadLetters}shop`;
    await elasticsearch.request('POST', `/${stream}/_refresh`);
    const { body } = await elasticsearch.request<{ count: number }>('GET', `/${stream}/_count`);
    expect(body.count).toBe(0);
  });

  it('and the status says that every running pod has its sidecar', async () => {
    const status = await until('the status of seven pods, all of which report', async () => {
      const now = await world.policyStatus('shop', 'shop');
      const isVerified = now.conditions?.some(({ type, status }) => type === 'Verified' && status !== 'Unknown');
      return now.pods?.matched === 7 && now.configuration?.loaded === 7 && isVerified ? now : undefined;
    });
    expect(status.pods).toMatchObject({ matched: 7, injected: 7, skipped: [] });
    const states = status.conditions!.map(({ type, status: state, reason }) => `${type} ${state} ${reason}`);
    expect(states.sort()).toEqual([
      'Accepted True Valid',
      'Delivering True Delivering',
      'ElasticsearchReady True Ready',
      'Injected True AllInjected',
      'Verified True Proved',
    ]);
  });
});

const LEVELS: Record<string, string> = { '30': 'info', '40': 'warn', '50': 'error' };

/** A line of the demo in a form that its record can be brought into, too: JSON by sorted keys, promoted ones under our names. */
function canonical(line: string): string {
  if (!line.startsWith('{')) return line;
  const {
    msg,
    message = msg,
    level,
    severity = level,
    traceId,
    spanId,
    ...rest
  } = JSON.parse(line) as Record<string, unknown>;
  const { trace_id = traceId, span_id = spanId, err, ...others } = rest;
  const { type, message: reason, stack } = (err ?? {}) as Record<string, unknown>;
  const {
    'exception.type': exception = type,
    'exception.message': said = reason,
    'exception.stacktrace': trace = stack,
    ...app
  } = others;
  const word = String(severity).toLowerCase();
  return sorted({
    ...app,
    message,
    'log.level': LEVELS[word] ?? word,
    'trace.id': trace_id,
    'span.id': span_id,
    'error.type': exception,
    'error.message': said,
    'error.stack_trace': trace,
  });
}

/** Fields that a record of the demo can have besides `message` and `app`. */
const PROMOTED = ['log.level', 'trace.id', 'span.id', 'error.type', 'error.message', 'error.stack_trace'] as const;

function asWritten({ _source }: Found): string {
  const { message, app } = _source;
  if (_source.tracewell.format !== 'json') return message ?? '';
  return sorted({ ...app, message, ...Object.fromEntries(PROMOTED.map((field) => [field, _source[field]])) });
}

const sorted = (fields: Record<string, unknown>): string =>
  JSON.stringify(Object.fromEntries(Object.entries(fields).toSorted(([a], [b]) => (a < b ? -1 : 1))));
