import { describe, expect, it } from 'vitest';
import { reportedFile } from '../../api/report.ts';
import { constantPart } from '../../sidecar/pod.ts';
import { sealDocument } from '../../sidecar/sink/file-document.ts';
import { formatCheckpoint, freshCheckpoint, type Checkpoint } from '../../sidecar/source/checkpoint.ts';
import { ExactSerializer } from '../elastic/exact.ts';
import { claimOfReport, claimOfSeal, type ReadSeal } from './claim.ts';

const pod = {
  namespace: 'shop',
  name: 'cart-0',
  uid: 'u',
  node: 'n',
  labels: new Map<string, string>(),
  annotations: new Map<string, string>(),
};
const checkpoint: Checkpoint = {
  ...freshCheckpoint({ file: '0123456789abcdef01234567', container: 'cart', run: 2, generation: 0 }),
  stored: { records: 5, bytes: 400, offsets: 2n ** 60n + 1n },
  deadLettered: { records: 1, bytes: 50, offsets: 3n },
  discarded: { records: 2, bytes: 40, offsets: 9n },
  discardedBy: { a: 2 },
  lost: { Truncated: 6, Removed: 4 },
  size: 500,
  lanes: [500, 480, 500],
};
const said = {
  of: { namespace: 'shop', pod: 'cart-0', container: 'cart', run: 2 },
  file: checkpoint.file,
  stored: checkpoint.stored,
  deadLettered: checkpoint.deadLettered,
  discardedBytes: 40,
  lostBytes: 10,
};

describe('a claim', () => {
  it('is what a sidecar’s seal says, to the last digit', () => {
    const at = Date.parse('2026-01-02T03:04:05.678Z');
    const { text } = sealDocument(checkpoint, 500, constantPart(pod, 'cart', 'test'), at);
    const seal = new ExactSerializer().deserialize<ReadSeal>(text);
    const below = { stdout: 500, stderr: 500, unframed: 500 };
    expect(claimOfSeal(seal)).toEqual({ ...said, below, size: 500, at });
  });

  it('is what a sidecar’s report says', () => {
    const reported = reportedFile.parse(JSON.parse(formatCheckpoint(checkpoint)));
    const below = { stdout: 500, stderr: 480, unframed: 500 };
    expect(claimOfReport(pod, reported, 7)).toEqual({ ...said, below, size: undefined, at: 7 });
  });
});
