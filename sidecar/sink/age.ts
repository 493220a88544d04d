/** Body bytes that are worth a request: a batch waits about as long as the pod needs to say that much. */
const WORTH_BYTES = 65_536;
const LEAST_MS = 160;
/** A batch with an error in it is not kept longer: somebody may be waiting for just that record. */
const URGENT_MS = 200;
/** Over this time the rate is smoothed. */
const SMOOTHING_MS = 5000;

/** Levels, in lower case, of which people want to know at once: syslog's upper half and what frameworks call theirs. */
export const URGENT = new Set([
  'error',
  'err',
  'severe',
  'critical',
  'crit',
  'fatal',
  'panic',
  'alert',
  'emerg',
  'emergency',
]);

/** Whether a record of this `log.level` shortens the wait of its batch. */
export const isUrgent = (level: string | undefined): boolean => level !== undefined && URGENT.has(level);

export interface Waiting {
  /** How fast the pod fills batches. */
  bytesPerSecond: number;
  isUrgent: boolean;
  /** `limits.batchAgeMs`: never longer than that, whatever else is said. */
  batchAgeMs: number;
}

/** Milliseconds after which a batch that is not full is sent: a busy pod's leave soon, a quiet one's rarely. */
export function batchAge({ bytesPerSecond, isUrgent, batchAgeMs }: Waiting): number {
  const worth = Math.max(LEAST_MS, (WORTH_BYTES / bytesPerSecond) * 1000);
  return Math.min(worth, isUrgent ? URGENT_MS : Infinity, batchAgeMs);
}

/** Bytes per second, smoothed: each amount fades exponentially, so that one number is all there is to remember. */
export class Rate {
  #perSecond = 0;
  #at = -Infinity;

  /** `now`: milliseconds of a clock that never goes back. */
  add(bytes: number, now: number): void {
    this.#perSecond = this.at(now) + (bytes / SMOOTHING_MS) * 1000;
    this.#at = now;
  }

  at(now: number): number {
    return this.#perSecond * Math.exp((this.#at - now) / SMOOTHING_MS);
  }
}
