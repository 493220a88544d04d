import { cp, mkdir, mkdtemp, readdir, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { run } from '../../test/cluster/run.ts';

export const BASE = 'docker.io/library/node:26-bookworm-slim';

/** What Node.js loads, and nothing else; the product's images copy just these out of the base. */
const PACKAGES = ['libc6', 'libstdc++6', 'libgcc-s1', 'libatomic1'];

/** Folder of the Node.js that npm installed. */
export const nodeFolder = (): string =>
  dirname(createRequire(import.meta.url).resolve(`node-linux-${process.arch}/package.json`));

/**
 * Lays out, in a new folder, what the Dockerfiles take from the public Node.js image, for machines that reach no image
 * registry: Node.js from npm, its libraries from Debian packages, in the same places. The caller removes the folder.
 */
export async function layOutBase(signal: AbortSignal | undefined): Promise<string> {
  const root = await mkdtemp(join(tmpdir(), 'tracewell-base-'));
  const work = await mkdtemp(join(tmpdir(), 'tracewell-debs-'));
  try {
    // apt drops its rights to download, and says so, where the folder is not for everybody.
    await run('apt-get', ['download', '-qq', '-o', 'APT::Sandbox::User=root', ...PACKAGES], { cwd: work, signal });
    await mkdir(join(root, 'usr/lib'), { recursive: true });
    for (const file of await readdir(work)) {
      const unpacked = join(work, `${file}.d`);
      await run('dpkg-deb', ['-x', join(work, file), unpacked], { signal });
      // The image has one /usr/lib; some packages still say /lib.
      for (const lib of ['lib', 'usr/lib']) {
        await cp(join(unpacked, lib), join(root, 'usr/lib'), { recursive: true, verbatimSymlinks: true }).catch(
          ignoreAbsent,
        );
      }
    }
    await mkdir(join(root, 'usr/local/bin'), { recursive: true });
    await cp(join(nodeFolder(), 'bin/node'), join(root, 'usr/local/bin/node'));
    return root;
  } catch (error) {
    await rm(root, { recursive: true, force: true });
    throw error;
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

function ignoreAbsent(error: NodeJS.ErrnoException): void {
  if (error.code !== 'ENOENT') throw error;
}
