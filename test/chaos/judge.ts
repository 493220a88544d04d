import { LANES } from '../../sidecar/source/lane.ts';
import { violations, type Checkpoint } from '../../sidecar/source/checkpoint.ts';
import { Account, type Gap, type Shelf } from './account.ts';
import type { Source } from './content.ts';
import { mayLose, type Life } from './lives.ts';
import { isDiscarded, isDropped, type Rules } from './rules.ts';
import { lies, totalOf, type Statement } from './statement.ts';
import type { WrittenFile } from './written.ts';

/** A document as it lies in Elasticsearch. */
export interface Stored {
  /** The backing index. */
  readonly index: string;
  readonly id: string;
  readonly source: Source;
}

/** A seal as it lies in Elasticsearch. */
export interface Seal extends Statement {
  readonly id: string;
  readonly file: string;
}

/** The state folder after a sidecar, and how many records of each file had been acknowledged by then. */
export interface Snapshot {
  readonly when: string;
  readonly checkpoints: readonly Checkpoint[];
  readonly damaged: readonly string[];
  readonly acknowledged: ReadonlyMap<string, number>;
}

/** Everything that is known after the last sidecar has ended. */
export interface Evidence {
  readonly files: readonly WrittenFile[];
  readonly documents: readonly Stored[];
  readonly deadLetters: readonly Stored[];
  readonly seals: readonly Seal[];
  /** The container runs that start documents tell of, `<container>/<run>`. */
  readonly starts: readonly string[];
  /** The last one is of the end. */
  readonly snapshots: readonly Snapshot[];
  readonly lives: readonly Life[];
  /** Those that were in force, at least one. */
  readonly rules: readonly Rules[];
  /** The sidecar's wall clock was: groups of lines then come out the same each time. */
  readonly clockWasRight: boolean;
  /** For a while: what a sidecar was answered then it could not write down. */
  readonly diskWasFull: boolean;
}

export interface Verdict {
  /** One sentence each; none: all is well. */
  readonly faults: readonly string[];
  readonly records: number;
  readonly deadLetters: number;
  readonly discardedBytes: number;
  /** Ids that lie in two backing indices: sent again across a rollover. */
  readonly copies: readonly string[];
  /** Ids of documents that share a line with another one. */
  readonly overlaps: readonly string[];
  /** Bytes that are nowhere, with leave, by the reason of the leave; and how many lost bytes the sidecar counts. */
  readonly losses: ReadonlyMap<string, number>;
  readonly lostBytes: number;
  readonly countedBytes: number;
  /** Lost bytes of files of which no checkpoint is left: nobody knows of them. */
  readonly unknownBytes: number;
}

/** Says what became of everything that was written, and what is wrong with it. */
export function judge(evidence: Evidence): Verdict {
  return new Judge(evidence).verdict();
}

class Judge {
  readonly #evidence: Evidence;
  readonly #faults: string[] = [];
  readonly #accounts: ReadonlyMap<string, Account>;
  readonly #copies: string[] = [];
  readonly #overlaps = new Set<string>();
  readonly #losses = new Map<string, number>();
  readonly #discarded = new Map<Account, number>();
  readonly #missing = new Map<Account, number>();
  /** Of all files that the kubelet removed, and which of them a sidecar says that it gave up. */
  readonly #removedBytes: number;
  readonly #givenUp: ReadonlySet<string>;
  /** Lines are grouped, cut and dropped the same way each time they are read. */
  readonly #isStable: boolean;

