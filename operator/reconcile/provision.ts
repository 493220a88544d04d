import { CONDITION, type Redaction } from '../../api/names.ts';
import type { Policy } from '../../api/policy.ts';
import { Gate } from '../../runtime/gate.ts';
import type { Cluster } from '../cluster.ts';
import type { Elastic, ElasticSettings } from '../elastic/client.ts';
import { needsKey, type StoredKey } from '../elastic/keys.ts';
import { elasticNotes } from '../elastic/notes.ts';
import { ElasticTrouble } from '../elastic/trouble.ts';
import type { Metrics } from '../health/metrics.ts';
import { longest } from '../policy/bounds.ts';
import {
  filesOf,
  isManaged,
  secretOf,
  secretPath,
  stands,
  storedKey,
  storedRedactionKey,
  type ReportTarget,
  type Secret,
} from './secret.ts';
import type { Finding } from './status.ts';

/** The operator's copies of the Secrets of its name. */
export interface Secrets {
  get(namespace: string): Secret | undefined;
  /** Hears of one that was just written. */
  took(secret: Secret): void;
}

export interface ProvisionOptions {
  cluster: Cluster;
  elastic: Elastic;
  settings: Pick<ElasticSettings, 'urls' | 'ca' | 'cluster'>;
  secrets: Secrets;
  /** Built-in rules of redaction that no policy can switch off. */
  redactRequired: readonly Redaction[];
  /** A new key of redacted values, 64 hex digits; each namespace gets one, once. */
  newRedactionKey: () => string;
  /** Where sidecars report at the moment; undefined: nowhere. */
  reports: () => ReportTarget | undefined;
  metrics: Metrics;
  now: () => Date;
}

/** How a namespace stands: the condition ElasticsearchReady, and whether its sidecars have what they need. */
export interface Provided {
  finding: Finding;
  /** What should be tried again. */
  trouble?: Error;
  hasSecret: boolean;
}

/**
 * Elasticsearch's master makes all streams that were asked for in one go, and answers when it has: of many at once each waits
 * for all. Of some, the other work on their namespaces goes on while the next ones are made.
 */
const CREATING = 8;
/** A stream that somebody deleted is made again within this time. */
const PREPARE_MS = 60_000;

/** Streams, key and Secret of a namespace: made before the webhook is asked about its pods, kept in order, taken away at the end. */
export class Provision {
  readonly #options: ProvisionOptions;
  /** By namespace: a key that was minted and is not in its Secret yet, and the id of the one that was put there last. */
  readonly #unwritten = new Map<string, StoredKey>();
  readonly #written = new Map<string, string>();
  /** By namespace, the Secret that was last wanted, and what it was made of. */
  readonly #wanted = new Map<string, { of: unknown[]; secret: ReturnType<typeof secretOf> }>();
  readonly #creating = new Gate(CREATING);
  readonly #prepared = new Map<string, { retention: string; at: number; notes: string[] }>();

  constructor(options: ProvisionOptions) {
    this.#options = options;
  }

  /** `policies` reach the namespace; `refused` are the stems of those that are not accepted now. */
  async provide(namespace: string, policies: readonly Policy[], refused: readonly string[]): Promise<Provided> {
    const { elastic, secrets, metrics, now } = this.#options;
    const type = CONDITION.ElasticsearchReady;
    const before = secrets.get(namespace);
    if (before && !isManaged(before)) {
      const message = `The Secret ${namespace}/${before.metadata.name} is not Tracewell's. Rename or delete it; Tracewell needs this name.`;
      const finding: Finding = { type, status: 'False', reason: 'SecretTaken', message };
      return { finding, trouble: new Error(message), hasSecret: false };
    }
    const old = storedKey(before);
    let key: StoredKey | undefined = old;
    let finding: Finding;
    let trouble: ElasticTrouble | undefined;
    try {
      const notes = await this.#prepare(namespace, policies);
      if (needsKey(old, elastic.handedOn, now())) {
        key = this.#unwritten.get(namespace) ?? (await elastic.mintKey(namespace));
        this.#unwritten.set(namespace, key);
      }
      const message = ['Streams and key are in place.', ...notes].join(' ');
      finding = { type, status: 'True', reason: 'Ready', message };
    } catch (error) {
      if (!(error instanceof ElasticTrouble)) throw error;
      trouble = error;
      this.#prepared.delete(namespace);
      finding = { type, status: 'False', reason: error.reason, message: error.message };
    }
    metrics.elasticReady(!trouble);
    if (key) await this.#write(namespace, { policies, refused, key, before });
    return { finding, hasSecret: key !== undefined, ...(trouble ? { trouble } : {}) };
  }

