import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { need } from '../../test/cluster/programs.ts';
import { run } from '../../test/cluster/run.ts';
import { Unavailable } from '../../test/cluster/unavailable.ts';
import type { Progress } from '../../test/progress.ts';
import { BASE, layOutBase } from './base.ts';

/** Builds one Dockerfile into an archive that container runtimes import. */
export interface Builder {
  build(image: { name: string; dockerfile: string; context: string }, archive: string): Promise<void>;
  close(): Promise<void>;
}

/** Where a Docker engine answers. */
export function dockerBuilder(signal: AbortSignal | undefined): Builder {
  return {
    async build({ name, dockerfile, context }, archive) {
      await run('docker', ['build', '--quiet', '--file', dockerfile, '--tag', name, context], { signal });
      await run('docker', ['save', '--output', archive, name], { signal });
    },
    close: () => Promise.resolve(),
  };
}

/** buildah: no engine, no daemon, and the public base image made here from packages. Linux, root, Debian. */
export async function buildahBuilder(
  scratch: string,
  { progress, signal }: { progress: Progress; signal: AbortSignal | undefined },
): Promise<Builder> {
  if (process.platform !== 'linux' || process.getuid?.() !== 0) {
    throw new Unavailable(
      'images need a Docker engine (https://docs.docker.com/engine/install), or root on Debian, where buildah does it',
    );
  }
  await need({ buildah: 'buildah', 'dpkg-deb': 'dpkg', 'apt-get': 'apt' }, progress, signal);
  await mkdir(scratch, { recursive: true });
  const storage = ['--root', join(scratch, 'storage'), '--runroot', join(scratch, 'run'), '--storage-driver', 'vfs'];
  const env = { ...process.env, BUILDAH_ISOLATION: 'chroot' };
  const buildah = (...args: string[]) => run('buildah', [...storage, ...args], { env, signal });
  // Same inputs, same image: no times in it.
  const flags = ['--pull-never', '--timestamp', '0', '--layers=false', '--quiet'];

  const root = await layOutBase(signal);
  try {
    await writeFile(join(scratch, 'Dockerfile'), 'FROM scratch\nCOPY . /\n');
    await buildah('build', ...flags, '--file', join(scratch, 'Dockerfile'), '--tag', BASE, root);
  } finally {
    await rm(root, { recursive: true, force: true });
  }
  return {
    async build({ name, dockerfile, context }, archive) {
      await buildah('build', ...flags, '--file', dockerfile, '--tag', name, context);
      await buildah('push', '--quiet', name, `docker-archive:${archive}:${name}`);
    },
    close: () => rm(scratch, { recursive: true, force: true }),
  };
}
