import type { Name, Node, RangeOperator, Value } from './ast.ts';
import { Scanner } from './scanner.ts';
import { isStar } from './wildcard.ts';

/** The longest text that is read, in UTF-16 units. */
export const MAX_LENGTH = 16 * 1024;
/** How deep parentheses may stand inside each other. */
export const MAX_DEPTH = 64;

/**
 * Reads a query in Kibana's language, by the grammar of `@kbn/es-query` (elastic/kibana,
 * `packages/kbn-es-query/grammar/grammar.peggy`), in time linear to its length. Throws a KqlError.
 *
 * It differs where Kibana's answer would be of no use: an empty text, `null` as a value and nested fields (`items: { price > 1 }`)
 * are refused, and so is a wildcard as the bound of a range. And `cannot do` is a text, where Kibana sees a `not` at its end.
 */
export function parse(text: string): Node {
  return new Parser(new Scanner(text)).query();
}

class Parser {
  readonly #scanner: Scanner;
  #depth = 0;

  constructor(scanner: Scanner) {
    this.#scanner = scanner;
  }

  query(): Node {
    const scanner = this.#scanner;
    if (scanner.text.length > MAX_LENGTH) scanner.fail(`This is longer than ${MAX_LENGTH} characters`, MAX_LENGTH);
    scanner.spaces();
    if (scanner.isAtEnd) scanner.fail('There is nothing here. Every record is *');
    const node = this.#either();
    scanner.spaces();
    if (!scanner.isAtEnd) this.#unexpected();
    return node;
  }

  /** One or several with `or` between them; with `field`, of values of that field. */
  #either(field?: Name): Node {
    return this.#chain('or', () => this.#chain('and', () => this.#negated(field)));
  }

  #chain(type: 'and' | 'or', read: () => Node): Node {
    const nodes = [read()];
    while (this.#scanner.conjunction(type)) nodes.push(read());
    return nodes.length === 1 ? nodes[0]! : { type, nodes };
  }

  #negated(field?: Name): Node {
    return this.#scanner.negation() ? { type: 'not', node: this.#operand(field) } : this.#operand(field);
  }

  #operand(field?: Name): Node {
    if (this.#scanner.next === '(') return this.#group(field);
    return field === undefined ? this.#expression() : this.#match(field);
  }

  #group(field?: Name): Node {
    const scanner = this.#scanner;
    const opening = scanner.at;
    if (++this.#depth > MAX_DEPTH) scanner.fail(`Parentheses stand in each other more than ${MAX_DEPTH} deep`);
    scanner.character('(');
    scanner.spaces();
    const node = this.#either(field);
    scanner.spaces();
    if (scanner.isAtEnd) scanner.fail('This parenthesis is never closed', opening);
    if (!scanner.character(')')) this.#unexpected();
    this.#depth--;
    return node;
  }

  /** `field: value`, `field >= bound`, or a value alone. */
  #expression(): Node {
    const scanner = this.#scanner;
    const start = scanner.at;
    const value = scanner.value() ?? this.#missing('a field or a value');
    const operator = scanner.operator();
    if (operator === undefined) return this.#leaf(undefined, value, start);
    const field: Name = value.type === 'wildcard' ? value : { type: 'name', text: value.text };
    if (operator !== ':') return this.#range(field, operator);
    if (scanner.next === '{') scanner.fail('There are no nested fields here: write the whole name, items.price > 1');
    if (/[<>]/.test(scanner.next)) scanner.fail('A range has no colon: status >= 500');
    return scanner.next === '(' ? this.#group(field) : this.#match(field);
  }

  #range(field: Name, operator: RangeOperator): Node {
    const start = this.#scanner.at;
    const bound = this.#scanner.value() ?? this.#missing('a value');
    if (bound.type === 'wildcard') this.#scanner.fail('A range has no wildcards', start);
    this.#refuseNull(start);
    return { type: 'range', field, operator, bound: bound.text };
  }

  #match(field: Name): Node {
    const start = this.#scanner.at;
    return this.#leaf(field, this.#scanner.value() ?? this.#missing('a value'), start);
  }

  #leaf(field: Name | undefined, value: Value, start: number): Node {
    this.#refuseNull(start);
    if (isAnything(value)) {
      return field === undefined || isAnything(field) ? { type: 'all' } : { type: 'exists', field };
    }
    return field === undefined ? { type: 'match', value } : { type: 'match', field, value };
  }

  /** For Elasticsearch a query with `null` in it is an error. */
  #refuseNull(start: number): void {
    const { text, at } = this.#scanner;
    if (text.slice(start, at).trim() !== 'null') return;
    this.#scanner.fail('null finds nothing: write not field: * for a missing field, "null" for the word', start);
  }

  #missing(what: string): never {
    const scanner = this.#scanner;
    if (scanner.isAtEnd) scanner.fail(`Expected ${what}, but the text ends here`);
    const { at } = scanner;
    if (scanner.negation()) scanner.fail('A second not, or one behind a colon, needs parentheses', at);
    return scanner.fail(`Expected ${what}, not ${scanner.next}`);
  }

  #unexpected(): never {
    const scanner = this.#scanner;
    const { next, at } = scanner;
    if (next === ')') scanner.fail('This parenthesis closes nothing');
    if (scanner.negation()) scanner.fail('Expected and or or before not', at);
    const cure = /[():<>"{}]/.test(next)
      ? `; in a value ${next} is written \\${next}, or the value stands in quotes`
      : '';
    return scanner.fail(`Expected and, or, or the end${cure}`);
  }
}

const isAnything = (value: Name | Value): boolean => value.type === 'wildcard' && isStar(value);
