import { criLine } from '../sidecar/cri.ts';

/** Applications that share a stream, and agree on nothing but a few names. */
export const APPLICATIONS = 50;
/** Fields of its own that each has, together twice as many as an index maps. */
const OWN_FIELDS = 40;

export interface Application {
  readonly container: string;
  /** JSON, as the application writes it. */
  readonly lines: readonly string[];
}

/** What the numbers of `app.elapsed` come to, which every application writes as a number. */
export const ELAPSED = {
  from: 10,
  below: 20,
  count: 10,
  sum: (APPLICATIONS * (APPLICATIONS - 1)) / 2 + APPLICATIONS * 25.5,
};

const nested = (depth: number) => `${'{"deep":'.repeat(depth)}1${'}'.repeat(depth)}`;
const own = (n: number) => Object.fromEntries(Array.from({ length: OWN_FIELDS }, (_, i) => [`own_${n}_${i}`, i]));

/** One value each for names that they share, of another kind in each; the same in every run. */
const CLASHES: readonly unknown[] = [
  1,
  1.5,
  'text',
  true,
  null,
  '2026-01-02T03:04:05Z',
  '10.0.0.7',
  { id: 1, name: 'a' },
  { id: 'a', 'name.first': { y: [] } },
  [1, 'a', { z: null }, [2]],
  [],
  {},
  -0,
  1e300,
  '9'.repeat(400),
  'é'.repeat(2_000),
];

/** Lines that are hostile by themselves. Some are refused as JSON, and are to be stored as text. */
const HOSTILE: readonly string[] = [
  '{"msg":"a key twice","x":1,"x":2}',
  '{"msg":"an empty key","":1}',
  '{"msg":"a blank key"," ":1}',
  `{"msg":"digits","x":${'9'.repeat(1_100)}}`,
  '{"msg":"half a pair","x":"\\ud800"}',
  '{"msg":"dots","x..y":1,".x":1,"x.":1,".":1}',
  '{"msg":"keys of the store","_id":1,"_source":"a","@timestamp":"no","type":"nested","properties":{},"enabled":false}',
  '{"msg":"any script","ключ":"да","💥":1,"a b":1,"__proto__":1,"*":1}',
  '{"msg":"not a number","x":1e400}',
  `{"msg":"deep","x":${nested(60)}}`,
  `{"msg":"deeper","x":${nested(80)}}`,
  `{"msg":"a list of lists","x":${'['.repeat(30)}1${']'.repeat(30)}}`,
  `{"msg":"long","x":"${'x'.repeat(40_000)}"}`,
];

/** Fifty applications: each writes two numbers of its own, values that clash with those of the others, fields that nobody else has, and something hostile. */
export function applications(): Application[] {
  return Array.from({ length: APPLICATIONS }, (_, n) => {
    const value = (shift: number) => CLASHES[(n + shift) % CLASHES.length];
    const line = (more: object) => JSON.stringify({ msg: `from application ${n}`, ...more });
    return {
      container: `app-${n}`,
      lines: [
        line({ elapsed: n, name: `application-${n}` }),
        line({ elapsed: 25.5, user: value(0), status: value(3), request: { user: value(5), id: value(7) } }),
        line({ user: value(8), 'user.name': value(9), status: { code: value(2) }, 'request.user': value(4) }),
        line({ items: [value(1), { sku: value(6), price: value(10) }], context: { [`key-${n}`]: value(11) } }),
        line(own(n)),
        HOSTILE[n % HOSTILE.length]!,
        // A number elsewhere, and here it is not.
        line({ late: true, ...(n % 7 === 0 ? { elapsed: 'soon' } : { took: { elapsed: 'soon' } }) }),
      ],
    };
  });
}

/** A container's log file. */
export const logOf = ({ lines }: Application): string => lines.map((line) => criLine(line)).join('');
