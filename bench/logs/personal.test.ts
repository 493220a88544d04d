import { expect, it } from 'vitest';
import { card, iban, personalData } from './personal.ts';
import { Random } from './random.ts';

const MANY = Array.from({ length: 500 }, (_, i) => new Random(i + 1));

/** By the table of doubled digits, from the right. */
function passesLuhn(digits: string): boolean {
  const doubled = [0, 2, 4, 6, 8, 1, 3, 5, 7, 9];
  const sum = digits
    .split('')
    .toReversed()
    .reduce((sum, d, i) => sum + (i % 2 === 1 ? doubled[Number(d)]! : Number(d)), 0);
  return sum % 10 === 0;
}

it('makes up card numbers that pass for real ones', () => {
  for (const random of MANY) expect(card(random)).toSatisfy(passesLuhn);
});

it('makes up account numbers that pass for real ones', () => {
  for (const random of MANY) {
    const [, check, account] = /^DE(\d\d)(\d{18})$/.exec(iban(random))!;
    expect(BigInt(`${account}1314${check}`) % 97n).toBe(1n);
  }
});

it('breaks the check digit of one kind of card number', () => {
  const said = Array.from({ length: 2_000 }, (_, i) => personalData(new Random(i * 7919 + 1)));
  const wrong = said.flatMap((text) => /^card (\d{16}) no$/.exec(text)?.[1] ?? []);
  expect(wrong.length).toBeGreaterThan(50);
  for (const digits of wrong) expect(digits).not.toSatisfy(passesLuhn);
});

it('comes in ten kinds', () => {
  const kinds = [
    /@/,
    /\d+\.\d+\.\d+\.\d+/,
    /2001:db8/,
    /card [\d -]+$/,
    /no$/,
    /iban DE/,
    /Bearer/,
    /jwt=/,
    /AKIA/,
    /postgres:/,
  ];
  const random = new Random(7);
  const said = Array.from({ length: 500 }, () => personalData(random));
  for (const kind of kinds) expect(said.filter((text) => kind.test(text)).length).toBeGreaterThan(10);
});
