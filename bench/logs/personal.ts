import type { Random } from './random.ts';

const DIGITS = '0123456789';
const LETTERS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ';
const BASE64URL = `${LETTERS}${LETTERS.toLowerCase()}${DIGITS}-_`;

/** Something that should not be in a log, made up, with what stands before it; one in ten is a card number that is none. */
export function personalData(random: Random): string {
  return random.pick(KINDS)(random);
}

const KINDS: readonly ((random: Random) => string)[] = [
  (random) => `mail ${random.pick(['ann.lee', 'bob+x', 'c_d'])}@${random.pick(['example.com', 'mail.example.co.uk'])}`,
  (random) => `from ${[0, 0, 0, 0].map(() => random.below(256)).join('.')}`,
  (random) => `from 2001:db8::${random.below(65_536).toString(16)}:${random.below(65_536).toString(16)}`,
  (random) => `card ${grouped(card(random), random)}`,
  (random) => `card ${broken(card(random))} no`,
  (random) => `iban ${iban(random)}`,
  (random) => `Authorization: Bearer ${random.text(BASE64URL, 40)}`,
  (random) => `jwt=eyJ${random.text(BASE64URL, 20)}.eyJ${random.text(BASE64URL, 60)}.${random.text(BASE64URL, 43)}`,
  (random) => `key AKIA${random.text(LETTERS, 16)}`,
  (random) => `to postgres://app:${random.text(BASE64URL, 12)}@db.example.com:5432/shop`,
];

/** A number of 16 digits whose last one is the check of ISO/IEC 7812-1, annex B. */
export function card(random: Random): string {
  const head = `4${random.text(DIGITS, 14)}`;
  let sum = 0;
  for (const [i, digit] of head.split('').entries()) {
    const value = Number(digit) * (i % 2 === 0 ? 2 : 1);
    sum += value > 9 ? value - 9 : value;
  }
  return `${head}${(10 - (sum % 10)) % 10}`;
}

/** A German account number with the check digits of ISO 13616. */
export function iban(random: Random): string {
  const account = random.text(DIGITS, 18);
  // "DE00" goes to the end, D is 13 and E is 14.
  const check = 98n - (BigInt(`${account}131400`) % 97n);
  return `DE${String(check).padStart(2, '0')}${account}`;
}

const grouped = (digits: string, random: Random): string => {
  const separator = random.pick(['', ' ', '-']);
  return digits.replaceAll(/(.{4})(?=.)/g, `$1${separator}`);
};

/** The same number with a check digit that is wrong. */
const broken = (digits: string): string => digits.slice(0, -1) + ((Number(digits.at(-1)) + 1) % 10);
