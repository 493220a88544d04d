import { describe, expect, it } from 'vitest';
import type { SealDocument, StartDocument } from '../../api/document.ts';
import { ANNOTATION } from '../../api/names.ts';
import { constantPart, type Pod } from '../pod.ts';
import { freshCheckpoint } from '../source/checkpoint.ts';
import { sealDocument, startDocument, startId } from './file-document.ts';

const AT = Date.parse('2026-01-02T03:04:05.678Z');
const FILE = '0123456789abcdef01234567';
const pod: Pod = {
  namespace: 'shop',
  name: 'cart-7d4b9c6f5-x2x8w',
  uid: '5f3b1c0e-8a35-4c7e-9d0e-2f6a7b8c9d0e',
  node: 'node-1',
  labels: new Map([['app.kubernetes.io/name', 'cart "the" première']]),
  annotations: new Map([[ANNOTATION.workload, 'Deployment/cart']]),
};
const start = { pod, container: 'cart', run: 2, constant: constantPart(pod, 'cart', 'test') };
const origin = {
  'service.name': 'cart "the" première',
  'host.name': 'node-1',
  'orchestrator.cluster.name': 'test',
};

describe('a start document', () => {
  it('has what the records of the run leave out', () => {
    const { id, text } = startDocument({ ...start, image: 'cart:1' }, '1.2.3', AT);
    expect(JSON.parse(text)).toEqual({
      '@timestamp': '2026-01-02T03:04:05.678Z',
      tracewell: { kind: 'start', run: 2, version: '1.2.3' },
      kubernetes: {
        namespace: 'shop',
        pod: { name: pod.name, uid: pod.uid },
        node: { name: 'node-1' },
        container: { name: 'cart' },
        deployment: { name: 'cart' },
        labels: { 'app.kubernetes.io/name': 'cart "the" première' },
      },
      'container.image.name': 'cart:1',
      ...origin,
    } satisfies StartDocument);
    expect(id).toMatch(/^[0-9a-f]{24}\.start$/);
  });

  it('of an unknown image says nothing of it', () => {
    expect(startDocument(start, '1.2.3', AT).text).not.toContain('image');
  });

  it('is one for each run of each container of each pod', () => {
    const others = [
      start,
      { ...start, run: 3 },
      { ...start, container: 'proxy' },
      { ...start, pod: { ...pod, uid: 'x' } },
    ];
    expect(new Set(others.map(startId)).size).toBe(4);
    expect(startId({ ...start })).toBe(startId(start));
  });
});

describe('a seal', () => {
  const checkpoint = {
    ...freshCheckpoint({ file: FILE, container: 'cart', run: 2, generation: 1 }),
    stored: { records: 3, bytes: 300, offsets: 123_456_789_012_345_678_901n },
    deadLettered: { records: 1, bytes: 100, offsets: 300n },
    discarded: { records: 2, bytes: 50, offsets: 800n },
    discardedBy: { 'level "debug"': 2 },
    redactedBy: { card: 3 },
    duplicates: 1,
    unframed: 2,
    lost: { Truncated: 7 },
  };

  it('has the sums of a file by class, whole', () => {
    const { id, text } = sealDocument(checkpoint, 457, start.constant, AT);
    expect(id).toBe(`${FILE}.457.seal`);
    expect(text).toContain('"offsets":123456789012345678901}');
    expect(JSON.parse(text)).toEqual({
      '@timestamp': '2026-01-02T03:04:05.678Z',
      tracewell: {
        kind: 'seal',
        file: FILE,
        run: 2,
        generation: 1,
        size: 457,
        stored: { records: 3, bytes: 300, offsets: 123456789012345680000 },
        deadLettered: { records: 1, bytes: 100, offsets: 300 },
        discarded: { records: 2, bytes: 50, offsets: 800 },
        discardedBy: { 'level "debug"': 2 },
        redactedBy: { card: 3 },
        duplicates: 1,
        unframed: 2,
        lost: { Truncated: 7 },
      },
      kubernetes: {
        namespace: 'shop',
        pod: { name: pod.name },
        container: { name: 'cart' },
        deployment: { name: 'cart' },
      },
      ...origin,
    } satisfies SealDocument);
  });
});
