/**
 * A query as plain data, the same for every target. `(a or b)` behind a field is spelled out, as Kibana does it: `level: (a or b)`
 * and `level: a or level: b` are the same tree. `and` and `or` have two nodes at least, and nest as the parentheses did.
 */
export type Node =
  | All
  | { readonly type: 'or' | 'and'; readonly nodes: readonly Node[] }
  | { readonly type: 'not'; readonly node: Node }
  | Leaf;

/** `*` and `*: *`: every record. */
export interface All {
  readonly type: 'all';
}

export type Leaf = Exists | Match | Range;

/** `field: *` */
export interface Exists {
  readonly type: 'exists';
  readonly field: Name;
}

/** `field: value`, or the value alone, which then any field may have. */
export interface Match {
  readonly type: 'match';
  readonly field?: Name;
  readonly value: Value;
}

/** `field >= bound` */
export interface Range {
  readonly type: 'range';
  readonly field: Name;
  readonly operator: RangeOperator;
  readonly bound: string;
}

export type RangeOperator = '<' | '<=' | '>' | '>=';

/** A field's whole name, dots and all, or a pattern of names. */
export type Name = { readonly type: 'name'; readonly text: string } | Wildcard;

export type Value = Word | Phrase | Wildcard;

/**
 * A value without quotes, escapes resolved, not empty. It may hold spaces: on full text its words are looked for one by one, any
 * of them will do; elsewhere it is compared as a whole.
 */
export interface Word {
  readonly type: 'word';
  readonly text: string;
}

/** A value in quotes: on full text its words are looked for in this order, one directly after the other. */
export interface Phrase {
  readonly type: 'phrase';
  readonly text: string;
}

/** A text with `*` in it, as what stands between: `a*b` is `['a', 'b']`, `*` is `['', '']`. Only the first and the last may be empty. */
export interface Wildcard {
  readonly type: 'wildcard';
  readonly parts: readonly string[];
}
