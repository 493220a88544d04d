import { closeSync, fstatSync, readvSync } from 'node:fs';
import type { ReadAt } from '../plain/collect.ts';
import { unpack } from './compressed.ts';
import type { Opened } from './discovery.ts';

/**
 * What a log file is read through. It outlives renames and even removal of the path, so what was opened can be read to its end, and
 * it knows whether the file was begun anew meanwhile. System errors are thrown.
 */
export class Descriptor {
  #opened: Opened;
  /** At the last look. */
  #size = NaN;
  #modifiedMs = NaN;
  /** Read at each look, to be compared. */
  #headNow: Buffer | undefined;
  #isUnpacked = false;

  constructor(opened: Opened) {
    this.#opened = opened;
  }

  get inode(): string {
    return this.#opened.inode;
  }

  /** It is that of a compressed file. */
  get isPacked(): boolean {
    return this.#opened.isPacked;
  }

  /** Nobody can write to the file any more, or open it. */
  get isRemoved(): boolean {
    return fstatSync(this.#opened.fd).nlink === 0;
  }

  /** Bytes of the disk that are there only because this is open; what was unpacked to be read is read now, and is not counted. */
  get heldBytes(): number {
    if (this.#isUnpacked) return 0;
    const { nlink, size } = fstatSync(this.#opened.fd);
    return nlink === 0 ? size : 0;
  }

  get size(): number {
    return fstatSync(this.#opened.fd).size;
  }

  /** By the call that looks least at what it is given. */
  readonly readAt: ReadAt = (into, offset) => readvSync(this.#opened.fd, [into], offset);

  /**
   * How long the file is, which was read up to `position`; undefined when it was begun anew: it is shorter than that, or has another
   * beginning.
   */
  look(position: number): number | undefined {
    const { size, mtimeMs } = fstatSync(this.#opened.fd);
    // First of all: in one tick of the kernel's clock it may be begun anew and have the length that it had at the last look.
    if (size < position) return undefined;
    if (size === this.#size && mtimeMs === this.#modifiedMs) return size;
    if (!this.#beginsAsBefore()) return undefined;
    this.#size = size;
    this.#modifiedMs = mtimeMs;
    return size;
  }

  /** Whether the other file begins as this one did, and has all of it up to `position`. */
  isCopiedIn({ head, size }: Opened, position: number): boolean {
    const mine = this.#opened.head;
    return size >= position && head.subarray(0, mine.length).equals(mine);
  }

  /** Goes over to a copy of the file. */
  moveTo(opened: Opened): void {
    this.close();
    this.#opened = { ...opened, head: this.#opened.head };
  }

  /** Unpacks a compressed file into a folder, and goes over to that; false when `isLeft` says that it is not read any more. */
  async unpack(folder: string, isLeft: () => boolean): Promise<boolean> {
    const packed = this.#opened;
    const fd = await unpack(packed.fd, folder);
    if (this.#opened !== packed || isLeft()) {
      closeSync(fd);
      return false;
    }
    this.moveTo({ ...packed, fd, isPacked: false });
    this.#isUnpacked = true;
    return true;
  }

  close(): void {
    closeSync(this.#opened.fd);
  }

  #beginsAsBefore(): boolean {
    const { head } = this.#opened;
    this.#headNow ??= Buffer.allocUnsafeSlow(head.length);
    return this.readAt(this.#headNow, 0) === head.length && this.#headNow.equals(head);
  }
}
