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
  readonly find: Find;
}

export const BUILTIN: Readonly<Record<Redaction, Builtin>> = {
  bearer: { triggers: 'bB', find: findBearer },
  jwt: { triggers: 'J', find: findJwt },
  'cloud-key': { triggers: 'A_xkK', find: findCloudKey },
  'url-password': { triggers: ':=', find: findUrlPassword },
  card: { triggers: '23456', find: findCard },
  iban: { triggers: '0123456789', find: findIban },
  email: { triggers: '@', find: findEmail },
  ipv4: { triggers: '0123456789', find: findIpv4 },
  ipv6: { triggers: ':', find: findIpv6 },
};

/** A bit for each built-in rule, as the engine takes them. */
export const kindOf = (name: Redaction): number => 1 << REDACTIONS.indexOf(name);
