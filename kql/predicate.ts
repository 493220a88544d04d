import type { Leaf, Name, Node } from './ast.ts';
import { dateOf } from './date.ts';
import { KqlError } from './error.ts';
import type { Fields } from './fields.ts';
import { matcherOf, matcherOfAny } from './match.ts';
import { anything, holds } from './matcher.ts';
import type { Matcher } from './matcher.ts';
import { print } from './print.ts';
import { rangeMatcher } from './range.ts';
import { matchesWildcard } from './wildcard.ts';

/** Whether a record is one that the query finds. */
export type Predicate = (fields: Fields) => boolean;

/**
 * The query as a question to one record. It finds what Kibana finds in our streams, so that a condition can be tried out there,
 * but for this: a record's own JSON types count, where an index has one type for a field (see `holds`), and what Elasticsearch
 * refuses to compare, such as a number with a word, is not found.
 *
 * Throws a KqlError for what can never be found: a date that is none, date mathematics, a wildcard in a date. Its text is that
 * part of the query alone.
 */
export function predicate(node: Node): Predicate {
  switch (node.type) {
    case 'all':
      return () => true;
    case 'and': {
      const predicates = node.nodes.map(predicate);
      return (fields) => predicates.every((inner) => inner(fields));
    }
    case 'or': {
      const predicates = node.nodes.map(predicate);
      return (fields) => predicates.some((inner) => inner(fields));
    }
    case 'not': {
      const inner = predicate(node.node);
      return (fields) => !inner(fields);
    }
    case 'exists':
      return exists(node.field);
    case 'match':
      refuseDate(node, node.value.type === 'wildcard' ? undefined : node.value.text);
      return node.field === undefined
        ? inSomeField(() => true, matcherOfAny(node.value))
        : inField(node.field, matcherOf(node.value));
    case 'range':
  }
  refuseDate(node, node.bound);
  return inField(node.field, rangeMatcher(node));
}

function inField(field: Name, matcher: Matcher): Predicate {
  if (field.type === 'wildcard') return inSomeField((name) => matchesWildcard(field, name), matcher);
  const { text: name } = field;
  return (fields) => holds(matcher, name, fields.get(name));
}

function inSomeField(isMeant: (name: string) => boolean, matcher: Matcher): Predicate {
  return (fields) => {
    for (const [name, value] of fields.entries()) if (isMeant(name) && holds(matcher, name, value)) return true;
    return false;
  };
}

/** An object exists by a field inside it. */
function exists(field: Name): Predicate {
  if (field.type === 'wildcard') return inField(field, anything);
  const { text: name } = field;
  return (fields) => {
    for (const [inside, value] of fields.entries(name)) if (holds(anything, inside, value)) return true;
    return false;
  };
}

function refuseDate(leaf: Leaf, text: string | undefined): void {
  if (leaf.field?.type !== 'name' || leaf.field.text !== '@timestamp') return;
  if (text !== undefined && dateOf(text) !== undefined) return;
  const printed = print(leaf);
  const message =
    'Expected a date such as 2026-01-31 or "2026-01-31T12:00:00Z": no pattern, no mathematics such as now-1d';
  throw new KqlError(message, printed, printed.indexOf(' ', '@timestamp '.length) + 1);
}
