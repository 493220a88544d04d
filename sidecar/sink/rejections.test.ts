import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Rejections, type Counts } from './rejections.ts';

const NONE: Counts = new Map();
const refused = (count: number, reason = 'x'): Counts => new Map([[reason, count]]);

function rejections() {
  const clock = { ms: 0 };
  return { clock, rejections: new Rejections(() => clock.ms) };
}

describe('refused records', () => {
  it.each([
    ['twenty of twenty', 0, 20, false],
    ['21 of 21', 0, 21, true],
    ['100 of 1,000', 900, 100, false],
    ['101 of 1,000', 899, 101, true],
    ['999 of 1,000', 1, 999, true],
    ['none', 1000, 0, false],
  ])('are held when they are too many in number and in share: %s', (_, taken, count, isHeld) => {
    expect(rejections().rejections.judge(taken, refused(count), NONE).has('x')).toBe(isHeld);
  });

  it('are counted over a minute, and then forgotten', () => {
    const { rejections: counts, clock } = rejections();
    const judge = (ms: number) => {
      clock.ms = ms;
      return counts.judge(0, refused(8), NONE).size > 0;
    };
    // The third are too many: held, they count on.
    expect([0, 30_000, 59_000].map(judge)).toEqual([false, false, true]);
    expect(counts.judge(0, refused(8), refused(8)).size).toBe(1);
    clock.ms = 66_000;
    expect(counts.judge(0, refused(8), refused(8)).size).toBe(0);
  });

  it('that are held count as long as they are, and those of another batch with them', () => {
    const { rejections: counts, clock } = rejections();
    expect(counts.judge(0, refused(25), NONE)).toEqual(refused(25));
    clock.ms = 600_000;
    expect(counts.judge(0, refused(1), NONE)).toEqual(refused(1));
    expect(counts.judge(25, NONE, refused(25))).toEqual(NONE);
    expect(counts.judge(0, refused(1), refused(1))).toEqual(NONE);
  });

  it('that are tried again are not counted again', () => {
    const { rejections: counts } = rejections();
    let held = counts.judge(900, refused(120), NONE);
    for (let turn = 0; turn < 100; turn++) held = counts.judge(0, refused(120), held);
    expect(held).toEqual(refused(120));
    // 121 of 2,021.
    expect(counts.judge(1000, refused(1), NONE)).toEqual(NONE);
  });

  it('are counted for each reason', () => {
    const mixed = new Map([...refused(15, 'x'), ...refused(15, 'y'), ...refused(30, 'z')]);
    expect(rejections().rejections.judge(0, mixed, NONE)).toEqual(refused(30, 'z'));
  });

  it('of ever new reasons count as others', () => {
    const { rejections: counts } = rejections();
    const names = new Set(Array.from({ length: 1000 }, (_, i) => counts.name(`reason ${i}`)));
    expect(names.size).toBe(65);
    expect(counts.name('reason 999')).toBe('other');
    expect(counts.name('reason 3')).toBe('reason 3');
  });

  it('are held for good only while the share is above both limits, whatever came before', () => {
    const event = fc.record({ taken: fc.nat(300), count: fc.nat(60), ms: fc.nat(90_000) });
    fc.assert(
      fc.property(fc.array(event, { maxLength: 30 }), (events) => {
        const { rejections: counts, clock } = rejections();
        let held = NONE;
        for (const { taken, count, ms } of events) {
          clock.ms += ms;
          held = counts.judge(taken, refused(count + (held.get('x') ?? 0)), held);
        }
        clock.ms += 66_000;
        const last = held.get('x') ?? 0;
        // Nothing but what is held is in the minute now.
        expect(counts.judge(0, refused(last), held).size).toBe(last > 20 ? 1 : 0);
        counts.judge(0, NONE, last > 20 ? refused(last) : NONE);
        expect(counts.judge(last > 20 ? 0 : 1000, refused(21), NONE).size).toBe(last > 20 ? 1 : 0);
      }),
    );
  });
});
