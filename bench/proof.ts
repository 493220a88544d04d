import { createHash } from 'node:crypto';
import { elasticOf } from '../test/integration/elastic.ts';
import { Auditing } from '../test/integration/auditing.ts';
import { streamsOf } from '../operator/elastic/streams.ts';
import { constantPart } from '../sidecar/pod.ts';
import { sealDocument } from '../sidecar/sink/file-document.ts';
import { freshCheckpoint, type Checkpoint } from '../sidecar/source/checkpoint.ts';
import { upElasticsearch, type Elasticsearch } from '../test/backends/elasticsearch.ts';
import { during } from '../test/progress.ts';
import { until } from '../test/wait.ts';
import { wait } from '../runtime/wait.ts';
import { PACE } from '../operator/proof/pace.ts';
import { benchmark } from './benchmark.ts';
import { readCpu, readMemory } from './proc.ts';

const CLUSTER = 'bench';
const RECORD_BYTES = 200;
/** Of one pod. */
const FILES = 10;
/** Documents of one request. */
const BULK = 5000;

export const proof = benchmark({
  name: 'proof',
  summary: 'the operator compares files in Elasticsearch with seals and reports',
  options: {
    files: { default: 10_000, help: 'half of them sealed, half of them written' },
    records: { default: 20, help: 'of each file' },
    namespaces: { default: 20, help: 'in which they are' },
    minutes: { default: 3, help: 'for which it goes on once every file was compared' },
  },
  async run({ files, records, namespaces, minutes }, { signal, progress }) {
    await using ends = new AsyncDisposableStack();
    const elasticsearch = await upElasticsearch({ progress, signal });
    ends.defer(() => elasticsearch.down());
    const elastic = elasticOf(elasticsearch, { cluster: CLUSTER });
    ends.defer(() => elastic.close());
    await elastic.install();
    const pods = podsOf({ files, records, namespaces });
    await during(progress, `${files * records} records of ${files} files`, async () => {
      for (const of of new Set(pods.map(({ namespace }) => namespace))) await elastic.createStreams(of);
      for (const lines of linesOf(pods)) await store(elasticsearch, lines);
      await elasticsearch.request('POST', '/logs-tracewell*/_refresh');
    });

    // As the operator runs it.
    const auditing = new Auditing({ elastic, cluster: CLUSTER, namespace: 'n0', pace: PACE });
    for (const { namespace, name, checkpoints, isLive } of pods)
      if (isLive) auditing.report({ namespace, name, uid: `uid-of-${namespace}-${name}` }, checkpoints);
    const count = async (name: string) =>
      Object.values(await auditing.metric(name)).reduce((sum, value) => sum + value, 0);
    const elasticPid = await pidOf(elasticsearch);
    const began = performance.now();
    auditing.proof.start();
    ends.defer(() => auditing.proof.stop());
    const isOnce = async () => (await count('tracewell_audited_files_total')) >= files;
    await during(progress, 'Each file once', () => until('it', isOnce, { timeoutMs: 1_800_000, everyMs: 100 }));
    const firstSeconds = (performance.now() - began) / 1000;
    const firstRequests = await count('tracewell_audit_requests_total');
    const before = {
      audited: await count('tracewell_audited_files_total'),
      requests: firstRequests,
      cpu: readCpu('self').own,
      elastic: readCpu(elasticPid).own,
    };
    const seconds = minutes * 60;
    await during(progress, `${minutes} min of it`, () => wait(seconds * 1000, signal));
    const perMinute = (from: number, to: number) => (60 * (to - from)) / seconds;
    const percent = (from: number, to: number) => (100 * (to - from)) / seconds;
    return [
      {
        name: 'operator',
        firstSeconds,
        firstRequests,
        auditedFilesPerMinute: perMinute(before.audited, await count('tracewell_audited_files_total')),
        requestsPerMinute: perMinute(before.requests, await count('tracewell_audit_requests_total')),
        operatorCpuPercent: percent(before.cpu, readCpu('self').own),
        elasticsearchCpuPercent: percent(before.elastic, readCpu(elasticPid).own),
        rssMb: readMemory(process.pid).rssMb,
        alarms: auditing.notices.length,
      },
    ];
  },
});

interface BenchPod {
  namespace: string;
  name: string;
  isLive: boolean;
  checkpoints: Checkpoint[];
}

function podsOf({ files, records, namespaces }: { files: number; records: number; namespaces: number }): BenchPod[] {
  return Array.from({ length: Math.ceil(files / FILES) }, (_, i) => {
    const [namespace, name] = [`n${i % namespaces}`, `pod-${i}`];
    const checkpoints = Array.from({ length: Math.min(FILES, files - i * FILES) }, (_, n): Checkpoint => {
      const file = createHash('sha256').update(`${i} ${n}`).digest('hex').slice(0, 24);
      const size = records * RECORD_BYTES;
      const offsets = BigInt((RECORD_BYTES * records * (records - 1)) / 2);
      return {
        ...freshCheckpoint({ file, container: `app-${n}`, run: 0, generation: 0 }),
        lanes: [size, size, size],
        stored: { records, bytes: size, offsets },
        size,
      };
    });
    return { namespace, name, isLive: i % 2 === 0, checkpoints };
  });
}

/** Lines of bulk requests: the records of all files, and the seals of those that have one. */
function* linesOf(pods: readonly BenchPod[]): Generator<object[]> {
  let lines: object[] = [];
  for (const { namespace, name, isLive, checkpoints } of pods) {
    const { logs, files } = streamsOf(namespace);
    for (const checkpoint of checkpoints) {
      const pod = { namespace, name, uid: '', node: 'node', labels: new Map(), annotations: new Map() };
      const constant = constantPart(pod, checkpoint.container, CLUSTER);
      const origin = JSON.parse(`{${constant.toString()}}`) as object;
      for (let i = 0; i < checkpoint.stored.records; i++) {
        const tracewell = { file: checkpoint.file, bytes: RECORD_BYTES, format: 'text' };
        const offset = i * RECORD_BYTES;
        const _id = `${checkpoint.file}.${offset}.${RECORD_BYTES}`;
        const stamp = new Date().toISOString();
        const message = `record ${i} of a file of ${name}, as long as records are`;
        const record = { '@timestamp': stamp, stream: 'stdout', message, 'log.offset': offset, tracewell, ...origin };
        lines.push({ create: { _index: logs, _id } }, record);
      }
      if (!isLive) {
        const { id, text } = sealDocument(checkpoint, checkpoint.size, constant, Date.now());
        lines.push({ create: { _index: files, _id: id } }, JSON.parse(text) as object);
      }
      if (lines.length < 2 * BULK) continue;
      yield lines;
      lines = [];
    }
  }
  yield lines;
}

async function store({ request }: Elasticsearch, lines: object[]): Promise<void> {
  if (lines.length === 0) return;
  const { status, body } = await request<{ errors: boolean }>('POST', '/_bulk', lines);
  if (status !== 200 || body.errors) throw new Error(`bulk: ${status} ${JSON.stringify(body).slice(0, 300)}`);
}

async function pidOf({ request }: Elasticsearch): Promise<number> {
  const { body } = await request<{ nodes: Record<string, { process: { id: number } }> }>('GET', '/_nodes/process');
  return Object.values(body.nodes)[0]!.process.id;
}
