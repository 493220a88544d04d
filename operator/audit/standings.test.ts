import { beforeEach, describe, expect, it } from 'vitest';
import { podOf, policyOf, SURROUNDINGS } from '../../test/operator/objects.ts';
import type { Pod } from '../inject/pod.ts';
import { Standings } from './standings.ts';

let pods: Pod[];
let changes: number;
let exists: boolean;
let judged: number;
let standings: Standings;

beforeEach(() => {
  pods = [podOf({}, { name: 'cart-0' })];
  changes = 1;
  exists = true;
  judged = 0;
  standings = new Standings({
    podsOf: () => {
      judged++;
      return pods;
    },
    policiesOf: () => [policyOf('all')],
    surroundingsOf: () => (exists ? SURROUNDINGS : undefined),
    isOutdated: () => false,
    changesOf: () => changes,
  });
});

const names = (namespace = 'shop') => standings.of(namespace).map(({ pod }) => pod.metadata.name);

describe('how the pods of a namespace stand', () => {
  it('is judged once, however often it is asked for', () => {
    for (let i = 0; i < 3; i++) expect(names()).toEqual(['cart-0']);
    expect(judged).toBe(1);
  });

  it('is judged again after a change', () => {
    names();
    pods.push(podOf({}, { name: 'cart-1' }));
    changes++;
    expect(names()).toEqual(['cart-0', 'cart-1']);
  });

  it('is judged for each namespace by itself', () => {
    names('shop');
    names('bank');
    expect(judged).toBe(2);
  });

  it('is nothing in a namespace that is gone, and is judged anew in the next one of that name', () => {
    names();
    exists = false;
    changes++;
    expect(names()).toEqual([]);
    exists = true;
    changes--;
    expect(names()).toEqual(['cart-0']);
    expect(judged).toBe(2);
  });
});
