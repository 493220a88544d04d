/** Records by the reason for which they are refused in every form. */
export type Counts = ReadonlyMap<string, number>;

/** Up to so many a minute, or up to this share of the minute's records, are taken for faults of the records themselves. */
const FEW = 20;
const SHARE = 0.1;
const MINUTE_MS = 60_000;
const BUCKET_MS = 5000;
/** Elasticsearch has a few dozen types of errors; should there be more, the rest counts as one. */
const REASONS = 64;
const OTHER = 'other';

interface Bucket {
  /** Number of its span of time. */
  span: number;
  records: number;
  buried: Map<string, number>;
}

/**
 * Tells a record that nobody would take from a pipeline that takes none: counts a minute's records and the refused among them,
 * by reason. Refused records that are held back count as long as they are; buried ones for a minute.
 */
export class Rejections {
  readonly #now: () => number;
  readonly #buckets: Bucket[] = [];
  readonly #held = new Map<string, number>();
  readonly #reasons = new Set<string>();

  /** `now`: milliseconds of a clock that never goes back. */
  constructor(now: () => number) {
    this.#now = now;
  }

  /** The name under which a reason is counted. */
  name(reason: string): string {
    if (this.#reasons.has(reason)) return reason;
    if (this.#reasons.size >= REASONS) return OTHER;
    this.#reasons.add(reason);
    return reason;
  }

  /**
   * Judges what became of some records: `taken` are stored, `refused` are refused in every form, `held` were held when the
   * same records were judged before. Returns what is to be held now; the rest of the refused is to be buried.
   */
  judge(taken: number, refused: Counts, held: Counts): Counts {
    for (const [name, count] of held) this.#hold(name, -count);
    for (const [name, count] of refused) this.#hold(name, count);
    const bucket = this.#bucket();
    bucket.records += taken;
    if (refused.size === 0) return refused;
    const share = this.#shares();
    const kept = new Map([...refused].filter(([name]) => share(name)));
    for (const [name, count] of refused) if (!kept.has(name)) this.#bury(bucket, name, count);
    return kept;
  }

  /** Whether the refused of a reason are too many, by what is counted at this moment. */
  #shares(): (name: string) => boolean {
    const buckets = this.#buckets;
    const held = [...this.#held.values()].reduce((sum, count) => sum + count, 0);
    const records = buckets.reduce((sum, bucket) => sum + bucket.records, held);
    return (name) => {
      const refused = buckets.reduce((sum, { buried }) => sum + (buried.get(name) ?? 0), this.#held.get(name) ?? 0);
      return refused > FEW && refused > SHARE * records;
    };
  }

  #hold(name: string, count: number): void {
    const sum = (this.#held.get(name) ?? 0) + count;
    if (sum > 0) this.#held.set(name, sum);
    else this.#held.delete(name);
  }

  #bury(bucket: Bucket, name: string, count: number): void {
    this.#hold(name, -count);
    bucket.records += count;
    bucket.buried.set(name, (bucket.buried.get(name) ?? 0) + count);
  }

  /** The bucket of this moment; those that are older than a minute go. */
  #bucket(): Bucket {
    const span = Math.floor(this.#now() / BUCKET_MS);
    while (this.#buckets[0] && this.#buckets[0].span <= span - MINUTE_MS / BUCKET_MS) this.#buckets.shift();
    let last = this.#buckets.at(-1);
    if (last?.span !== span) this.#buckets.push((last = { span, records: 0, buried: new Map() }));
    return last;
  }
}
