import type { Account } from './account.ts';
import { add, noSums, together, type Sums } from './sums.ts';

/** How the pods of one policy in one namespace stand together. */
export interface Standing {
  /** Of the pods that are there and of those that have ended. */
  sums: Sums;
  pendingBytes: number;
  /** For how long the oldest record waits that is on its way. */
  waitingMs: number;
  /** RFC 3339. */
  lastAcknowledged: string | undefined;
}

/** A workload's sums are kept while a pod of it is there; a policy's for good. */
const WORKLOADS_AT_MOST = 1000;

/** What one policy's pods in one namespace add up to. */
export class Book {
  readonly namespace: string;
  /** `<Kind>.<name>`. */
  readonly policy: string;
  readonly #sums = noSums();
  readonly #accounts = new Set<Account>();
  readonly #workloads = new Map<string, { sums: Sums; pods: number }>();
  #lastAcknowledged: string | undefined;

  constructor(namespace: string, policy: string) {
    this.namespace = namespace;
    this.policy = policy;
  }

  get isEmpty(): boolean {
    return this.#accounts.size === 0;
  }

  /** The pod is this policy's from now on. */
  open(account: Account): void {
    if (this.#accounts.has(account)) return;
    this.#accounts.add(account);
    const { workload } = account;
    const known = this.#workloads.get(workload);
    if (known) known.pods++;
    else if (this.#workloads.size < WORKLOADS_AT_MOST) this.#workloads.set(workload, { sums: noSums(), pods: 1 });
  }

  add({ workload, lastAcknowledged }: Account, more: Partial<Sums>): void {
    add(this.#sums, more);
    const known = this.#workloads.get(workload);
    if (known) add(known.sums, more);
    if (lastAcknowledged && lastAcknowledged > (this.#lastAcknowledged ?? ''))
      this.#lastAcknowledged = lastAcknowledged;
  }

  /** The pod is gone, or another policy's; what it has added stays. */
  close(account: Account): void {
    if (!this.#accounts.delete(account)) return;
    const known = this.#workloads.get(account.workload);
    if (known && --known.pods === 0) this.#workloads.delete(account.workload);
  }

  /** `now`: on the clock of the accounts. */
  standing(now: number): Standing {
    let [pendingBytes, waitingMs] = [0, 0];
    for (const account of this.#accounts) {
      pendingBytes += account.pendingBytes;
      waitingMs = Math.max(waitingMs, account.waitingMs(now) ?? 0);
    }
    return { sums: this.#sums, pendingBytes, waitingMs, lastAcknowledged: this.#lastAcknowledged };
  }

  /** By workload (`<Kind>/<name>`), of those that have a pod. */
  workloads(): Map<string, Sums> {
    return new Map([...this.#workloads].map(([workload, { sums }]) => [workload, sums]));
  }
}

/** Of several books. */
export function standTogether(all: readonly Standing[]): Standing {
  return {
    sums: together(all.map(({ sums }) => sums)),
    pendingBytes: all.reduce((sum, { pendingBytes }) => sum + pendingBytes, 0),
    waitingMs: Math.max(0, ...all.map(({ waitingMs }) => waitingMs)),
    lastAcknowledged: last(all.flatMap((one) => one.lastAcknowledged ?? [])),
  };
}

const last = (times: readonly string[]): string | undefined =>
  times.reduce<string | undefined>((most, time) => (most !== undefined && most > time ? most : time), undefined);
