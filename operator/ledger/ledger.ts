import { POD_ENDED } from '../../api/names.ts';
import type { Report } from '../../api/report.ts';
import type { PodIdentity } from '../reports/identity.ts';
import { Account } from './account.ts';
import { Book, standTogether, type Standing } from './book.ts';
import { OTHER } from './sums.ts';

export interface LedgerOptions {
  /** Milliseconds of a clock that never goes back. */
  now: () => number;
  /** What controls a pod, `<Kind>/<name>`; undefined: nothing does, or it is not known. */
  workloadOf: (pod: PodIdentity) => string | undefined;
  /** Whether there is a policy of this stem that reaches the namespace: a report may say anything. */
  isPolicy: (namespace: string, policy: string) => boolean;
}

/**
 * After its end a pod's token is believed for a minute, and its last report may be on its way; only then is what is left of it
 * lost. A pod that reports on is there, whatever was said.
 */
const GONE_MS = 90_000;
const PODS_AT_MOST = 50_000;

interface Entry {
  account: Account;
  book: Book;
}

/**
 * What the pods of each policy add up to, by their reports: absolute values in, sums that never shrink out, each thing counted
 * once however often and in which order it is said. It knows what it has heard since this operator leads: the running pods with
 * their whole past, and those that have ended since then. Whose report it is, the token has said (operator/reports).
 */
export class Ledger {
  readonly #options: LedgerOptions;
  /** By uid, those that reported longest ago first. */
  readonly #accounts = new Map<string, Entry>();
  /** By uid, those that went first. */
  readonly #gone = new Map<string, Entry>();
  /** By `<namespace>/<policy>`. */
  readonly #books = new Map<string, Book>();

  constructor(options: LedgerOptions) {
    this.#options = options;
  }

  /** Takes over the newest report of a pod. */
  take(pod: PodIdentity, report: Report): void {
    const { now, workloadOf } = this.#options;
    this.#settle();
    // It captures nothing yet.
    if (report.policy === undefined) return;
    const before = this.#accounts.get(pod.uid);
    const account = before?.account ?? new Account(pod, workloadOf(pod) ?? `Pod/${pod.name}`);
    const book = before && before.book.policy === report.policy ? before.book : this.#bookOf(pod, report.policy);
    if (before && before.book !== book) before.book.close(account);
    book.open(account);
    book.add(account, account.take(report, now()));
    this.#accounts.delete(pod.uid);
    this.#accounts.set(pod.uid, { account, book });
    if (account.goneAt !== undefined) this.#gone.set(pod.uid, { account, book });
  }

  /** The pod is gone from the cluster. */
  gone(uid: string): void {
    const entry = this.#accounts.get(uid);
    if (!entry || entry.account.goneAt !== undefined) return;
    entry.account.goneAt = this.#options.now();
    this.#gone.set(uid, entry);
  }

  /** Another one leads: what is here grows old. */
  clear(): void {
    this.#accounts.clear();
    this.#gone.clear();
    this.#books.clear();
  }

  /** Of each policy in each namespace. */
  *standings(): Iterable<Standing & { namespace: string; policy: string }> {
    this.#settle();
    for (const book of this.#books.values()) {
      const { namespace, policy } = book;
      yield { namespace, policy, ...book.standing(this.#options.now()) };
    }
  }

  /** Of a policy (`<Kind>.<name>`) in some namespaces; undefined: nothing was heard of it there. */
  of(policy: string, namespaces: readonly string[]): Standing | undefined {
    this.#settle();
    const books = namespaces.flatMap((namespace) => this.#books.get(`${namespace}/${policy}`) ?? []);
    return books.length > 0 ? standTogether(books.map((book) => book.standing(this.#options.now()))) : undefined;
  }

  /** Of a policy in one namespace, by workload, those that have a pod. */
  workloads(policy: string, namespace: string): ReturnType<Book['workloads']> {
    this.#settle();
    return this.#books.get(`${namespace}/${policy}`)?.workloads() ?? new Map();
  }

  #bookOf({ namespace }: PodIdentity, said: string): Book {
    const policy = this.#options.isPolicy(namespace, said) ? said : OTHER;
    const key = `${namespace}/${policy}`;
    let book = this.#books.get(key);
    if (!book) this.#books.set(key, (book = new Book(namespace, policy)));
    return book;
  }

  /** Closes the accounts of pods that are gone for good, and of too many those that reported longest ago. */
  #settle(): void {
    const now = this.#options.now();
    for (const [uid, { account, book }] of this.#gone) {
      if (now - Math.max(account.goneAt!, account.reportedAt) < GONE_MS) continue;
      const { pendingBytes } = account;
      if (pendingBytes > 0) book.add(account, { lost: { [POD_ENDED]: pendingBytes } });
      this.#close(uid);
    }
    for (const uid of this.#accounts.keys()) {
      if (this.#accounts.size <= PODS_AT_MOST) return;
      this.#close(uid);
    }
  }

  #close(uid: string): void {
    const { account, book } = this.#accounts.get(uid)!;
    book.close(account);
    this.#accounts.delete(uid);
    this.#gone.delete(uid);
    const isOver = book.isEmpty && !this.#options.isPolicy(book.namespace, book.policy);
    if (isOver) this.#books.delete(`${book.namespace}/${book.policy}`);
  }
}
