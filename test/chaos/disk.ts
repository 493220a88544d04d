import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ownerLives, ownerMark } from '../owner.ts';

const PREFIX = 'tracewell-chaos-disk-';
const SIZE = '8m';

/** Empty, or why this machine lets nobody mount a small volume. */
export const noDisk = (): string =>
  process.platform === 'linux' && process.getuid?.() === 0 ? '' : 'a volume that can be full needs root on Linux';

/** A small volume of its own, which can be filled to its last byte. */
export class Disk {
  readonly folder: string;

  constructor() {
    sweepDisks();
    this.folder = mkdtempSync(join(tmpdir(), `${PREFIX}${ownerMark()}-`));
    execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${SIZE},mode=700`, 'tracewell-chaos', this.folder]);
  }

  /** Leaves no room for another byte. */
  fill(): void {
    for (let piece = 65_536; piece >= 1; piece = Math.floor(piece / 2)) {
      try {
        for (;;) writeFileSync(this.#ballast, Buffer.alloc(piece), { flag: 'a' });
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error;
      }
    }
  }

  free(): void {
    rmSync(this.#ballast, { force: true });
  }

  remove(): void {
    unmount(this.folder);
  }

  get #ballast(): string {
    return join(this.folder, 'ballast');
  }
}

/** Removes the volumes whose owners are dead. */
export function sweepDisks(): void {
  const mounted = readFileSync('/proc/mounts', 'utf8').matchAll(
    new RegExp(`^\\S+ (\\S+/${PREFIX}(\\d+\\.\\d+)-\\S+) `, 'gm'),
  );
  for (const [, folder = '', mark = ''] of mounted) if (!ownerLives(mark)) unmount(folder);
}

function unmount(folder: string): void {
  execFileSync('umount', ['--lazy', folder]);
  rmSync(folder, { recursive: true, force: true });
}
