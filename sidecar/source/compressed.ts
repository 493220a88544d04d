import { closeSync, fstatSync, openSync, readSync, unlinkSync, writeFileSync } from 'node:fs';
import { getBuiltinModule } from 'node:process';
import { pipeline } from 'node:stream/promises';
import { HEAD_BYTES } from './identity.ts';

/** Loaded when it is needed: it costs 0.6 MB. */
const zlib = () => getBuiltinModule('node:zlib');

/** So much of a compressed file is enough for its first KiB, and cheap to look at. */
const LOOK_BYTES = 16_384;
const PIECE_BYTES = 65_536;

/**
 * The first KiB of a compressed log file, and its whole size. The size stands in the last four bytes, modulo 2^32 (RFC 1952,
 * section 2.3.1): the kubelet compresses a file in one piece, and no log file of it is that large. Throws when it is no gzip.
 */
export function lookInto(fd: number): { head: Buffer; size: number } {
  const { size: packed } = fstatSync(fd);
  const start = Buffer.alloc(Math.min(LOOK_BYTES, packed));
  readSync(fd, start, 0, start.length, 0);
  const { constants, gunzipSync } = zlib();
  const head = gunzipSync(start, { finishFlush: constants.Z_SYNC_FLUSH }).subarray(0, HEAD_BYTES);
  const end = Buffer.alloc(4);
  readSync(fd, end, 0, 4, Math.max(0, packed - 4));
  return { head: Buffer.from(head), size: end.readUInt32LE() };
}

/**
 * Unpacks a compressed file into one of the folder that nobody else sees and that goes with its descriptor, which is returned.
 * So it is read like every other: at any place, a piece at a time.
 */
export async function unpack(fd: number, folder: string): Promise<number> {
  const path = `${folder}/unpacked.tmp`;
  const out = openSync(path, 'w+', 0o600);
  unlinkSync(path);
  try {
    await pipeline(piecesOf(fd), zlib().createGunzip(), async (unpacked: AsyncIterable<Buffer>) => {
      for await (const piece of unpacked) writeFileSync(out, piece);
    });
    return out;
  } catch (error) {
    closeSync(out);
    throw error;
  }
}

/** A stream of the descriptor would close it when anything goes wrong, and it is not ours. */
function* piecesOf(fd: number): Generator<Buffer, void> {
  for (let at = 0; ;) {
    const piece = Buffer.allocUnsafe(PIECE_BYTES);
    const length = readSync(fd, piece, 0, piece.length, at);
    if (length === 0) return;
    at += length;
    yield piece.subarray(0, length);
  }
}
