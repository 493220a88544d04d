import { beforeAll, describe, expect, it } from 'vitest';
import { caPem, renew, type Certificates } from './certs.ts';
import { carries, isPublished, maySwitch, type Change, type Standing } from './trust.ts';

let old: Certificates;
let fresh: Certificates;
let foreign: Certificates;
beforeAll(async () => {
  const make = () => renew('renew all', undefined, ['a.svc'], new Date());
  [old, fresh, foreign] = await Promise.all([make(), make(), make()]);
});
const standingWith = (...bundles: Certificates[][]): Standing => ({
  webhooks: bundles.map((all) => ({ clientConfig: { caBundle: Buffer.from(caPem(...all)).toString('base64') } })),
});

describe('a webhook configuration carries an authority', () => {
  it('when every entry does', () => {
    expect(carries(standingWith([old, fresh], [fresh]), fresh.ca)).toBe(true);
    expect(carries(standingWith([old, fresh], [fresh]), old.ca)).toBe(false);
  });

  it('when it has no entry, so that nobody is asked', () => {
    expect([carries({ webhooks: [] }, fresh.ca), carries({}, fresh.ca)]).toEqual([true, true]);
  });

  it('not when there is none', () => {
    expect(carries(undefined, fresh.ca)).toBe(false);
  });

  it('not when an entry has no bundle at all', () => {
    expect(carries({ webhooks: [{}] }, fresh.ca)).toBe(false);
  });

  it('only with all of its certificates', () => {
    const both = `${old.ca}\n${fresh.ca}`;
    expect(carries(standingWith([old, fresh]), both)).toBe(true);
    expect(carries(standingWith([old]), both)).toBe(false);
  });
});

it('a bundle is published when it stands in every entry, and nothing else', () => {
  const bundle = caPem(old);
  expect(isPublished(standingWith([old], [old]), bundle)).toBe(true);
  expect(isPublished(standingWith([old], [old, fresh]), bundle)).toBe(false);
  expect(isPublished(undefined, bundle)).toBe(false);
});

describe('a new certificate takes the place of the served one', () => {
  const change = (more: Partial<Change>): boolean =>
    maySwitch({
      served: old,
      stored: fresh,
      fault: undefined,
      standing: standingWith([old, fresh]),
      publishedMs: 0,
      spreadMs: 1000,
      ...more,
    });

  it.each<[string, () => Partial<Change>, boolean]>([
    ['when nothing is served yet', () => ({ served: undefined, standing: undefined }), true],
    ['when it is of the same authority', () => ({ stored: { ...fresh, ca: old.ca }, standing: undefined }), true],
    ['when the served one is of no use any more', () => ({ fault: 'it ended', standing: undefined }), true],
    ['not before its authority is published', () => ({ standing: standingWith([old]), publishedMs: 9999 }), false],
    ['not when nobody knows what is published', () => ({ standing: undefined, publishedMs: 9999 }), false],
    ['not before its authority has come to everybody', () => ({ publishedMs: 999 }), false],
    ['when it has', () => ({ publishedMs: 1000 }), true],
    ['when only its authority is trusted', () => ({ standing: standingWith([fresh]) }), true],
    ['not when neither is', () => ({ standing: standingWith([foreign]), publishedMs: 9999 }), false],
  ])('%s', (_, more, expected) => {
    expect(change(more())).toBe(expected);
  });
});
