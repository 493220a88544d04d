import type { Log } from '../../runtime/log.ts';
import type { Notice } from '../events.ts';
import type { Claim } from './claim.ts';
import { pageOf } from './count.ts';
import { REASON, type Finding } from './finding.ts';
import { inspect } from './inspect.ts';
import type { ProofMetrics } from './metrics.ts';
import { findingNotice, removedNotice } from './notice.ts';
import type { Pace } from './pace.ts';
import type { Standing } from './standing.ts';
import type { Store } from './store.ts';
import type { Shelves } from './sums.ts';
import { Tasks, type Task } from './tasks.ts';
import { verdictOf, type Verdict } from './verdict.ts';

export interface ComparerOptions {
  store: Pick<Store, 'count' | 'refresh' | 'extents' | 'remove' | 'oldestIndex' | 'startOf'>;
  standing: Standing;
  /** `<Kind>.<name>` of the policy that a pod's files belong to. */
  policyOf: (of: Claim['of']) => string | undefined;
  /** Undefined when the pod is gone. */
  uidOf: (of: Claim['of']) => string | undefined;
  tell: (notice: Notice) => Promise<unknown>;
  metrics: ProofMetrics;
  /** Something was found in a namespace, or came right. */
  onNews: (namespace: string) => void;
  pace: Pick<Pace, 'settleMs' | 'secondMs' | 'unrefreshedMs' | 'againMs'>;
  now: () => Date;
  clock: () => number;
  log: Log;
}

type Wrong = Exclude<Verdict, { result: 'proved' }>;

/** After so many looks copies that come again and again are left to people. */
const LOOKS = 5;
/** Times what it is at first. */
const SETTLE_AT_MOST = 12;

/** Compares what was claimed with what is there, and says and mends what is wrong. */
export class Comparer {
  readonly #options: ComparerOptions;
  readonly #tasks = new Tasks();
  /** Grows where streams are refreshed seldom: a second look costs more than a little patience. */
  #settleMs: number;

  constructor(options: ComparerOptions) {
    this.#options = options;
    this.#settleMs = options.pace.settleMs;
  }

  get waiting(): number {
    return this.#tasks.size;
  }

