import { setImmediate } from 'node:timers/promises';
import { vi } from 'vitest';

/** A clock that runs from timer to timer, as soon as nothing else is left to do. */
export class FakedClock {
  start(): void {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] });
  }

  stop(): void {
    vi.useRealTimers();
  }

  /** Runs until the promise settles. */
  async soon<T>(promise: Promise<T>): Promise<T> {
    const state = { isSettled: false };
    const settled = () => {
      state.isSettled = true;
    };
    promise.then(settled, settled);
    await this.once(() => state.isSettled);
    return promise;
  }

  /** Runs until the condition holds. */
  async once(condition: () => boolean): Promise<void> {
    for (let step = 0; step < 10_000; step++) {
      await setImmediate();
      if (condition()) return;
      await vi.advanceTimersToNextTimerAsync();
    }
    throw new Error(`it does not happen, however long one waits: ${condition.toString()}`);
  }
}
