import { expect, it } from 'vitest';
import type { Pod } from '../inject/pod.ts';
import { toldOf, type PodEvent } from './events.ts';

const pod = {
  metadata: { name: 'cart-b', uid: 'b', ownerReferences: [{ uid: 'rs', controller: true }, { uid: 'other' }] },
} as unknown as Pod;
const at = (minute: number) => `2026-01-02T00:0${minute}:00Z`;
const ours: PodEvent = { reason: 'Missed', message: 'no sidecar', reportingComponent: 'tracewell', eventTime: at(1) };

it.each<[string, PodEvent, boolean]>([
  ['ours of the pod', { ...ours, involvedObject: { uid: 'b' } }, true],
  ['ours of another pod of its controller', { ...ours, involvedObject: { uid: 'a' }, related: { uid: 'rs' } }, true],
  ['ours of another controller', { ...ours, involvedObject: { uid: 'c' }, related: { uid: 'rs-2' } }, false],
  [
    'of what owns it without controlling it',
    { ...ours, involvedObject: { uid: 'c' }, related: { uid: 'other' } },
    false,
  ],
  ['of its scheduling', { reason: 'Scheduled', involvedObject: { uid: 'b' } }, false],
  [
    'a warning of the sidecar',
    { type: 'Warning', involvedObject: { uid: 'b', fieldPath: 'spec.initContainers{tracewell}' } },
    true,
  ],
  [
    'that the sidecar was started',
    { type: 'Normal', involvedObject: { uid: 'b', fieldPath: 'spec.initContainers{tracewell}' } },
    false,
  ],
])('an Event %s: %s', (_, event, isTold) => {
  expect(toldOf([event], pod)).toHaveLength(isTold ? 1 : 0);
});

it('the newest is last, by when it was seen last, and only a few are told', () => {
  const about = { ...ours, involvedObject: { uid: 'b' } };
  const events = [4, 1, 6, 3, 2, 5].map((minute) => ({ ...about, eventTime: at(minute) }));
  const again = { ...about, series: { count: 7, lastObservedTime: at(9) } };
  const told = toldOf([again, ...events], pod);
  expect(told.map((one) => one.at)).toEqual([at(3), at(4), at(5), at(6), at(9)]);
  expect(told.at(-1)).toMatchObject({ count: 7 });
});

it('of another pod it is said which', () => {
  const event = { ...ours, involvedObject: { uid: 'a', name: 'cart-a' }, related: { uid: 'rs' } };
  expect(toldOf([event], pod)).toEqual([
    { at: at(1), reason: 'Missed', message: 'no sidecar', count: 1, of: 'cart-a' },
  ]);
});
