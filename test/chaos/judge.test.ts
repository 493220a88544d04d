import { describe, expect, it } from 'vitest';
import { freshCheckpoint, type Checkpoint, type Sums } from '../../sidecar/source/checkpoint.ts';
import { LANES } from '../../sidecar/source/lane.ts';
import { judge, type Evidence, type Stored } from './judge.ts';
import type { WrittenFile, WrittenLine } from './written.ts';

const ID = '0123456789abcdef01234567';
const STAMP = '2026-01-02T03:04:05.678901234Z';
const INDEX = '.ds-logs-tracewell-shop-000001';
const NEXT_INDEX = '.ds-logs-tracewell-shop-000002';

type Part = Partial<Pick<WrittenLine, 'lane' | 'more' | 'isDebug'>> & { readonly text: string };

/** A file of these lines; one that nobody removed. */
function fileOf(parts: readonly Part[], more: Partial<WrittenFile> = {}): WrittenFile {
  let size = 0;
  const lines = parts.map(({ text, lane = 0, ...rest }): WrittenLine => {
    const stamp = lane === 2 ? undefined : STAMP;
    const bytes = (stamp ? STAMP.length + ' stdout F '.length : 0) + text.length + 1;
    const line = { offset: size, bytes, lane, stamp, text: Buffer.from(text), more: false, isDebug: false, ...rest };
    size += bytes;
    return line;
  });
  return { id: ID, container: 'cart', run: 0, lines, size, createdAt: 0, removedAt: undefined, ...more };
}

/** The document of some lines, as the sidecar makes it of plain text. */
function documentOf(file: WrittenFile, lines: readonly WrittenLine[], message?: string): Stored {
  const [{ offset, lane, stamp, text }] = lines as [WrittenLine];
  const bytes = lines.reduce((sum, line) => sum + line.bytes, 0);
  return {
    index: INDEX,
    id: `${file.id}.${offset}.${bytes}`,
    source: {
      '@timestamp': stamp ?? STAMP,
      ...(lane === 2 ? {} : { stream: LANES[lane] }),
      message: message ?? text.toString(),
      'log.offset': offset,
      tracewell: { file: file.id, bytes, format: lane === 2 ? 'unframed' : 'text' },
      kubernetes: { namespace: 'shop', pod: { name: 'cart-0' }, container: { name: 'cart' } },
      'host.name': 'node-1',
    },
  };
}

function sumsOf(documents: readonly Stored[]): Sums {
  const offsets = documents.reduce((sum, { source }) => sum + BigInt(source['log.offset']), 0n);
  const bytes = documents.reduce((sum, { source }) => sum + source.tracewell.bytes, 0);
  return { records: documents.length, bytes, offsets };
}

const PARTS: readonly Part[] = [
  { text: 'first' },
  { text: 'begun on stdout, ', more: true },
  { text: 'on stderr', lane: 1 },
  { text: 'and ended' },
  { text: 'no header', lane: 2 },
  { text: 'last' },
];
const FILE = fileOf(PARTS);
const [FIRST, BEGUN, ERROR, ENDED, BARE, LAST] = FILE.lines as [WrittenLine, ...WrittenLine[]] as WrittenLine[];
const DOCUMENTS = [
  documentOf(FILE, [FIRST!]),
  documentOf(FILE, [BEGUN!, ENDED!], 'begun on stdout, and ended'),
  documentOf(FILE, [ERROR!]),
  documentOf(FILE, [BARE!]),
  documentOf(FILE, [LAST!]),
];

/** Evidence in which all is well, but for what is changed; sums are those of the documents before the change. */
function evidence(
  changes: Partial<Evidence> & { readonly checkpoint?: Partial<Checkpoint>; readonly seal?: object } = {},
) {
  const { checkpoint: changed, seal: changedSeal, ...rest } = changes;
  const { id: file, size, container, run } = FILE;
  const none = { records: 0, bytes: 0, offsets: 0n };
  const said = { size, stored: sumsOf(DOCUMENTS), deadLettered: none, discarded: none, lost: {} };
  const fresh = freshCheckpoint({ file, container, run, generation: 0 });
  const lanes = [size, size, size] as const;
  const checkpoint = { ...fresh, ...said, unframed: 1, lanes, ended: true, ...changed };
  const snapshot = { when: 'at the end', checkpoints: [checkpoint], damaged: [], acknowledged: new Map([[ID, 5]]) };
  return {
    files: [FILE],
    documents: DOCUMENTS,
    deadLetters: [],
    seals: [{ id: `${file}.${said.size}.seal`, file, ...said, ...changedSeal }],
    starts: ['cart/0'],
    snapshots: [snapshot],
    lives: [{ from: 0, to: 60_000, wasTold: true, isClean: true }],
    rules: [{ multiline: 'Off', recordBytes: 1024, heldBytes: 1_048_576, drop: [] }],
    clockWasRight: true,
    diskWasFull: false,
    ...rest,
  } satisfies Evidence;
}