  /** Claims to be compared when what they tell of can be seen. What is under way for a file goes on. */
  add(claims: readonly Claim[]): void {
    const { clock, now } = this.#options;
    for (const claim of claims) {
      const waiting = this.#tasks.of(claim.file);
      const due = clock() + Math.max(0, claim.at + this.#settleMs - now().getTime());
      if (claim.size !== undefined || !waiting) this.#tasks.add({ claim, due, look: 1 });
      // What is wrong is looked at again later, and then with all that came after it.
      else if (waiting.isAgain) this.#tasks.add({ ...waiting, claim });
    }
  }

  /** Compares a page of what is due; false when nothing is. */
  async compare(): Promise<boolean> {
    const { store, clock } = this.#options;
    const due = this.#tasks.due(clock());
    const second = due.filter(({ look }) => look > 1);
    // What is looked at again is refreshed before, and comes in a page of its own.
    const tasks = second.length > 0 ? second : due;
    const page = new Set(pageOf(tasks.map(({ claim }) => claim)));
    if (page.size === 0) return false;
    const taken = tasks.filter(({ claim }) => page.has(claim));
    if (second.length > 0 && !(await this.#refresh(taken))) return true;
    const found = await store.count([...page]);
    for (const task of taken) {
      this.#tasks.take(task.claim.file);
      try {
        await this.#judge(task, found.get(task.claim.file)!);
      } catch (error) {
        this.#tasks.add(task);
        throw error;
      }
    }
    return true;
  }

  /** The pod of a file is gone, and it has no seal: it is compared with its last report, and is unproven at best. */
  end(claim: Claim): void {
    const waiting = this.#tasks.of(claim.file);
    // A seal has come after all.
    if (waiting?.claim.size !== undefined) return;
    this.#tasks.add({ due: this.#options.clock(), look: 1, ...waiting, claim, isEnd: true });
  }

  /** Where the user may not refresh, time must do. */
  async #refresh(tasks: readonly Task[]): Promise<boolean> {
    const { store, clock, pace } = this.#options;
    if (await store.refresh(tasks.map(({ claim }) => claim.of.namespace))) return true;
    const isFirst = (task: Task) => !task.isRested;
    const first = tasks.filter(isFirst);
    for (const task of first) this.#tasks.add({ ...task, due: clock() + pace.unrefreshedMs, isRested: true });
    return first.length === 0;
  }

  async #judge(task: Task, found: Shelves): Promise<void> {
    const { clock, metrics, pace } = this.#options;
    const { claim, look } = task;
    const verdict = verdictOf(claim, found);
    if (verdict.result === 'proved') {
      this.#audited(claim, found);
      if (task.removed) await this.#tellOfRemoved(claim, task.removed);
      return task.isEnd ? this.#unproven(task) : this.#proved(task);
    }
    if (look === 1) return this.#tasks.add({ ...task, due: clock() + pace.secondMs, look: 2 });
    const outcome = await inspect(claim, verdict, this.#options.store);
    switch (outcome.kind) {
      case 'removed':
        metrics.removed(claim.of.namespace, outcome.records);
        if (look >= LOOKS)
          return this.#find(task, { ...outcome, result: 'doubled', detail: 'They come again and again.' });
        return this.#again(task, outcome);
      case 'left':
        return task.isEnd ? this.#unproven(task) : this.#left(claim, outcome.why);
      case 'found':
        this.#audited(claim, found);
        return this.#find(task, outcome);
    }
  }

  #proved({ claim: { of, file }, look, removed }: Task): void {
    const { standing, metrics, onNews, pace, log } = this.#options;
    metrics.audited(removed ? 'doubled' : 'proved');
    const before = standing.findingOf(file);
    standing.clear(file);
    if (look > 1 && !before && !removed) this.#settleMs = Math.min(2 * this.#settleMs, SETTLE_AT_MOST * pace.settleMs);
    if (before) log.info('a file is proved after all', { ...of, file, before: before.result });
    if (before || standing.of(of.namespace, this.#options.policyOf(of) ?? '').files === 1) onNews(of.namespace);
  }

  async #tellOfRemoved(claim: Claim, removed: { records: number; bytes: number }): Promise<void> {
    const { tell, uidOf, log } = this.#options;
    const { of, file } = claim;
    log.warn('records that were sent again across a rollover were removed', { ...of, file, ...removed });
    await tell(removedNotice(claim, removed, uidOf(of)));
  }

  /** Copies were removed; what the file comes to without them shows the next look. */
  #again(task: Task, { records, bytes }: { records: number; bytes: number }): void {
    const { clock, pace } = this.#options;
    const { removed = { records: 0, bytes: 0 }, claim, look, isEnd } = task;
    const all = { records: removed.records + records, bytes: removed.bytes + bytes };
    this.#tasks.add({ claim, due: clock() + pace.secondMs, look: look + 1, removed: all, isEnd });
  }

  #left(claim: Claim, why: string): void {
    const { standing, log } = this.#options;
    standing.clear(claim.file);
    log.debug('a file is left out of the audit', { ...claim.of, file: claim.file, why });
  }

  /** Nothing is wrong with what is known of a file; without a seal nobody knows whether that is all of it. */
  async #unproven(task: Task): Promise<void> {
    const { records, bytes } = task.claim.stored;
    const detail = `By its last report ${records} records (${bytes} bytes) were stored.`;
    await this.#find(task, { result: 'unproven', records: 0, bytes: 0, detail });
  }

  #audited({ file, of, stored }: Claim, found: Shelves): void {
    const { standing, policyOf } = this.#options;
    const counts = { acknowledged: stored.records, found: found.stored.records };
    standing.audited(file, { namespace: of.namespace, policy: policyOf(of) }, counts);
  }

  async #find({ claim, isEnd }: Task, wrong: Wrong & { detail: string }): Promise<void> {
    const { standing, metrics, tell, policyOf, uidOf, onNews, now, clock, pace, log } = this.#options;
    const { of, file } = claim;
    const { result, records, bytes, detail } = wrong;
    const before = standing.findingOf(file);
    const policy = policyOf(of) ?? before?.policy;
    const at = before?.at ?? now().getTime();
    const finding: Finding = { result, of, file, ...(policy ? { policy } : {}), records, bytes, detail, at };
    const isNews = before?.result !== result || before.records !== records || before.detail !== detail;
    standing.find(finding);
    metrics.audited(result);
    const more = records - (before?.result === 'missing' ? before.records : 0);
    if (result === 'missing' && more > 0) metrics.missing(of.namespace, more);
    if (isNews) {
      log.error('a file is not proved', { ...of, file, policy, reason: REASON[result], records, bytes, detail });
      onNews(of.namespace);
    }
    await tell(findingNotice(finding, uidOf(of)));
    // It may come right: somebody writes the documents back.
    if (result !== 'unproven') this.#tasks.add({ claim, due: clock() + pace.againMs, look: 2, isAgain: true, isEnd });
  }
}
