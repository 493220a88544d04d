import { expect, it } from 'vitest';
import { countedCandidate } from '../../test/sidecar/counted-candidate.ts';
import { HOSTILE_UNITS } from '../../test/sidecar/secrets.ts';
import { kindOf } from '../plain/redact/builtin.ts';

const { steps } = countedCandidate();

it('all of an ordinary text is looked at', () => {
  expect(steps(Buffer.alloc(10_000, 'order paid '), kindOf('card'))).toBeGreaterThan(10_000 / 16);
});

it.each(HOSTILE_UNITS)('%s takes twice as many steps for twice as many %j', (rule, unit) => {
  const of = (size: number) => steps(Buffer.alloc(size, unit), kindOf(rule));
  expect(of(20_000)).toBeLessThan(2.1 * of(10_000));
});
