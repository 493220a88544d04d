import { expect, it } from 'vitest';
import { isInjected, type Pod } from '../../operator/inject/pod.ts';
import { decide, type View } from '../../operator/inject/webhook.ts';
import { answerOf, parseReview, type Review } from '../../operator/inject/review.ts';
import { keepingLog } from '../../test/operator/log.ts';
import { ObjectStore, parsePath } from '../../test/operator/object-store.ts';
import { policyOf, SETTINGS, SURROUNDINGS } from '../../test/operator/objects.ts';
import { Reviews } from './reviews.ts';
import { fill } from './world.ts';

const SIZE = { namespaces: 4, policies: 6, pods: 400 };
const view: View = {
  policiesOf: () => [policyOf()],
  ...SURROUNDINGS,
  namespaceLabels: () => ({}),
  quotasOf: () => [],
  limitRangesOf: () => [],
  nodes: () => [],
  breakerOf: () => undefined,
};
const site = {
  ...SURROUNDINGS,
  view,
  log: keepingLog().log,
  now: () => new Date(0),
  onReview: () => {},
  isCanary: () => false,
};

it('asks about each pod twice, as the API server does, and then the pod is there in place of an older one', () => {
  const objects = new ObjectStore();
  fill(objects, SIZE, SETTINGS);
  const pods = () => objects.list(parsePath('/api/v1/pods')) as unknown as Pod[];
  const before = new Set(pods().map(({ metadata }) => metadata.name));
  const reviews = new Reviews(SIZE, objects);
  const asked = Array.from({ length: 164 }, (_, n) => {
    const review = parseReview(JSON.parse(reviews.bodyOf(n))) as Review;
    const { patch } = decide(review, site);
    reviews.onAnswer(n, JSON.stringify(answerOf(review.uid, patch, undefined)));
    return review.object.metadata.name!;
  });
  const again = asked.filter((name, n) => asked.indexOf(name) < n);
  expect([again.length, reviews.injected, reviews.unchanged]).toEqual([82, 77, 87]);
  const come = pods().filter(({ metadata }) => !before.has(metadata.name));
  expect(new Set(come.map(({ metadata }) => metadata.name))).toEqual(new Set(again));
  expect(come.filter(isInjected)).toHaveLength(77);
  expect(pods()).toHaveLength(SIZE.pods);
});
