import { fieldsOf } from '../kql/fields.ts';
import { parse } from '../kql/parse.ts';
import { predicate, type Predicate } from '../kql/predicate.ts';
import { Permanent } from '../runtime/errors.ts';
import { sha256 } from '../runtime/sha256.ts';

/** Under this name a rule's records are counted: 8 hex digits of SHA-256 over its condition. */
export const ruleId = (when: string): string => sha256(when).slice(0, 8);

interface Rule {
  id: string;
  isMet: Predicate;
}

/** Which records a policy leaves out. A condition sees just what would be stored: it is asked about the document itself. */
export class DropRules {
  readonly #rules: readonly Rule[];

  /** Throws `Permanent` with the condition that cannot be read. */
  constructor(conditions: readonly { when: string }[]) {
    this.#rules = conditions.map(({ when }, index) => ({ id: ruleId(when), isMet: conditionOf(when, index) }));
  }

  /** The first rule that leaves out the record of these two lines of a bulk body; undefined when it stays. */
  ruleFor(lines: Buffer): string | undefined {
    const document = lines.toString('utf8', lines.indexOf(NEWLINE) + 1);
    const fields = fieldsOf(JSON.parse(document) as object);
    return this.#rules.find(({ isMet }) => isMet(fields))?.id;
  }
}

const NEWLINE = 10;

function conditionOf(when: string, index: number): Predicate {
  try {
    return predicate(parse(when));
  } catch (error) {
    throw new Permanent(`logs.drop.${index}.when cannot be read`, { cause: error });
  }
}
