import type { Random } from './random.ts';

/** What goes wrong with one request between sidecar and Elasticsearch; times in milliseconds. */
export type Fault =
  | { readonly kind: 'none' }
  /** Elasticsearch has no room for some of the records, and does not get them. */
  | { readonly kind: 'items429'; readonly share: number }
  /** The whole request is refused, and Elasticsearch does not get it. */
  | { readonly kind: 'refused'; readonly status: 401 | 403 | 404 | 413 | 429 | 502 | 503; readonly retryAfter?: number }
  /** No answer, until the connection ends after a while, or `Infinity`: never; it may be stored. */
  | { readonly kind: 'silence'; readonly forward: boolean; readonly ms: number }
  /** The connection ends when so much of the request has come. */
  | { readonly kind: 'cutRequest'; readonly share: number }
  /** The connection ends when so much of the answer is out, or before any of it. */
  | { readonly kind: 'cutAnswer'; readonly share: number }
  /** An answer that comes piece by piece. */
  | { readonly kind: 'trickle'; readonly pieces: number; readonly ms: number }
  | { readonly kind: 'late'; readonly ms: number }
  /** Stored, and 200, but with a body that says nothing: HTML, half of the JSON, the wrong number of items, … */
  | { readonly kind: 'nonsense'; readonly form: Nonsense };

export type FaultKind = Exclude<Fault['kind'], 'none'>;
export type Status = Extract<Fault, { kind: 'refused' }>['status'];
export type Nonsense = keyof typeof NONSENSE;

/** How requests fare for a while: some of them meet a fault, each kind as often as its weight says. */
export interface Weather {
  readonly name: string;
  readonly chance: number;
  readonly faults: Readonly<Partial<Record<FaultKind, number>>>;
  /** The statuses of `refused`. */
  readonly statuses?: readonly Status[];
}

export const CALM: Weather = { name: 'calm', chance: 0, faults: {} };

export const WEATHERS: readonly Weather[] = [
  CALM,
  { name: 'busy', chance: 0.7, faults: { items429: 6, refused: 1, late: 1 }, statuses: [429, 503] },
  { name: 'broken wires', chance: 0.5, faults: { cutRequest: 3, cutAnswer: 4, silence: 1, trickle: 2 } },
  { name: 'bad proxy', chance: 0.5, faults: { nonsense: 4, refused: 3, late: 1 }, statuses: [413, 502, 503] },
  { name: 'outage', chance: 1, faults: { refused: 1 }, statuses: [503] },
  { name: 'bad key', chance: 1, faults: { refused: 1 }, statuses: [401] },
  { name: 'no privilege, no stream', chance: 1, faults: { refused: 1 }, statuses: [403, 404] },
  { name: 'slow', chance: 0.9, faults: { late: 3, trickle: 2 } },
  {
    name: 'everything',
    chance: 0.4,
    faults: { items429: 3, refused: 2, silence: 1, cutRequest: 1, cutAnswer: 2, trickle: 1, late: 1, nonsense: 2 },
    statuses: [413, 429, 502, 503],
  },
];

/** What meets the next request. */
export function drawFault({ chance, faults, statuses = [503] }: Weather, random: Random): Fault {
  return random.chance(chance) ? DRAW[random.weighted(faults)](random, statuses) : { kind: 'none' };
}

const DRAW: Record<FaultKind, (random: Random, statuses: readonly Status[]) => Fault> = {
  items429: (random) => ({ kind: 'items429', share: random.pick([0.05, 0.5, 0.95, 1]) }),
  refused: (random, statuses) => {
    const status = random.pick(statuses);
    const asksForPatience = (status === 429 || status === 503) && random.chance(0.3);
    return { kind: 'refused', status, ...(asksForPatience ? { retryAfter: 1 } : {}) };
  },
  silence: (random) => ({ kind: 'silence', forward: random.chance(0.5), ms: random.integer(200, 1500) }),
  cutRequest: (random) => ({ kind: 'cutRequest', share: random.pick([0, 0.1, 0.5, 0.9]) }),
  cutAnswer: (random) => ({ kind: 'cutAnswer', share: random.pick([0, 0.1, 0.5, 0.9]) }),
  trickle: (random) => ({ kind: 'trickle', pieces: random.integer(2, 12), ms: random.integer(5, 60) }),
  late: (random) => ({ kind: 'late', ms: random.integer(50, 700) }),
  nonsense: (random) => ({ kind: 'nonsense', form: random.pick(Object.keys(NONSENSE) as Nonsense[]) }),
};

/** Bodies that acknowledge nothing, made of one that would. */
export const NONSENSE = {
  html: () => '<html><body>It works!</body></html>',
  half: (good) => good.slice(0, good.length >> 1),
  empty: () => '',
  null: () => 'null',
  otherShape: () => JSON.stringify({ acknowledged: true, items: { length: 1 } }),
  tooFew: (good) => withItems(good, (items) => items.slice(1)),
  tooMany: (good) => withItems(good, (items) => [...items, items[0]]),
} satisfies Record<string, (good: string) => string>;

function withItems(good: string, change: (items: unknown[]) => unknown[]): string {
  const answer = JSON.parse(good) as { items: unknown[] };
  return JSON.stringify({ ...answer, items: change(answer.items) });
}
