import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { newHeader, parseCri } from '../../sidecar/plain/cri.ts';
import { fileId, headOf } from '../../sidecar/source/identity.ts';
import { UNFRAMED } from '../../sidecar/source/lane.ts';
import { temporaryFolder } from '../sidecar/temporary.ts';
import { drawUnit, KINDS } from './payload.ts';
import { Random } from './random.ts';
import { Writer, type Mix } from './writer.ts';
import { lanesOf } from './written.ts';

const UID = '5f3b1c0e-8a35-4c7e-9d0e-2f6a7b8c9d0e';
const EVERYTHING: Mix = Object.fromEntries(KINDS.map((kind) => [kind, 1]));

function start(seed = 1) {
  const folder = temporaryFolder();
  let ms = 0;
  const writer = new Writer({ folder, podUid: UID, random: new Random(seed), now: () => ++ms });
  const names = (container = 'cart') => readdirSync(join(folder, container)).toSorted();
  const read = (name: string) => {
    const bytes = readFileSync(join(folder, 'cart', name));
    return name.endsWith('.gz') ? gunzipSync(bytes) : bytes;
  };
  return { writer, names, read };
}

describe('the writer', () => {
  it('remembers every line as it stands in the file', () => {
    const { writer, read } = start();
    writer.begin('cart', false);
    writer.write('cart', 1_500, EVERYTHING);
    writer.end('cart', true);
    const [file] = writer.files;
    const bytes = read('0.log');
    expect(file!.size).toBe(bytes.length);
    const header = newHeader();
    for (const [index, line] of file!.lines.entries()) {
      expect(line.offset).toBe(index === 0 ? 0 : file!.lines[index - 1]!.offset + file!.lines[index - 1]!.bytes);
      const isTorn = index === file!.lines.length - 1;
      const end = line.offset + line.bytes - (isTorn ? 0 : 1);
      const isFramed = parseCri(bytes, line.offset, end, header);
      const from = isFramed ? header.payload : line.offset;
      expect(bytes.subarray(from, end).equals(line.text)).toBe(true);
      const read = isFramed ? { lane: header.lane, more: header.partial } : { lane: UNFRAMED, more: false };
      expect(read).toEqual({ lane: line.lane, more: line.more });
    }
    expect(new Set(file!.lines.map(({ lane }) => lane)).size).toBe(3);
    expect(file!.id).toBe(fileId({ podUid: UID, container: 'cart', run: 0, generation: 0 }, headOf(bytes)!));
  });

  it('rotates as the kubelet does: the newest rotated file stays plain, older ones are compressed, five are kept', async () => {
    const { writer, names, read } = start();
    writer.begin('cart', false);
    for (let i = 0; i < 7; i++) {
      writer.write('cart', 20, { text: 1 });
      await writer.rotate('cart', { late: i % 2, compress: true, mix: { text: 1 } });
    }
    writer.write('cart', 1, { text: 1 });
    const stamped = expect.stringMatching(/^0\.log\.\d{8}-\d{6}(\.gz)?$/);
    expect(names()).toEqual(['0.log', stamped, stamped, stamped, stamped]);
    expect(names().map((name) => name.endsWith('.gz'))).toEqual([false, true, true, true, false]);
    const files = writer.files;
    expect(files).toHaveLength(8);
    expect(files.map(({ removedAt }) => removedAt !== undefined)).toEqual([
      true,
      true,
      true,
      ...Array.from({ length: 5 }, () => false),
    ]);
    expect(
      names()
        .slice(1)
        .map((name) => read(name).length),
    ).toEqual(files.slice(3, 7).map(({ size }) => size));
  });

  it('does not rotate a file without a line', async () => {
    const { writer, names } = start();
    writer.begin('cart', false);
    await writer.rotate('cart', { late: 0, compress: false, mix: { text: 1 } });
    expect(names()).toEqual(['0.log']);
  });

  it('starts a container again with a file of its own, and forgets runs before the last two', () => {
    const { writer, names } = start();
    for (let run = 0; run < 4; run++) {
      writer.begin('cart', false);
      writer.write('cart', 3, { text: 1 });
    }
    expect(names()).toEqual(['0.log', '1.log', '2.log', '3.log']);
    writer.collect('cart');
    expect(names()).toEqual(['2.log', '3.log']);
    expect(writer.files.map(({ run, removedAt }) => [run, removedAt !== undefined])).toEqual([
      [0, true],
      [1, true],
      [2, false],
      [3, false],
    ]);
  });

  it('gives the same lines for the same seed, but for their times', () => {
    const texts = [start(7), start(7), start(8)].map(({ writer }) => {
      writer.begin('cart', false);
      writer.write('cart', 300, EVERYTHING);
      return writer.files[0]!.lines.map(({ lane, more, text }) => `${lane} ${more} ${text.toString('latin1')}`);
    });
    expect(texts[0]).toEqual(texts[1]);
    expect(texts[0]).not.toEqual(texts[2]);
  });

  it('gives the text of an extent as the application wrote it', () => {
    const { writer } = start();
    writer.begin('cart', false);
    writer.write('cart', 400, { smallParts: 1 });
    const [stdout] = lanesOf(writer.files[0]!);
    const end = stdout!.lines.findIndex(({ more }) => !more);
    const bytes = stdout!.lines.slice(0, end + 1).reduce((sum, line) => sum + line.bytes, 0);
    const place = stdout!.find({ offset: stdout!.lines[0]!.offset, bytes });
    expect(place).toEqual({ from: 0, to: end + 1 });
    expect(stdout!.text(place!).toString()).toMatch(/^cart-0-\d+( [a-z]+)+$/);
    expect(stdout!.find({ offset: stdout!.lines[0]!.offset, bytes: bytes - 1 })).toBeUndefined();
  });
});

it.each(KINDS)('%s has its own name in it, where it has a text at all', (kind) => {
  const { lines } = drawUnit(kind, new Random(kind), 'cart-0-1');
  const text = Buffer.concat(lines.map(({ text }) => text)).toString();
  expect(lines.every((piece, index) => !piece.more || index < lines.length - 1)).toBe(true);
  expect(text === '' || text.includes('cart-0-1')).toBe(true);
});