  constructor(evidence: Evidence) {
    this.#evidence = evidence;
    const { clockWasRight, diskWasFull, files, lives, rules, seals, snapshots } = evidence;
    const groupsLines = rules.some(({ multiline }) => multiline !== 'Off');
    // A group of lines ends where it is cut.
    const cut = (recordBytes: number) => (groupsLines ? recordBytes : 0);
    const ways = new Set(
      rules.map(({ multiline, drop, recordBytes }) => JSON.stringify([multiline, drop, cut(recordBytes)])),
    );
    // Told to end, a sidecar ends what is open; when it cannot write down the answer, another one ends it later.
    const endedForNothing = lives.slice(0, -1).some(({ wasTold, isClean }) => wasTold && (!isClean || diskWasFull));
    this.#isStable = ways.size === 1 && (clockWasRight || !groupsLines) && !endedForNothing;
    const options = {
      limits: rules.map(({ recordBytes }) => recordBytes),
      groupsLines,
      endsAnywhere: lives.slice(0, -1).some(({ wasTold }) => wasTold),
    };
    this.#accounts = new Map(files.map((file) => [file.id, new Account(file, options)]));
    const removed = files.filter(({ removedAt }) => removedAt !== undefined);
    this.#removedBytes = removed.reduce((sum, { size }) => sum + size, 0);
    const said = [...(snapshots.at(-1)?.checkpoints ?? []), ...latest(seals)];
    this.#givenUp = new Set(said.filter(({ lost }) => lost.HeldTooLong).map(({ file }) => file));
    if (this.#accounts.size < files.length) this.#faults.push('two files have one identity');
  }

  verdict(): Verdict {
    const { deadLetters, documents, snapshots } = this.#evidence;
    this.#take(documents, 'stored');
    this.#take(deadLetters, 'deadLettered');
    for (const account of this.#accounts.values()) this.#weigh(account);
    for (const snapshot of snapshots) this.#checkSnapshot(snapshot);
    this.#checkEnd();
    this.#checkSeals();
    this.#checkStarts();
    const checkpoints = snapshots.at(-1)?.checkpoints ?? [];
    const known = new Set(checkpoints.map(({ file }) => file));
    const sums = (shelf: Shelf) => this.#accounts.values().reduce((all, { sums }) => all + sums[shelf].records, 0);
    return {
      faults: this.#faults,
      records: sums('stored'),
      deadLetters: sums('deadLettered'),
      discardedBytes: sumOf(this.#discarded),
      copies: this.#copies,
      overlaps: [...this.#overlaps],
      losses: this.#losses,
      lostBytes: sumOf(this.#missing),
      countedBytes: checkpoints.reduce((all, { lost }) => all + totalOf(lost), 0),
      unknownBytes: sumOf(new Map([...this.#missing].filter(([{ file }]) => !known.has(file.id)))),
    };
  }

  #take(stored: readonly Stored[], shelf: Shelf): void {
    const places = new Map<string, string>();
    for (const { index, id, source } of stored) {
      const place = places.get(id);
      places.set(id, index);
      if (place === index) this.#faults.push(`${id} is twice in ${index}`);
      else if (place !== undefined) this.#copies.push(id);
      const wrong = place === undefined ? this.#takeOne(id, source, shelf) : undefined;
      if (wrong !== undefined) this.#faults.push(`${id} ${wrong}`);
    }
  }

  #takeOne(id: string, source: Source, shelf: Shelf): string | undefined {
    const { 'log.offset': offset, 'log.level': level, tracewell } = source;
    const { file, bytes } = tracewell;
    if (id !== `${file}.${offset}.${bytes}`) return `holds the extent ${file}.${offset}.${bytes}`;
    const account = this.#accounts.get(file);
    if (!account) return 'is of a file that nobody wrote';
    const wrong = account.take(id, source, shelf);
    if (wrong !== undefined || level !== 'debug') return wrong;
    const line = account.file.lines.find((line) => line.offset === offset)!;
    const isAlways = this.#evidence.rules.every(({ drop }) =>
      isDropped(drop, { ...line, isDebug: true }, account.file),
    );
    return isAlways ? 'is stored, and every configuration discards it' : undefined;
  }

  /** Each line lies in one document, or was dropped by a rule, or may be lost. */
  #weigh(account: Account): void {
    for (const ids of account.overlaps()) {
      for (const id of ids) this.#overlaps.add(id);
      if (this.#isStable) this.#faults.push(`${ids.join(' and ')} cover one line`);
    }
    const { file } = account;
    const leave = this.#leave(file);
    for (const gap of account.gaps()) {
      if (this.#evidence.rules.some((rules) => isDiscarded(rules, gap, file, this.#isStable))) {
        add(this.#discarded, account, gap.bytes);
      } else {
        add(this.#missing, account, gap.bytes);
        if (leave === undefined) this.#faults.push(`${nameOf(file)} has lost ${show(gap)}`);
        else add(this.#losses, leave, gap.bytes);
      }
    }
  }

  /** Why bytes of a file may be lost; undefined: none may. */
  #leave(file: WrittenFile): string | undefined {
    const { lives, rules } = this.#evidence;
    const heldBytes = Math.min(...rules.map(({ heldBytes }) => heldBytes));
    const isTooMuch = this.#removedBytes > heldBytes && this.#givenUp.has(file.id);
    return mayLose(file, lives) ?? (isTooMuch ? 'given up, for more was held than may be' : undefined);
  }

  /** A checkpoint is whole, keeps its equations, and is never ahead of what Elasticsearch has answered. */
  #checkSnapshot({ when, checkpoints, damaged, acknowledged }: Snapshot): void {
    for (const name of damaged) this.#faults.push(`${when}: the checkpoint ${name} is damaged`);
    for (const checkpoint of checkpoints) {
      const { file, stored, deadLettered } = checkpoint;
      for (const violation of violations(checkpoint)) this.#faults.push(`${when}: ${file}: ${violation}`);
      const counted = stored.records + deadLettered.records;
      const known = acknowledged.get(file) ?? 0;
      if (counted > known) this.#faults.push(`${when}: ${file} counts ${counted} records, ${known} were acknowledged`);
    }
  }

  /** At the end each file that is there has a checkpoint, which accounts for all of it. */
  #checkEnd(): void {
    const checkpoints = this.#evidence.snapshots.at(-1)?.checkpoints ?? [];
    const known = new Set(checkpoints.map(({ file }) => file));
    for (const { file } of this.#accounts.values()) {
      if (file.removedAt === undefined && !known.has(file.id)) this.#faults.push(`${nameOf(file)} has no checkpoint`);
    }
    for (const checkpoint of checkpoints) this.#compare('checkpoint', checkpoint);
  }

  /** Each file that could be read to its end has one seal, and it is true. */
  #checkSeals(): void {
    const seals = latest(this.#evidence.seals);
    const known = new Set(seals.map(({ file }) => file));
    if (known.size < seals.length) this.#faults.push('a file has two seals of one size');
    for (const { file } of this.#accounts.values()) {
      if (!known.has(file.id) && this.#leave(file) === undefined) this.#faults.push(`${nameOf(file)} has no seal`);
    }
    for (const seal of seals) {
      if (seal.id !== `${seal.file}.${seal.size}.seal`) this.#faults.push(`${seal.id} is the seal of ${seal.file}`);
      this.#compare('seal', seal);
    }
  }

  /** Each container run of which something was read is announced once. */
  #checkStarts(): void {
    const { files, lives, starts } = this.#evidence;
    const known = new Set(starts);
    if (known.size < starts.length) this.#faults.push('a container run is announced twice');
    for (const file of files) {
      const run = `${file.container}/${file.run}`;
      if (!known.has(run) && mayLose(file, lives) === undefined) this.#faults.push(`${run} is not announced`);
    }
  }

  #compare(what: string, statement: Statement & { readonly file: string }): void {
    const account = this.#accounts.get(statement.file);
    if (!account) return void this.#faults.push(`the ${what} of ${statement.file} is of a file that nobody wrote`);
    const { file, sums } = account;
    const found = lies(statement, {
      size: file.size,
      ...sums,
      discardedBytes: this.#discarded.get(account) ?? 0,
      missingBytes: this.#missing.get(account) ?? 0,
      isWhole: this.#leave(file) === undefined,
      isStable: this.#isStable,
    });
    for (const lie of found) this.#faults.push(`the ${what} of ${nameOf(file)} ${lie}`);
  }
}

const nameOf = ({ id, container, run }: WrittenFile): string => `${container}/${run}.log (${id})`;

function show({ lines, bytes }: Gap): string {
  const { lane, offset, text } = lines[0]!;
  const start = JSON.stringify(text.subarray(0, 60).toString());
  return `${lines.length} lines (${bytes} bytes) of ${LANES[lane]} from offset ${offset} on: ${start}`;
}

function add<K>(sums: Map<K, number>, key: K, more: number): void {
  sums.set(key, (sums.get(key) ?? 0) + more);
}

const sumOf = (sums: ReadonlyMap<unknown, number>): number => sums.values().reduce((all, sum) => all + sum, 0);

/** Of each file the seal of its largest size: a file that went on after it was sealed is sealed again. */
function latest(seals: readonly Seal[]): Seal[] {
  const sizes = new Map<string, number>();
  for (const { file, size } of seals) sizes.set(file, Math.max(size, sizes.get(file) ?? 0));
  return seals.filter(({ file, size }) => size === sizes.get(file));
}