  /**
   * A namespace that no policy selects any more. While pods with a sidecar are there, the key stays good and only the policies
   * go from the Secret: they deliver what they have read, and idle. Then all of it goes.
   */
  async leave(namespace: string, hasSidecars: boolean): Promise<void> {
    const { cluster, elastic, secrets } = this.#options;
    this.#prepared.delete(namespace);
    const secret = secrets.get(namespace);
    const ours = secret && isManaged(secret) ? secret : undefined;
    const key = storedKey(ours);
    if (key && hasSidecars) return this.#write(namespace, { policies: [], refused: [], key, before: ours });
    this.#wanted.delete(namespace);
    const ids = new Set([this.#written.get(namespace), this.#unwritten.get(namespace)?.id, key?.id]);
    if (ours) await cluster.delete(secretPath(namespace));
    // A namespace that is deleted takes its Secret along, but not the key.
    for (const id of ids) if (id) await elastic.invalidateKey(id);
    this.#written.delete(namespace);
    this.#unwritten.delete(namespace);
  }

  /** Ids of keys that are in no Secret that was seen, but are or will be soon. */
  *keyIds(): Generator<string> {
    for (const { id } of this.#unwritten.values()) yield id;
    yield* this.#written.values();
  }

  async #write(
    namespace: string,
    given: { policies: readonly Policy[]; refused: readonly string[]; key: StoredKey; before: Secret | undefined },
  ): Promise<void> {
    const { cluster, elastic, secrets, settings, redactRequired, newRedactionKey, reports } = this.#options;
    const { policies, refused, key, before } = given;
    const redactionKey = storedRedactionKey(before) ?? newRedactionKey();
    const lastGood = filesOf(before, refused);
    const { url, ca } = reports() ?? {};
    const of = [
      ...policies,
      ...Object.entries(lastGood).flat(),
      key.id,
      key.encoded,
      key.expires,
      redactionKey,
      url,
      ca,
    ];
    let wanted = this.#wanted.get(namespace);
    // Most looks find that nothing changed, and it costs as much as all else of them.
    if (!wanted || !isSame(wanted.of, of)) {
      const target = url !== undefined && ca !== undefined ? { url, ca } : undefined;
      const contents = {
        namespace,
        policies,
        lastGood,
        key,
        redactionKey,
        redactRequired,
        reports: target,
        ...settings,
      };
      this.#wanted.set(namespace, (wanted = { of, secret: secretOf(contents) }));
    }
    if (!stands(before, wanted.secret)) secrets.took(await cluster.apply<Secret>(secretPath(namespace), wanted.secret));
    this.#unwritten.delete(namespace);
    // A key that was renewed lives on for a week (elastic/reaper.ts): the kubelet takes a minute to bring the new one.
    // Not so the key of a Secret that somebody deleted.
    const lost = storedKey(before) ? undefined : this.#written.get(namespace);
    this.#written.set(namespace, key.id);
    if (lost && lost !== key.id) await elastic.invalidateKey(lost);
  }

  /** Returns what a person should know though all is well. */
  async #prepare(namespace: string, policies: readonly Policy[]): Promise<string[]> {
    const { elastic, now } = this.#options;
    const retention = longest(policies.map(({ spec }) => spec.retention))!;
    const installed = await elastic.install();
    const last = this.#prepared.get(namespace);
    if (last?.retention === retention && now().getTime() - last.at < PREPARE_MS) {
      await elastic.check();
      return last.notes;
    }
    await this.#creating.through(() => elastic.createStreams(namespace));
    const note = await elastic.setRetention(namespace, retention);
    const notes = [...elasticNotes(installed), ...(note ? [note] : [])];
    if (!elastic.canMint)
      notes.push(
        'LeastPrivilege=False: the operator has an API key, which cannot mint others, so sidecars use it too.',
      );
    this.#prepared.set(namespace, { retention, at: now().getTime(), notes });
    return notes;
  }
}

const isSame = (some: readonly unknown[], others: readonly unknown[]): boolean =>
  some.length === others.length && some.every((one, i) => one === others[i]);
