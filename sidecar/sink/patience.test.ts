import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Patience, type Turn } from './patience.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

/** With every wait at its longest: 200 ms, 400 ms, … */
function patience() {
  const ending = new AbortController();
  const options = { now: () => performance.now(), random: () => 1, ending: ending.signal };
  const shared = new Patience(options);
  const gone: string[] = [];
  /** Asks for a turn, and notes when it comes. */
  const ask = async (name: string): Promise<Turn> => {
    const turn = await shared.turn();
    gone.push(name);
    return turn;
  };
  return { shared, ask, gone, ending };
}

const pass = (ms: number) => vi.advanceTimersByTimeAsync(ms);

describe('requests', () => {
  it('all go at once while there is no trouble', async () => {
    const { ask, gone } = patience();
    void [ask('a'), ask('b'), ask('c')];
    await pass(0);
    expect(gone).toEqual(['a', 'b', 'c']);
  });

  it('wait longer after each trouble, 30 s at most, and not at all after a success', async () => {
    const { shared } = patience();
    const ask = async () => {
      const asked = performance.now();
      const turn = shared.turn().then((turn) => ({ turn, ms: performance.now() - asked }));
      await pass(60_000);
      return turn;
    };
    const waits: number[] = [];
    for (let trouble = 0; trouble < 11; trouble++) {
      const { turn, ms } = await ask();
      waits.push(ms);
      shared.done(turn, {});
    }
    expect(waits).toEqual([0, 200, 400, 800, 1600, 3200, 6400, 12_800, 25_600, 30_000, 30_000]);
    shared.done((await ask()).turn);
    expect((await ask()).ms).toBe(0);
  });

  it('that failed together count as one trouble', async () => {
    const { shared, ask, gone } = patience();
    const together = await Promise.all([shared.turn(), shared.turn(), shared.turn()]);
    for (const turn of together) shared.done(turn, {});
    void ask('next');
    await pass(199);
    expect(gone).toEqual([]);
    await pass(1);
    expect(gone).toEqual(['next']);
  });

  it('in trouble try one at a time, and all go when one succeeds', async () => {
    const { shared, ask, gone } = patience();
    shared.done(await shared.turn(), {});
    const first = ask('a');
    void [ask('b'), ask('c')];
    await pass(1000);
    expect(gone).toEqual(['a']);
    shared.done(await first);
    await pass(0);
    expect(gone).toEqual(['a', 'b', 'c']);
  });

  it('in trouble try one after the other while none succeeds', async () => {
    const { shared, ask, gone } = patience();
    shared.done(await shared.turn(), {});
    const first = ask('a');
    void ask('b');
    await pass(200);
    shared.done(await first, {});
    await pass(399);
    expect(gone).toEqual(['a']);
    await pass(1);
    expect(gone).toEqual(['a', 'b']);
  });

  it('that wait go when one that was on its way before succeeds', async () => {
    const { shared, ask, gone } = patience();
    const [slow, failing] = await Promise.all([shared.turn(), shared.turn()]);
    shared.done(failing, { afterMs: 100_000 });
    void [ask('a'), ask('b')];
    await pass(10_000);
    expect(gone).toEqual([]);
    shared.done(slow);
    await pass(0);
    expect(new Set(gone)).toEqual(new Set(['a', 'b']));
  });

  it('that wait for one that tries go when another one succeeds', async () => {
    const { shared, ask, gone } = patience();
    const [slow, failing] = await Promise.all([shared.turn(), shared.turn()]);
    shared.done(failing, {});
    const trying = ask('a');
    await pass(200);
    void ask('b');
    await pass(10_000);
    expect(gone).toEqual(['a']);
    shared.done(slow);
    await pass(0);
    expect(gone).toEqual(['a', 'b']);
    // What becomes of the one that tried is one more trouble, and one that waits tries next.
    shared.done(await trying, {});
    void [ask('c'), ask('d')];
    await pass(200);
    expect(gone).toEqual(['a', 'b', 'c']);
  });

  it('wait as long as the server asks', async () => {
    const { shared, ask, gone } = patience();
    shared.done(await shared.turn(), { afterMs: 7000 });
    void ask('a');
    await pass(6999);
    expect(gone).toEqual([]);
    await pass(1);
    expect(gone).toEqual(['a']);
  });

  it('wait but shortly when some of it was taken each time', async () => {
    const { shared } = patience();
    for (let time = 0; time < 10; time++) {
      const next = shared.turn();
      await pass(200);
      shared.done(await next, { progress: true });
    }
    expect(performance.now()).toBeLessThanOrEqual(2000);
  });

  it('go at once when the pod ends, and then wait a second at most', async () => {
    const { shared, ask, gone, ending } = patience();
    shared.done(await shared.turn(), { afterMs: 300_000 });
    const first = ask('a');
    ending.abort();
    await pass(0);
    expect(gone).toEqual(['a']);
    shared.done(await first, { afterMs: 300_000 });
    void ask('b');
    await pass(999);
    expect(gone).toEqual(['a']);
    await pass(1);
    expect(gone).toEqual(['a', 'b']);
  });
});
