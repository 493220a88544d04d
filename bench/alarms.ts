import { readdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { ENV } from '../api/names.ts';
import { DEFAULT_LIMITS } from '../api/sidecar-config.ts';
import { streamsOf } from '../operator/elastic/streams.ts';
import { PACE } from '../operator/proof/pace.ts';
import { wait } from '../runtime/wait.ts';
import { upElasticsearch } from '../test/backends/elasticsearch.ts';
import { Auditing, Tampering } from '../test/integration/auditing.ts';
import { elasticOf } from '../test/integration/elastic.ts';
import { criLine } from '../test/sidecar/cri.ts';
import { configOf, POD_UID, SidecarWorld, type SidecarProcess } from '../test/sidecar/process.ts';
import { until } from '../test/wait.ts';
import { benchmark } from './benchmark.ts';

const NAMESPACE = 'alarms';
const POD = { name: 'cart-0', uid: POD_UID };
const TICK_MS = 100;
const REPORT_MS = 5_000;
/** Seconds between two of a kind. */
const EVERY = { rotation: 47, kill: 191, rollover: 127, leader: 233, said: 60 };
/** Rotated files that are left, as the kubelet leaves them. */
const ROTATED = 3;

export const alarms = benchmark({
  name: 'alarms',
  summary: 'whether the audit of files says something is wrong while nothing is',
  options: {
    minutes: { default: 60, help: 'for which pods write and are audited' },
    containers: { default: 8, help: 'that write' },
    lines: { default: 200, help: 'a second, of all of them' },
  },
  async run({ minutes, containers, lines }, { signal, progress }) {
    await using ends = new AsyncDisposableStack();
    const elasticsearch = await upElasticsearch({ progress, signal });
    ends.defer(() => elasticsearch.down());
    const elastic = elasticOf(elasticsearch, { cluster: NAMESPACE });
    ends.defer(() => elastic.close());
    await elastic.install();
    await elastic.createStreams(NAMESPACE);
    const world = new SidecarWorld();
    ends.defer(() => world.down());
    world.configure(
      configOf([elasticsearch.url], {
        cluster: NAMESPACE,
        streams: streamsOf(NAMESPACE),
        logs: {
          containers: { include: [], exclude: [] },
          multiline: 'Off',
          drop: [{ when: 'log.level: debug' }],
          redact: [],
        },
        limits: { ...DEFAULT_LIMITS, batchAgeMs: 200 },
      }),
    );
    world.secret('apiKey', (await elastic.mintKey(NAMESPACE)).encoded);
    world.secret('elasticsearchCa', elasticsearch.ca);
    const writers = Array.from({ length: containers }, (_, i) => new Writer(world, `app-${i}`));
    for (const writer of writers) writer.write(1);
    const start = () => world.start({ ...world.env, [ENV.podNamespace]: NAMESPACE });
    let sidecar: SidecarProcess = start();
    await until('a checkpoint of each', () => world.checkpoints().length === containers);

    const store = new Tampering(elasticsearch.request, NAMESPACE);
    const site = { elastic, cluster: NAMESPACE, namespace: NAMESPACE, pace: PACE };
    const audits = [new Auditing(site)];
    const latest = () => audits.at(-1)!;
    latest().proof.start();
    ends.defer(() => latest().proof.stop());
    const total = async (name: string, label?: string) => {
      const sums = await Promise.all(
        audits.map(async (one) => {
          const values = await one.metric(name);
          return label === undefined ? Object.values(values).reduce((a, b) => a + b, 0) : (values[label] ?? 0);
        }),
      );
      return sums.reduce((a, b) => a + b, 0);
    };
    const warnings = () => audits.flatMap(({ notices }) => notices).filter(({ type }) => type === 'Warning');

    const counts = { rotations: 0, kills: 0, rollovers: 0 };
    const due = new Timetable();
    const deadline = performance.now() + minutes * 60_000;
    let owed = 0;
    for (let i = 0; performance.now() < deadline && !signal.aborted;) {
      for (owed += (lines * TICK_MS) / 1000 / 3; owed >= 1; owed--) writers[i++ % containers]!.write(1);
      if (due.is('report', REPORT_MS)) latest().report(POD, world.checkpoints());
      if (due.is('rotation', EVERY.rotation * 1000)) writers[counts.rotations++ % containers]!.rotate();
      if (due.is('rollover', EVERY.rollover * 1000)) {
        await store.rollOver();
        counts.rollovers++;
      }
      if (due.is('kill', EVERY.kill * 1000)) {
        await sidecar.kill();
        sidecar = start();
        counts.kills++;
      }
      if (due.is('leader', EVERY.leader * 1000)) {
        const { proof } = latest();
        await proof.stop();
        const next = new Auditing(site, latest().memory);
        audits.push(next);
        next.report(POD, world.checkpoints());
        next.proof.start();
      }
      if (due.is('said', EVERY.said * 1000))
        console.log(
          `${Math.round((deadline - performance.now()) / 60_000)} min left: ${await total('tracewell_audited_files_total')} audits, ${warnings().length} alarms`,
        );
      await wait(TICK_MS, signal);
    }
    for (const { note } of warnings()) console.log(note);
    return [
      {
        name: 'audit',
        minutes,
        records: writers.reduce((sum, { records }) => sum + records, 0),
        ...counts,
        leaders: audits.length,
        audits: await total('tracewell_audited_files_total'),
        requests: await total('tracewell_audit_requests_total'),
        removedCopies: await total('tracewell_removed_copies_total'),
        alarms: warnings().length,
      },
    ];
  },
});

/** What is due now and then. */
class Timetable {
  readonly #last = new Map<string, number>();

  /** Whether it is time; the first time is one period after the first question. */
  is(what: string, everyMs: number): boolean {
    const now = performance.now();
    const last = this.#last.get(what) ?? now;
    if (!this.#last.has(what)) this.#last.set(what, now);
    if (now - last < everyMs) return false;
    this.#last.set(what, now);
    return true;
  }
}

/** A container that writes, of which the kubelet rotates the log. */
class Writer {
  readonly #world: SidecarWorld;
  readonly #container: string;
  records = 0;
  #lines = 0;
  #rotations = 0;

  constructor(world: SidecarWorld, container: string) {
    this.#world = world;
    this.#container = container;
  }

  /** Each time a line in two parts, one in between, and one that a rule discards. */
  write(times: number): void {
    for (let i = 0; i < times; i++) {
      const line = this.#lines++;
      const stamp = new Date().toISOString().replace('Z', '000000Z');
      this.#world.write(
        criLine(`order ${line}: first half, `, { tag: 'P', stamp }) +
          criLine(`{"level":"debug","msg":"no one wants to see ${line}"}`, { stream: 'stderr', stamp }) +
          criLine(`WARN something about ${line}`, { stream: 'stderr', stamp }) +
          criLine('second half', { stamp }),
        this.#container,
      );
      this.records += 2;
    }
  }

  rotate(): void {
    const path = this.#world.file(this.#container);
    const folder = join(path, '..');
    renameSync(path, `${path}.20260102-${String(100_000 + this.#rotations++)}`);
    const rotated = readdirSync(folder)
      .filter((name) => name !== '0.log')
      .sort();
    for (const name of rotated.slice(0, -ROTATED)) rmSync(join(folder, name));
    this.write(1);
  }
}
