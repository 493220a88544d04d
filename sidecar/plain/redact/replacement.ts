import { getBuiltinModule } from 'node:process';
import type { RedactionRule } from '../../../api/sidecar-config.ts';

/** Loaded when it is needed: it costs 2 MB. */
const crypto = () => getBuiltinModule('node:crypto');

/** 64 bits: equal values stay comparable, and a value is not found again without the key. */
const HASH_DIGITS = 16;

/** What stands in the place of something that was found. */
export type Replace = (found: Buffer) => string;

/**
 * The way in which a rule replaces. A keyed hash is that of the value alone: the signs within a card number or an IBAN do not
 * count, nor does the case of an e-mail address. Without a key it is the fixed text.
 */
export function replaceOf(rule: RedactionRule, id: string, key: Buffer | undefined): Replace {
  if (rule.with === 'SameLength') return (found) => '*'.repeat(charactersOf(found));
  if (rule.with === 'Text' || !key) return () => rule.replacement;
  return (found) => {
    const value = valueOf(rule, found.toString('utf8'));
    return `[${id}:${crypto().createHmac('sha256', key).update(value).digest('hex').slice(0, HASH_DIGITS)}]`;
  };
}

function valueOf({ builtin }: RedactionRule, text: string): string {
  if (builtin === 'card' || builtin === 'iban') return text.replace(/[ -]/g, '');
  return builtin === 'email' ? text.toLowerCase() : text;
}

function charactersOf(bytes: Buffer): number {
  return Array.from(bytes.toString('utf8')).length;
}
