import { createHash } from 'node:crypto';
import { Body } from './plain/body.ts';
import { DocumentWriter, type Origin } from './plain/document.ts';
import type { RawRecord } from './plain/record.ts';

/** Under this name a rule's records are counted: 8 hex digits of SHA-256 over its condition. */
export const ruleId = (when: string): string => createHash('sha256').update(when).digest('hex').slice(0, 8);

export class DropRules {
  readonly #body = new Body();
  readonly #writer = new DocumentWriter(this.#body, () => new Date());
  constructor(rules: readonly { when: string }[]) {
    void rules;
  }
  ruleFor(record: RawRecord, origin: Origin): string | undefined {
    void record;
    void origin;
    return undefined;
  }
}
