import type { Characters } from './characters.ts';
import type { Edge, Pattern } from './syntax.ts';

/**
 * One step of a pattern. `one` takes a character and goes on to `next`; an edge takes none; a fork goes both ways; `found` is
 * the end.
 */
export type Step =
  | { readonly kind: 'one'; readonly of: Characters; next: number }
  | { readonly kind: 'edge'; readonly edge: Edge; next: number }
  | { readonly kind: 'fork'; next: number; other: number }
  | { readonly kind: 'found' };

/** A pattern as steps; the first is `start`. It is Thompson's construction, built from the end backwards. */
export interface Program {
  readonly steps: readonly Step[];
  readonly start: number;
}

/** The program of a pattern; undefined when it has more than `most` steps. */
export function compile(pattern: Pattern, most: number): Program | undefined {
  const compiler = new Compiler(most);
  const found = compiler.add({ kind: 'found' });
  const start = compiler.compile(pattern, found);
  return compiler.overflown ? undefined : { steps: compiler.steps, start };
}

class Compiler {
  readonly steps: Step[] = [];
  overflown = false;
  readonly #most: number;

  constructor(most: number) {
    this.#most = most;
  }

  add(step: Step): number {
    this.overflown ||= this.steps.length >= this.#most;
    return this.steps.push(step) - 1;
  }

  /** Adds the steps of a pattern which lead to `next`; returns the first of them. */
  compile(pattern: Pattern, next: number): number {
    if (this.overflown) return next;
    const { kind } = pattern;
    if (kind === 'one') return this.add({ kind, of: pattern.of, next });
    if (kind === 'edge') return this.add({ kind, edge: pattern.edge, next });
    if (kind === 'all') return pattern.parts.reduceRight((after, part) => this.compile(part, after), next);
    if (kind === 'repeat') return this.#repeat(pattern, next);
    const options = pattern.options.map((option) => this.compile(option, next));
    return options.reduceRight((other, option) => this.add({ kind: 'fork', next: option, other }));
  }

  /** `x{2,4}` is `xx(x(x)?)?`, `x{2,}` is `xxx*`. */
  #repeat({ part, least, most }: Pattern & { kind: 'repeat' }, next: number): number {
    let at = next;
    if (most === Infinity) {
      const loop: Step & { kind: 'fork' } = { kind: 'fork', next, other: next };
      at = this.add(loop);
      loop.next = this.compile(part, at);
    } else {
      for (let i = least; i < most && !this.overflown; i++) {
        at = this.add({ kind: 'fork', next: this.compile(part, at), other: next });
      }
    }
    for (let i = 0; i < least && !this.overflown; i++) {
      const first = this.compile(part, at);
      // The part is empty, and as often as one likes.
      if (first === at) break;
      at = first;
    }
    return at;
  }
}
