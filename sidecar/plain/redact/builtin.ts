import { REDACTIONS, type Redaction } from '../../../api/names.ts';
import { findBearer } from './bearer.ts';
import { findCard } from './card.ts';
import { findCloudKey } from './cloud-key.ts';
import { findEmail } from './email.ts';
import { findIban } from './iban.ts';
import { findIpv4, findIpv6 } from './ip-address.ts';
import { findJwt } from './jwt.ts';
import type { Find } from './span.ts';
import { findUrlPassword } from './url-password.ts';

/** What a built-in rule looks at, and how. */
export interface Builtin {
  /** Only these bytes are looked at: one of them stands in everything that the rule finds, or right beside it. */
  readonly triggers: string;
  /** These too, where no letter or digit stands before them. */
  readonly starts: string;
  readonly find: Find;
}

const DIGITS = '0123456789';
const CAPITALS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ';

export const BUILTIN: Readonly<Record<Redaction, Builtin>> = {
  bearer: { triggers: '', starts: 'bB', find: findBearer },
  jwt: { triggers: 'J', starts: '', find: findJwt },
  'cloud-key': { triggers: '_kK', starts: 'Ax', find: findCloudKey },
  'url-password': { triggers: ':=', starts: '', find: findUrlPassword },
  card: { triggers: '', starts: '23456', find: findCard },
  iban: { triggers: '', starts: CAPITALS, find: findIban },
  email: { triggers: '@', starts: '', find: findEmail },
  ipv4: { triggers: '', starts: DIGITS, find: findIpv4 },
  ipv6: { triggers: ':', starts: '', find: findIpv6 },
};

/** A bit for each built-in rule, as the engine takes them. */
export const kindOf = (name: Redaction): number => 1 << REDACTIONS.indexOf(name);
