import { ALNUM, DIGIT, LINK, UPPER, byteAt, isAt, isBefore, type Find } from './span.ts';

/** Length of an account number by country (SWIFT, "IBAN Registry"). */
const LENGTHS =
  'AD24 AE23 AL28 AT20 AZ28 BA20 BE16 BG22 BH22 BI27 BR29 BY28 CH21 CR22 CY28 CZ24 DE22 DJ27 DK18 DO28 EE20 EG29 ES24 ' +
  'FI18 FK18 FO18 FR27 GB22 GE22 GI23 GL18 GR27 GT28 HN28 HR21 HU28 IE22 IL23 IQ23 IS26 IT27 JO30 KW30 KZ20 LB28 LC32 ' +
  'LI21 LT20 LU20 LV21 LY25 MC27 MD24 ME22 MK19 MN20 MR27 MT31 MU30 NI28 NL18 NO15 OM23 PK24 PL28 PS29 PT25 QA29 RO24 ' +
  'RS22 RU33 SA24 SC31 SD18 SE24 SI19 SK24 SM27 SO23 ST25 SV28 TL23 TN24 TR26 UA29 VA22 VG24 XK20 YE30';
/** By country, its two letters as a number of base 26. */
const LENGTH = new Uint8Array(26 * 26);
for (const entry of LENGTHS.split(' '))
  LENGTH[country(entry.charCodeAt(0), entry.charCodeAt(1))] = Number(entry.slice(2));

function country(first: number, second: number): number {
  return (first - 65) * 26 + second - 65;
}

/** An IBAN (ISO 13616), from its first letter: plain, or in groups of four with a space or dash between them. */
export const findIban: Find = (text, from, place) => {
  const { bytes } = text;
  if (!isAt(text, from + 1, UPPER) || !isAt(text, from + 2, DIGIT)) return false;
  const length = LENGTH[country(bytes[from]!, bytes[from + 1]!)]!;
  if (length === 0 || isBefore(text, from, ALNUM | LINK)) return false;
  const sign = byteAt(text, from + 4);
  const gap = sign === 32 || sign === 45 ? sign : -1;
  let to = from;
  let rest = 0;
  for (let count = 0; count < length; count++, to++) {
    if (gap > 0 && count > 0 && count % 4 === 0 && byteAt(text, to++) !== gap) return false;
    if (!isAt(text, to, count < 4 && count > 1 ? DIGIT : DIGIT | UPPER)) return false;
    // The country and the check digits count last (ISO 7064, MOD 97-10).
    if (count >= 4) rest = after(rest, bytes[to]!);
  }
  if (isAt(text, to, ALNUM | LINK)) return false;
  for (let i = 0; i < 4; i++) rest = after(rest, bytes[from + i]!);
  if (rest !== 1) return false;
  place.from = from;
  place.to = to;
  place.next = to;
  return true;
};

/** The remainder by 97 with one more character: a digit, or a letter as 10 to 35. */
function after(rest: number, byte: number): number {
  return byte < 65 ? (rest * 10 + byte - 48) % 97 : (rest * 100 + byte - 55) % 97;
}