const SEALS = evidence().seals;
const without = (index: number) => DOCUMENTS.toSpliced(index, 1);
const changed = (index: number, source: object) =>
  DOCUMENTS.with(index, { ...DOCUMENTS[index]!, source: { ...DOCUMENTS[index]!.source, ...source } });
const copy = { ...DOCUMENTS[0]!, index: NEXT_INDEX };

describe('the judge', () => {
  it('finds nothing wrong where all is well', () => {
    expect(judge(evidence())).toMatchObject({ faults: [], records: 5, copies: [], overlaps: [], lostBytes: 0 });
  });

  it.each<[string, Parameters<typeof evidence>[0], RegExp]>([
    ['a record is missing', { documents: without(0) }, /has lost 1 lines \(\d+ bytes\) of stdout from offset 0/],
    ['a record of several parts is missing', { documents: without(1) }, /has lost 2 lines .*"begun on stdout, "/],
    ['a record without header is missing', { documents: without(3) }, /has lost 1 lines .* of unframed/],
    ['a record is twice in an index', { documents: [...DOCUMENTS, DOCUMENTS[0]!] }, /is twice in \.ds-.*-000001/],
    [
      'two documents cover a line',
      { documents: [...DOCUMENTS, documentOf(FILE, [ENDED!])] },
      /begins inside a line of the application/,
    ],
    [
      'a record is both stored and a dead letter',
      { deadLetters: [DOCUMENTS[0]!] },
      /^0123456789abcdef01234567\.0\.\d+ and 0123456789abcdef01234567\.0\.\d+ cover one line$/,
    ],
    ['a text is another one', { documents: changed(0, { message: 'frist' }) }, /its text is "frist", not "first"/],
    ['a text is cut', { documents: changed(0, { message: 'firs' }) }, /its text is "firs"/],
    ['a time is another one', { documents: changed(0, { '@timestamp': '2026-01-02T03:04:05Z' }) }, /its time is/],
    ['a stream is the other one', { documents: changed(0, { stream: 'stderr' }) }, /is not made of lines of stderr/],
    ['an id is not its extent', { documents: changed(0, { 'log.offset': 7 }) }, /holds the extent .*\.7\.\d+/],
    [
      'an extent ends inside a line',
      {
        documents: [
          ...without(0),
          {
            ...DOCUMENTS[0]!,
            id: `${ID}.0.7`,
            source: { ...DOCUMENTS[0]!.source, tracewell: { file: ID, bytes: 7, format: 'text' } },
          },
        ],
      },
      /is not made of lines/,
    ],
    [
      'a record ends before its last part',
      { documents: [...without(1), documentOf(FILE, [BEGUN!])] },
      /ends inside a line of the application/,
    ],
    [
      'lines are joined that do not belong together',
      {
        documents: [
          ...DOCUMENTS.slice(0, 1),
          documentOf(FILE, [BEGUN!, ENDED!, LAST!], 'begun on stdout, and ended\nlast'),
          ...DOCUMENTS.slice(2, 4),
        ],
      },
      /joins 2 lines, and multiline is off/,
    ],
    ['a file is nobody’s', { files: [] }, /is of a file that nobody wrote/],
    [
      'a checkpoint counts a record too many',
      { checkpoint: { stored: { ...sumsOf(DOCUMENTS), records: 6 } } },
      /counts 6 records, 5 were acknowledged/,
    ],
    [
      'a checkpoint has other sums',
      { checkpoint: { stored: { ...sumsOf(DOCUMENTS), offsets: 1n } } },
      /the checkpoint of .* says .*offsets 1\) are stored/,
    ],
    [
      'a checkpoint is damaged',
      { snapshots: [{ ...evidence().snapshots[0]!, damaged: ['a.json'] }] },
      /a\.json is damaged/,
    ],
    ['a checkpoint is missing', { snapshots: [{ ...evidence().snapshots[0]!, checkpoints: [] }] }, /has no checkpoint/],
    ['a checkpoint does not answer for its size', { checkpoint: { size: FILE.size + 1 } }, /answers? for/],
    ['a seal is missing', { seals: [] }, /has no seal/],
    ['a seal has another size', { seal: { size: 1 } }, /the seal of .* has 1 bytes, and answers for/],
    [
      'a seal has other sums',
      { seal: { stored: { ...sumsOf(DOCUMENTS), records: 4 } } },
      /the seal of .* says 4 records/,
    ],
    ['a seal tells of a loss that there was not', { seal: { lost: { Removed: 3 } } }, /says 3 bytes are lost, not 0/],
    ['a seal has another name', { seal: { id: 'x.seal' } }, /x\.seal is the seal of/],
    ['a container run is not announced', { starts: [] }, /cart\/0 is not announced/],
    ['a container run is announced twice', { starts: ['cart/0', 'cart/0'] }, /announced twice/],
    ['a file has two seals of one size', { seals: [...SEALS, ...SEALS] }, /two seals/],
  ])('finds it when %s', (_, changes, says) => {
    const { faults } = judge(evidence(changes));
    expect(faults.filter((fault) => says.test(fault))).not.toEqual([]);
  });

  it('accepts that a sidecar which was told to end, and was not the last, ends a record with what was there', () => {
    const parts = [documentOf(FILE, [BEGUN!]), documentOf(FILE, [ENDED!])];
    const documents = [...without(1), ...parts];
    const stored = sumsOf(documents);
    const lives = [0, 1].map((from) => ({ from, to: from + 1, wasTold: true, isClean: true }));
    const told = evidence({ documents, lives, checkpoint: { stored }, seal: { stored } });
    const acknowledged = new Map([[ID, 6]]);
    const snapshots = [{ ...told.snapshots[0]!, acknowledged }];
    expect(judge({ ...told, snapshots }).faults).toEqual([]);
    expect(judge({ ...told, snapshots, lives: lives.slice(1) }).faults).not.toEqual([]);
  });

  it('lists copies across a rollover, and does not count them', () => {
    const { faults, copies, records } = judge(evidence({ documents: [...DOCUMENTS, copy] }));
    expect({ faults, copies, records }).toEqual({ faults: [], copies: [copy.id], records: 5 });
  });

  it('with a sidecar that was killed while it ended, or whose disk was full, lists what overlaps, and with one that only ended finds it wrong', () => {
    const whole = documentOf(FILE, [FIRST!, BEGUN!, ENDED!], 'first\nbegun on stdout, and ended');
    const documents = [...DOCUMENTS, whole];
    const last = { from: 30_000, to: 60_000, wasTold: true, isClean: true };
    const lives = (isClean: boolean) => [{ from: 0, to: 20_000, wasTold: true, isClean }, last];
    expect(judge(evidence({ documents, lives: lives(false) })).overlaps).toHaveLength(3);
    const overlapping = ({ faults }: { faults: readonly string[] }) =>
      faults.filter((fault) => /cover one line/.test(fault));
    expect(overlapping(judge(evidence({ documents, lives: lives(false) })))).toEqual([]);
    expect(overlapping(judge(evidence({ documents, lives: lives(true), diskWasFull: true })))).toEqual([]);
    expect(overlapping(judge(evidence({ documents, lives: lives(true) })))).not.toEqual([]);
  });

  it('with a configuration that changed lists what overlaps, and finds what is lost all the same', () => {
    const whole = documentOf(FILE, [FIRST!, BEGUN!, ENDED!], 'first\nbegun on stdout, and ended');
    const rules = ['Auto', 'Off'].map((multiline) => ({
      multiline,
      recordBytes: 1024,
      heldBytes: 1_048_576,
      drop: [],
    }));
    const documents = [...DOCUMENTS, whole];
    const { faults, overlaps } = judge(evidence({ documents, rules }));
    expect(faults).toEqual([]);
    expect(overlaps.toSorted()).toEqual([DOCUMENTS[0]!.id, DOCUMENTS[1]!.id, whole.id].toSorted());
    expect(judge(evidence({ documents: documents.toSpliced(4, 1), rules })).faults).toEqual([
      expect.stringMatching(/has lost 1 lines .*"last"/),
    ]);
  });

  describe('of records that a rule drops', () => {
    const file = fileOf([{ text: 'kept' }, { text: 'DEBUG dropped', isDebug: true }, { text: 'kept too' }]);
    const kept = [documentOf(file, [file.lines[0]!]), documentOf(file, [file.lines[2]!])];
    const dropped = documentOf(file, [file.lines[1]!]);
    const debug = { ...dropped, source: { ...dropped.source, 'log.level': 'debug' } };
    const always = [{ multiline: 'Off', recordBytes: 1024, heldBytes: 1_048_576, drop: ['log.level: debug'] }];
    const never = [{ multiline: 'Off', recordBytes: 1024, heldBytes: 1_048_576, drop: [] }];
    const discarded = sumsOf([dropped]);
    const seal = {
      id: `${ID}.${file.size}.seal`,
      file: ID,
      size: file.size,
      stored: sumsOf(kept),
      deadLettered: { records: 0, bytes: 0, offsets: 0n },
      lost: {},
    };
    const of = (documents: readonly Stored[], rules: Evidence['rules'], sealed = discarded) =>
      judge({
        ...evidence(),
        files: [file],
        documents,
        rules,
        snapshots: [{ ...evidence().snapshots[0]!, checkpoints: [checkpointOf(file)] }],
        seals: [{ ...seal, discarded: sealed }],
      });
    const checkpointOf = ({ size }: WrittenFile): Checkpoint => ({
      ...evidence().snapshots[0]!.checkpoints[0]!,
      size,
      lanes: [size, size, size],
      unframed: 0,
      stored: sumsOf(kept),
      discarded,
      discardedBy: { rule: 1 },
      redactedBy: {},
    });

    it('expects them to be nowhere, and counted', () => {
      expect(of(kept, always)).toMatchObject({ faults: [], records: 2, discardedBytes: discarded.bytes, lostBytes: 0 });
    });

    it.each<[string, ReturnType<typeof of>, RegExp]>([
      ['one is stored', of([...kept, debug], always), /every configuration discards it/],
      ['no rule drops it', of(kept, never), /has lost 1 lines .*"DEBUG dropped"/],
      ['another record is dropped', of(kept.slice(1), always), /has lost 1 lines .*"kept"/],
      ['their sum is another one', of(kept, always, { ...discarded, bytes: 1 }), /says 1 bytes are discarded/],
    ])('finds it when %s', (_, { faults }, says) => {
      expect(faults.filter((fault) => says.test(fault))).not.toEqual([]);
    });

    it('takes what goes on a dropped record for dropped, and the next record for lost', () => {
      const traced = fileOf([
        { text: 'DEBUG dropped', isDebug: true },
        { text: '\tat cart.js' },
        { text: 'INFO lost' },
      ]);
      const rules = [{ ...always[0]!, multiline: 'Auto' }];
      const { faults } = judge({ ...evidence(), files: [traced], documents: [], rules, snapshots: [], seals: [] });
      expect(faults.filter((fault) => fault.includes('lost'))).toEqual([
        expect.stringMatching(/lost 1 lines .*"INFO lost"/),
      ]);
    });

    it.each([
      ['accepts that a rule drops', [{ ...always[0]!, multiline: 'Auto' }, ...never], []],
      ['without one finds lost', [{ ...always[0]!, multiline: 'Auto' }], [expect.stringMatching(/lost 1 lines/)]],
    ])('of one that another configuration has stored parts of %s what goes on it', (_, rules, expected) => {
      const lines = [{ text: 'DEBUG dropped', isDebug: true }, { text: '\tat one.js' }, { text: '\tat two.js' }];
      const traced = fileOf(lines);
      const stored = [documentOf(traced, [traced.lines[1]!])];
      const { faults } = judge({ ...evidence(), files: [traced], documents: stored, rules, snapshots: [], seals: [] });
      expect(faults.filter((fault) => fault.includes('has lost'))).toEqual(expected);
    });

    it('that were stored under another configuration finds nothing wrong', () => {
      expect(of([...kept, debug], [...always, ...never]).faults).toEqual([]);
    });
  });

  describe('of a file that the kubelet removed', () => {
    const removed = { ...FILE, removedAt: 100_000 };
    const nobody = evidence({ files: [removed], documents: [], seals: [], starts: [], snapshots: [] });

    it('while no sidecar ran accepts the loss, and counts it', () => {
      const { faults, lostBytes, losses, unknownBytes } = judge(nobody);
      expect(faults).toEqual([]);
      expect({ lostBytes, unknownBytes }).toEqual({ lostBytes: FILE.size, unknownBytes: FILE.size });
      expect([...losses]).toEqual([['removed while no sidecar ran', FILE.size]]);
    });

    it('under a sidecar that held it accepts none', () => {
      const { faults } = judge({ ...nobody, lives: [{ from: 0, to: 200_000, wasTold: true, isClean: true }] });
      expect(faults).toContainEqual(expect.stringMatching(/has lost/));
    });

    it('holds the checkpoint to what the sidecar had seen of it', () => {
      const half = DOCUMENTS.slice(0, 1);
      const seen = half[0]!.source.tracewell.bytes + 10;
      const checkpoint = {
        size: seen,
        stored: sumsOf(half),
        lost: { Removed: 10 },
        lanes: [seen, seen, seen] as const,
        unframed: 0,
      };
      const told = evidence({ files: [removed], documents: half, seals: [], checkpoint });
      expect(judge(told)).toMatchObject({
        faults: [],
        countedBytes: 10,
        lostBytes: FILE.size - seen + 10,
        unknownBytes: 0,
      });
      const boast = evidence({
        files: [removed],
        documents: half,
        seals: [],
        checkpoint: { ...checkpoint, lost: { Removed: 9 } },
      });
      expect(judge(boast).faults).toContainEqual(expect.stringMatching(/answers for/));
    });
  });
});
