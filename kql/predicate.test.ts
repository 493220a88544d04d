import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { KqlError } from './error.ts';
import { fieldsOf } from './fields.ts';
import type { Fields } from './fields.ts';
import { parse } from './parse.ts';
import { predicate } from './predicate.ts';

const RECORD = {
  '@timestamp': '2026-01-31T12:00:00.000000001Z',
  message: 'Payment refused: card expired (user_id=42)',
  'log.level': 'error',
  'log.offset': 100,
  error: { message: 'Card declined' },
  'error.stack_trace': 'CardError: declined\n\tat Shop.pay',
  'http.response.status_code': 402,
  kubernetes: { namespace: 'shop', pod: { name: 'cart-7d4b' } },
  app: {
    status: 402,
    ratio: -0.5,
    paid: false,
    user: 'Ada L',
    empty: '',
    none: null,
    tags: ['new', 'vip'],
    list: [1, [20, 300]],
    emoji: '😀',
    'http.path': '/a b/c',
    kept: 'k'.repeat(1024),
    long: 'k'.repeat(1025),
    '@timestamp': 'now-1d',
    message: 'two Words',
  },
};
const finds = (condition: string, record: object = RECORD) => predicate(parse(condition))(fieldsOf(record));

describe('predicate', () => {
  it.each([
    // Full text.
    ['message: PAYMENT', true],
    ['message: pay', false],
    ['error.message: card', true],
    ['error.stack_trace: "shop.pay"', true],
    ['http.response.status_code >= 400', true],
    ['message: "card refused"', false],
    ['message: "refused CARD Expired"', true],
    ['message: "refused card-expired"', true],
    ['message: "Payment card"', false],
    ['message: "---"', false],
    ['message: --- ', false],
    ['message: pay*', true],
    ['message: *MENT', true],
    ['message: *a*', true],
    ['message: pay*refused', false],
    ['message: x* refused', true],
    ['message: x* refus', false],
    ['message: x* *', true],
    ['message > v', false],
    ['message >= user_id', true],
    ['message > A', true],
    ['message < "4"', false],
    ['message <= "42"', true],
    // Keywords.
    ['app.user: Ada L', true],
    ['app.user: "Ada L"', true],
    ['app.user: ada l', false],
    ['app.user: Ada', false],
    ['app.user: *a L', true],
    ['app.user: *a x', false],
    ['app.user: a*', false],
    ['app.user >= Ada', true],
    ['app.user < Adb', true],
    ['app.user < ABC', false],
    ['app.emoji > \uffff', true],
    ['app.http.path: /a b/c', true],
    ['app.message: two', false],
    ['app.message: two W*', true],
    ['app.empty: ""', true],
    ['app.kept: *', true],
    ['app.kept: k*', true],
    ['app.long: k*', false],
    ['app.long: *', false],
    ['app.@timestamp: now-1d', true],
    // Numbers.
    ['app.status: 402.0', true],
    ['app.status: "402"', true],
    ['app.status: +4.02e2', true],
    ['app.status: 0x192', false],
    ['app.status: 4*', false],
    ['app.status: many', false],
    ['app.status > many', false],
    ['app.status <= many', false],
    ['app.status < 402', false],
    ['app.status <= 402', true],
    ['app.ratio > -1', true],
    ['app.ratio >= -.5', true],
    ['app.list: 300', true],
    ['app.list > 20 and app.list < 2', true],
    ['app.list: 2', false],
    // Truth values.
    ['app.paid: false', true],
    ['app.paid: "false"', true],
    ['app.paid: FALSE', false],
    ['app.paid: f*', false],
    ['app.paid >= false', false],
    // Presence.
    ['app.none: *', false],
    ['app.nothing: *', false],
    ['app.empty: *', true],
    ['app.http: *', true],
    ['app.htt: *', false],
    ['kubernetes.pod: *', true],
    ['kubernetes.job: *', false],
    ['app.n*: *', false],
    ['app.t*: *', true],
    // Dates.
    ['@timestamp: "2026-01-31T12:00:00.000000001Z"', true],
    ['@timestamp: "2026-01-31T12:00:00.000000002Z"', false],
    ['@timestamp: "2026-01-31T12:00:00"', true],
    ['@timestamp > "2026-01-31T12:00:00.000000001Z"', false],
    ['@timestamp >= "2026-01-31T12:00:00.000000001Z"', true],
    ['@timestamp > "2026-01-31T12:00:00"', false],
    ['@timestamp >= 2026-01-31', true],
    ['@timestamp < 2026-01-31', false],
    ['@timestamp <= 2026-01-31', true],
    ['@timestamp: *', true],
    ['*time*: 2026-01-31', true],
    ['*time*: never', false],
    ['*time* >= never', true],
    // Any field.
    ['cart-7d4b', true],
    ['"cart-7d4b"', true],
    ['cart', false],
    ['42', true],
    ['4', false],
    ['402', true],
    ['100', true],
    ['expired today', true],
    ['Ada L', true],
    ['2026-01-31', true],
    ['cart*', true],
    ['x* Ada L', true],
    ['x* Ada y* L', false],
    ['x* 402', true],
    ['x* 2026-01-31', true],
    ['x* false', true],
    ['zzz', false],
    ['* zzz', true],
    // Patterns of names.
    ['kubernetes.*: shop', true],
    ['*.name: shop', false],
    ['app.* > 400', true],
    ['*: refused', true],
    ['*: (vip and not old)', true],
  ])('%s: %s', (condition, expected) => {
    expect(finds(condition)).toBe(expected);
  });

  it('puts answers together as logic does', () => {
    const { tree } = fc.letrec<{ tree: [string, boolean] }>((tie) => ({
      tree: fc.oneof(
        { maxDepth: 4 },
        fc.boolean().map((value): [string, boolean] => [value ? 'a: 1' : 'a: 2', value]),
        tie('tree').map(([text, value]): [string, boolean] => [`not (${text})`, !value]),
        fc.tuple(tie('tree'), tie('tree')).map(([[a, x], [b, y]]): [string, boolean] => [`(${a}) and (${b})`, x && y]),
        fc.tuple(tie('tree'), tie('tree')).map(([[a, x], [b, y]]): [string, boolean] => [`(${a}) or (${b})`, x || y]),
      ),
    }));
    fc.assert(
      fc.property(tree, ([text, value]) => {
        expect(finds(text, { a: 1 })).toBe(value);
      }),
    );
  });

  it('of ranges and equality exactly one holds for a number', () => {
    fc.assert(
      fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), fc.integer(), (a, bound) => {
        const answers = ['a < ', 'a: ', 'a > '].map((start) => finds(start + bound, { a }));
        expect(answers.filter(Boolean)).toHaveLength(1);
      }),
    );
  });

  it('asks for no other field than the one that is named', () => {
    const asked: string[] = [];
    const fields: Fields = {
      get(name) {
        asked.push(name);
        return name === 'log.level' ? 'debug' : undefined;
      },
      entries(within) {
        if (within === undefined) throw new Error('asked for everything');
        return within === 'app.cart' ? [['app.cart.id', 1]] : [];
      },
    };
    expect(predicate(parse('log.level: debug or app.user: ada'))(fields)).toBe(true);
    expect(predicate(parse('app.status > 5 and log.level: debug'))(fields)).toBe(false);
    expect(predicate(parse('app.cart: * and not app.user: *'))(fields)).toBe(true);
    expect(asked).toEqual(['log.level', 'app.status']);
  });

  it.each([
    ['@timestamp >= now-1d', '@timestamp >= now-1d', 14],
    ['log.level: debug and not (@timestamp: "2026-01-31||/d")', '@timestamp: "2026-01-31||/d"', 12],
    ['@timestamp: 2026*', '@timestamp: 2026*', 12],
  ])('refuses %s', (condition, text, offset) => {
    let error: unknown;
    try {
      finds(condition);
    } catch (thrown) {
      error = thrown;
    }
    expect(error).toBeInstanceOf(KqlError);
    expect(error).toMatchObject({ text, offset });
  });
});
