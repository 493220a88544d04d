import { createHash } from 'node:crypto';
import { fieldsOf } from '../kql/fields.ts';
import { parse } from '../kql/parse.ts';
import { predicate, type Predicate } from '../kql/predicate.ts';
import { Permanent } from '../runtime/errors.ts';
import { Body } from './plain/body.ts';
import { DocumentWriter, type Origin } from './plain/document.ts';
import type { RawRecord } from './plain/record.ts';

/** Under this name a rule's records are counted: 8 hex digits of SHA-256 over its condition. */
export const ruleId = (when: string): string => createHash('sha256').update(when).digest('hex').slice(0, 8);

interface Rule {
  id: string;
  isMet: Predicate;
}

/** Which records a policy leaves out. A condition sees just what would be stored: it is asked about the document itself. */
export class DropRules {
  readonly #rules: readonly Rule[];
  readonly #body = new Body();
  readonly #writer: DocumentWriter;

  /** Throws `Permanent` with the condition that cannot be read. `now`: of lines without a stamp. */
  constructor(conditions: readonly { when: string }[], now: () => Date) {
    this.#rules = conditions.map(({ when }, index) => ({ id: ruleId(when), isMet: conditionOf(when, index) }));
    this.#writer = new DocumentWriter(this.#body, now);
  }

  /** The first rule that leaves the record out; undefined when it stays. */
  ruleFor(record: RawRecord, origin: Origin): string | undefined {
    const body = this.#body;
    body.length = 0;
    this.#writer.write(record, origin);
    // What is replaced counts when the record is written to be sent.
    origin.redactor?.hits.clear();
    const document = body.bytes.indexOf(NEWLINE) + 1;
    const fields = fieldsOf(JSON.parse(body.bytes.toString('utf8', document, body.length)) as object);
    const rule = this.#rules.find(({ isMet }) => isMet(fields))?.id;
    body.length = 0;
    body.shrink();
    return rule;
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
