import { FINDING_MS, type Finding } from './finding.ts';

/** Files that were audited lately: how many, and of their records how many a query finds. */
export interface Audited {
  files: number;
  /** Acknowledged by Elasticsearch as stored, and of these there. */
  acknowledged: number;
  found: number;
}
interface Entry extends Omit<Audited, 'files'> {
  key: string;
  at: number;
}

/** How long a file counts as audited. */
const HOUR_MS = 3_600_000;
const FILES_AT_MOST = 200_000;
/** Kept from one leader to the next in a ConfigMap, which may have 1 MiB. */
const FINDINGS_AT_MOST = 300;

/** What the audits of the last hour came to, and the files that are not proved. `now`: milliseconds since 1970. */
export class Standing {
  readonly #now: () => number;
  /** By file, the one whose audit is longest ago first. */
  readonly #files = new Map<string, Entry>();
  /** By namespace and policy. */
  readonly #sums = new Map<string, Audited>();
  /** By file, the oldest first. */
  readonly #findings = new Map<string, Finding>();

  constructor(now: () => number) {
    this.#now = now;
  }

  /** A file was audited: so many of its records were acknowledged, so many are there. */
  audited(file: string, of: { namespace: string; policy: string | undefined }, counts: Omit<Audited, 'files'>): void {
    this.#drop(file);
    const { acknowledged } = counts;
    const key = keyOf(of.namespace, of.policy ?? '');
    const entry = { key, at: this.#now(), acknowledged, found: Math.min(counts.found, acknowledged) };
    this.#files.set(file, entry);
    this.#add(entry, 1);
    this.#bound();
  }

  /** Of a policy in a namespace, in the last hour. */
  of(namespace: string, policy: string): Audited {
    this.#bound();
    return this.#sums.get(keyOf(namespace, policy)) ?? NOTHING;
  }

  /** Of a policy in all of these namespaces. */
  over(namespaces: readonly string[], policy: string): Audited {
    return namespaces.map((namespace) => this.of(namespace, policy)).reduce(together, NOTHING);
  }

  /** Namespaces and policies of which something was audited in the last hour. */
  *all(): Generator<{ namespace: string; policy: string; audited: Audited }> {
    this.#bound();
    for (const [key, audited] of this.#sums) {
      const [namespace = '', policy = ''] = key.split('/');
      yield { namespace, policy, audited };
    }
  }

  find(finding: Finding): void {
    this.#findings.delete(finding.file);
    this.#findings.set(finding.file, finding);
    this.#bound();
  }

  findingOf(file: string): Finding | undefined {
    return this.#findings.get(file);
  }

  /** The file is proved after all. */
  clear(file: string): void {
    this.#findings.delete(file);
  }

  /** The youngest last. */
  get findings(): Finding[] {
    this.#bound();
    return [...this.#findings.values()];
  }

  #bound(): void {
    const now = this.#now();
    for (const [file, { at }] of this.#files) {
      if (now - at < HOUR_MS && this.#files.size <= FILES_AT_MOST) break;
      this.#drop(file);
    }
    for (const [file, { at }] of this.#findings) {
      if (now - at < FINDING_MS && this.#findings.size <= FINDINGS_AT_MOST) break;
      this.#findings.delete(file);
    }
  }

  #drop(file: string): void {
    const entry = this.#files.get(file);
    if (!entry) return;
    this.#files.delete(file);
    this.#add(entry, -1);
  }

  #add({ key, acknowledged, found }: Entry, sign: 1 | -1): void {
    const before = this.#sums.get(key) ?? NOTHING;
    const files = before.files + sign;
    if (files === 0) this.#sums.delete(key);
    else
      this.#sums.set(key, {
        files,
        acknowledged: before.acknowledged + sign * acknowledged,
        found: before.found + sign * found,
      });
  }
}

/** The sum of two. */
const together = (a: Audited, b: Audited): Audited => ({
  files: a.files + b.files,
  acknowledged: a.acknowledged + b.acknowledged,
  found: a.found + b.found,
});
export const NOTHING: Audited = { files: 0, acknowledged: 0, found: 0 };

const keyOf = (namespace: string, policy: string): string => `${namespace}/${policy}`;
