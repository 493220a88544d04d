import { describe, expect, it } from 'vitest';
import { verifiedFinding } from './condition.ts';
import { FINDING_MS, type Finding } from './finding.ts';
import { NOTHING, Standing } from './standing.ts';

const HOUR = 3_600_000;
const finding = (changes: Partial<Finding> = {}): Finding => ({
  result: 'missing',
  of: { namespace: 'shop', pod: 'cart-0', container: 'cart', run: 0 },
  file: '0123456789abcdef01234567',
  policy: 'TracingPolicy.all',
  records: 3,
  bytes: 412,
  detail: '',
  at: 0,
  ...changes,
});
const of = { namespace: 'shop', policy: 'TracingPolicy.all' };

function worldOf() {
  const time = { now: 0 };
  return { time, standing: new Standing(() => time.now) };
}

describe('what the audit has come to', () => {
  it('counts each file once, as it was found last', () => {
    const { standing } = worldOf();
    standing.audited('a', of, { acknowledged: 10, found: 8 });
    standing.audited('b', of, { acknowledged: 5, found: 5 });
    standing.audited('a', of, { acknowledged: 20, found: 20 });
    standing.audited('c', { ...of, policy: undefined }, { acknowledged: 7, found: 7 });
    expect(standing.of('shop', of.policy)).toEqual({ files: 2, acknowledged: 25, found: 25 });
    expect([...standing.all()].map(({ policy }) => policy)).toEqual([of.policy, '']);
  });

  it('finds no more than was acknowledged: copies make up for nothing', () => {
    const { standing } = worldOf();
    standing.audited('a', of, { acknowledged: 10, found: 12 });
    standing.audited('b', of, { acknowledged: 10, found: 9 });
    expect(standing.of('shop', of.policy)).toEqual({ files: 2, acknowledged: 20, found: 19 });
  });

  it('forgets an audit after an hour, and a finding after a day', () => {
    const { time, standing } = worldOf();
    standing.audited('a', of, { acknowledged: 10, found: 8 });
    standing.find(finding());
    time.now = HOUR - 1;
    expect(standing.of('shop', of.policy).files).toBe(1);
    time.now = HOUR;
    expect(standing.of('shop', of.policy)).toEqual(NOTHING);
    expect([...standing.all()]).toEqual([]);
    time.now = FINDING_MS - 1;
    expect(standing.findings).toHaveLength(1);
    time.now = FINDING_MS;
    expect(standing.findings).toEqual([]);
  });

  it('keeps the youngest 300 findings', () => {
    const { standing } = worldOf();
    for (let i = 0; i < 400; i++) standing.find(finding({ file: String(i), at: i }));
    expect(standing.findings).toHaveLength(300);
    expect(standing.findings[0]!.file).toBe('100');
  });
});

describe('the condition Verified', () => {
  const audited = { files: 12, acknowledged: 100, found: 100 };
  it.each<[string, Parameters<typeof verifiedFinding>, string, string, string]>([
    ['nothing was audited', [NOTHING, [], undefined], 'Unknown', 'NotAudited', 'No file was audited'],
    ['nothing can be audited', [NOTHING, [], 'Cannot count'], 'Unknown', 'NotAudited', 'Cannot count'],
    ['all is proved', [audited, [], undefined], 'True', 'Proved', 'All 12 files'],
    ['one file is proved', [{ ...audited, files: 1 }, [], undefined], 'True', 'Proved', 'The file that was audited'],
    [
      'records are missing',
      [audited, [finding()], undefined],
      'False',
      'RecordsMissing',
      '3 records (412 bytes) of file 0123456789abcdef01234567 of pod shop/cart-0 (container cart, restart 0)',
    ],
    [
      'several things are wrong: what is missing comes first',
      [audited, [finding({ result: 'unproven', file: 'b' }), finding()], undefined],
      'False',
      'RecordsMissing',
      'One more file is not proved.',
    ],
    [
      'records are too many',
      [audited, [finding({ result: 'surplus' })], undefined],
      'False',
      'RecordsSurplus',
      'too many',
    ],
    ['copies stay', [audited, [finding({ result: 'doubled' })], undefined], 'False', 'RecordsDoubled', 'twice'],
    [
      'a seal is not there',
      [audited, [finding({ result: 'unproven' })], undefined],
      'False',
      'FilesUnproven',
      'The pod is gone',
    ],
  ])('when %s', (...row) => {
    const [, given, status, reason, words] = row;
    const condition = verifiedFinding(...given);
    expect(condition).toMatchObject({ type: 'Verified', status, reason });
    expect(condition.message).toContain(words);
  });
});
