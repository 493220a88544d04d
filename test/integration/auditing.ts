import { Registry } from 'prom-client';
import type { SealDocument } from '../../api/document.ts';
import { tracingPolicy, type Policy } from '../../api/policy.ts';
import { report } from '../../api/report.ts';
import type { Elastic } from '../../operator/elastic/client.ts';
import { streamsOf } from '../../operator/elastic/streams.ts';
import type { Notice } from '../../operator/events.ts';
import type { Memory } from '../../operator/proof/memory.ts';
import { ProofMetrics } from '../../operator/proof/metrics.ts';
import type { Pace } from '../../operator/proof/pace.ts';
import { Proof } from '../../operator/proof/proof.ts';
import { LatestReports } from '../../operator/reports/latest.ts';
import { jsonLog } from '../../runtime/log.ts';
import { formatReport } from '../../sidecar/report/report.ts';
import type { Checkpoint } from '../../sidecar/source/checkpoint.ts';
import type { Elasticsearch } from '../backends/elasticsearch.ts';
import { reportedMeasures } from '../operator/report.ts';

/** Fast enough for a test; the streams of tests are refreshed every second. */
const FAST: Partial<Pace> = {
  newMs: 200,
  lookMs: 20,
  perMinute: 6000,
  roundMs: 200,
  settleMs: 200,
  secondMs: 200,
  againMs: 1000,
  goneMs: 200,
  saveMs: 200,
  saidMs: 0,
};

export interface AuditingOptions {
  elastic: Elastic;
  /** Of the Kubernetes cluster, as in the documents. */
  cluster: string;
  namespace: string;
  pace?: Partial<Pace>;
}

/** The audit as the operator runs it, with what it says and remembers. */
export class Auditing {
  readonly notices: Notice[] = [];
  readonly lines: string[] = [];
  readonly registry = new Registry();
  readonly latest = new LatestReports(() => performance.now());
  readonly proof: Proof;
  readonly policy: Policy;
  readonly #namespace: string;
  memory: Memory;

  constructor({ elastic, cluster, namespace, pace }: AuditingOptions, memory: Memory = { findings: [] }) {
    this.memory = memory;
    this.#namespace = namespace;
    this.policy = policyOf(namespace);
    this.proof = new Proof({
      elastic,
      cluster,
      latest: this.latest,
      podOf: () => undefined,
      policiesOf: () => [this.policy],
      isThere: async () => false,
      memory: {
        read: async () => this.memory,
        write: async (written) => {
          this.memory = written;
        },
      },
      events: {
        tell: async (notice) => {
          this.notices.push(notice);
          return true;
        },
      },
      metrics: new ProofMetrics(this.registry),
      onNews: () => {},
      now: () => new Date(),
      clock: () => performance.now(),
      log: jsonLog(
        (line) => this.lines.push(line),
        () => Date.now(),
        'debug',
      ),
      pace: { ...FAST, ...pace },
    });
  }

  get condition() {
    return this.proof.verifiedOf(this.policy, [this.#namespace]);
  }

  get queried() {
    return this.proof.queriedOf('TracingPolicy.all', [this.#namespace]);
  }

  /** Takes the report that a sidecar with these checkpoints would post. */
  report(pod: { namespace?: string; name: string; uid: string }, checkpoints: readonly Checkpoint[]): void {
    const text = formatReport({
      at: Date.now(),
      state: 'Delivering',
      reason: undefined,
      policy: 'TracingPolicy.all',
      revision: 'first',
      version: '0.1.0',
      path: 'engine',
      lastAcknowledged: undefined,
      checkpoints,
      gone: undefined,
      measured: reportedMeasures(),
      sizeOf: () => undefined,
    });
    this.latest.take({ namespace: this.#namespace, ...pod }, report.parse(JSON.parse(text)));
  }

  /** Of a counter or gauge, the values by their only label, or by the last of several. */
  async metric(name: string): Promise<Record<string, number>> {
    const { values } = (await this.registry.getSingleMetric(name)!.get()) as {
      values: { labels: Record<string, string>; value: number }[];
    };
    return Object.fromEntries(values.map(({ labels, value }) => [Object.values(labels).at(-1) ?? '', value]));
  }
}

const policyOf = (namespace: string): Policy =>
  tracingPolicy.parse({
    kind: 'TracingPolicy',
    metadata: { name: 'all', namespace, uid: 'uid-of-all', generation: 1, creationTimestamp: '2026-01-01T00:00:00Z' },
    spec: {},
  });

/** A document as a search of ours finds it. */
export interface Stored {
  readonly _index: string;
  readonly _id: string;
  readonly _source: {
    readonly 'log.offset': number;
    readonly tracewell: { readonly bytes: number; readonly file: string };
    readonly kubernetes: SealDocument['kubernetes'];
  };
}

/** Changes a store behind the operator's back. */
export class Tampering {
  readonly #request: Elasticsearch['request'];
  readonly #stream: string;

  constructor(request: Elasticsearch['request'], namespace: string) {
    this.#request = request;
    this.#stream = streamsOf(namespace).logs;
  }

  /** The records of a container, of all pods or of one, in the order of their offsets. */
  async recordsOf(container: string, pod?: string): Promise<Stored[]> {
    const filter = [
      { term: { 'kubernetes.container.name': container } },
      ...(pod === undefined ? [] : [{ term: { 'kubernetes.pod.name': pod } }]),
    ];
    await this.#request('POST', `/${this.#stream}/_refresh`);
    const { body } = await this.#request<{ hits: { hits: Stored[] } }>('POST', `/${this.#stream}/_search`, {
      size: 10_000,
      query: { bool: { filter } },
      sort: ['log.offset'],
    });
    return body.hits.hits;
  }

  async delete(...documents: Stored[]): Promise<void> {
    await this.#bulk(documents.map(({ _index, _id }) => ({ delete: { _index, _id } })));
  }

  /** Writes another document under the name of this one. */
  async alter({ _index, _id, _source }: Stored, change: { offset?: number; bytes?: number }): Promise<void> {
    const { offset = _source['log.offset'], bytes = _source.tracewell.bytes } = change;
    const document = { ..._source, 'log.offset': offset, tracewell: { ..._source.tracewell, bytes } };
    const path = `/${_index}/_doc/${_id}`;
    const { body } = await this.#request<{ _seq_no: number; _primary_term: number }>('GET', path);
    const version = `if_seq_no=${body._seq_no}&if_primary_term=${body._primary_term}`;
    this.#expect((await this.#request('PUT', `${path}?${version}`, document)).status, 200);
  }

  /** Writes documents again, as they were or under another name. */
  async create(documents: readonly Stored[], nameOf: (one: Stored) => string = ({ _id }) => _id): Promise<void> {
    const lines = documents.flatMap((one) => [{ create: { _index: this.#stream, _id: nameOf(one) } }, one._source]);
    await this.#bulk(lines);
  }

  async rollOver(): Promise<void> {
    this.#expect((await this.#request('POST', `/${this.#stream}/_rollover`)).status, 200);
  }

  async #bulk(lines: object[]): Promise<void> {
    const { status, body } = await this.#request<{ errors: boolean }>('POST', '/_bulk?refresh=true', lines);
    this.#expect(status, 200);
    if (body.errors) throw new Error(`bulk: ${JSON.stringify(body).slice(0, 500)}`);
  }

  #expect(status: number, wanted: number): void {
    if (status !== wanted) throw new Error(`Elasticsearch answers ${status}`);
  }
}
