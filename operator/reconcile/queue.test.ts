import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Queue } from './queue.ts';

/** Work that ends when the test says so. */
class Bench {
  readonly begun: string[] = [];
  readonly errors: string[] = [];
  readonly #ends = new Map<string, { resolve: () => void; reject: (error: Error) => void }>();

  readonly work = (key: string): Promise<void> => {
    this.begun.push(key);
    return new Promise((resolve, reject) => this.#ends.set(key, { resolve, reject }));
  };
  readonly onError = (key: string, error: unknown): void =>
    void this.errors.push(`${key}: ${(error as Error).message}`);

  async end(key: string): Promise<void> {
    this.#ends.get(key)!.resolve();
    await vi.advanceTimersByTimeAsync(0);
  }
  async fail(key: string): Promise<void> {
    this.#ends.get(key)!.reject(new Error('no'));
    await vi.advanceTimersByTimeAsync(0);
  }
}

let bench: Bench;
let queue: Queue;
beforeEach(() => {
  vi.useFakeTimers();
  bench = new Bench();
  queue = new Queue({ work: bench.work, onError: bench.onError, random: () => 1, workers: 2 });
});
afterEach(() => vi.useRealTimers());

describe('a queue', () => {
  it('works on nothing before it is started', () => {
    queue.add('a');
    expect(bench.begun).toEqual([]);
    queue.start();
    expect(bench.begun).toEqual(['a']);
  });

  it('works on a key once, however often it was added', async () => {
    for (let n = 0; n < 5; n++) queue.add('a');
    queue.start();
    await bench.end('a');
    expect(bench.begun).toEqual(['a']);
  });

  it('works on different keys at a time, but on no more than it has workers for', async () => {
    queue.start();
    for (const key of ['a', 'b', 'c']) queue.add(key);
    expect(bench.begun).toEqual(['a', 'b']);
    await bench.end('a');
    expect(bench.begun).toEqual(['a', 'b', 'c']);
  });

  it('works on a key again that was added meanwhile, when it is done, and not before', async () => {
    queue.start();
    queue.add('a');
    queue.add('a');
    queue.add('a');
    expect(bench.begun).toEqual(['a']);
    await bench.end('a');
    expect(bench.begun).toEqual(['a', 'a']);
    await bench.end('a');
    expect(bench.begun).toEqual(['a', 'a']);
  });

  it('tries a failed key again after a pause that grows to a minute', async () => {
    queue.start();
    queue.add('a');
    for (const seconds of [1, 2, 4, 8, 16, 32, 60, 60]) {
      await bench.fail('a');
      const before = bench.begun.length;
      await vi.advanceTimersByTimeAsync(seconds * 1000 - 1);
      expect(bench.begun).toHaveLength(before);
      await vi.advanceTimersByTimeAsync(1);
      expect(bench.begun).toHaveLength(before + 1);
    }
    expect(bench.errors).toHaveLength(8);
  });

  it('begins with a short pause again after a success', async () => {
    queue.start();
    queue.add('a');
    for (let n = 0; n < 4; n++) {
      await bench.fail('a');
      await vi.advanceTimersByTimeAsync(60_000);
    }
    await bench.end('a');
    queue.add('a');
    await bench.fail('a');
    const before = bench.begun.length;
    await vi.advanceTimersByTimeAsync(1000);
    expect(bench.begun).toHaveLength(before + 1);
  });

  it('does not let one failing key hold up another', async () => {
    queue.start();
    queue.add('a');
    await bench.fail('a');
    queue.add('b');
    expect(bench.begun).toEqual(['a', 'b']);
  });

  it('takes a key at once that is news, though it waits for its next try', async () => {
    queue.start();
    queue.add('a');
    await bench.fail('a');
    queue.add('a');
    expect(bench.begun).toEqual(['a', 'a']);
    await bench.end('a');
    await vi.advanceTimersByTimeAsync(60_000);
    expect(bench.begun).toEqual(['a', 'a']);
  });

  it('adds a key later once, whoever else asks for it', async () => {
    queue.start();
    queue.addLater('a', 2000);
    await vi.advanceTimersByTimeAsync(1500);
    queue.addLater('a', 2000);
    await vi.advanceTimersByTimeAsync(500);
    expect(bench.begun).toEqual(['a']);
    await bench.end('a');
    await vi.advanceTimersByTimeAsync(5000);
    expect(bench.begun).toEqual(['a']);
  });

  it('adds a key as soon as the first one who asks for it wants it', async () => {
    queue.start();
    queue.addLater('a', 5000);
    queue.addLater('a', 1000);
    queue.addLater('a', 3000);
    await vi.advanceTimersByTimeAsync(1000);
    expect(bench.begun).toEqual(['a']);
    await bench.end('a');
    await vi.advanceTimersByTimeAsync(10_000);
    expect(bench.begun).toEqual(['a']);
  });

  it('ends when what it works on is done, and begins nothing any more', async () => {
    queue.start();
    queue.add('a');
    queue.add('a');
    queue.addLater('b', 10);
    let ended = false;
    const ending = queue.stop().then(() => (ended = true));
    queue.add('c');
    await vi.advanceTimersByTimeAsync(1000);
    expect([bench.begun, ended]).toEqual([['a'], false]);
    await bench.end('a');
    await ending;
    expect(bench.begun).toEqual(['a']);
  });

  it('leaves no timer behind when what fails at the end would be tried again', async () => {
    queue.start();
    queue.add('a');
    const ending = queue.stop();
    await bench.fail('a');
    await ending;
    expect(vi.getTimerCount()).toBe(0);
  });
});
