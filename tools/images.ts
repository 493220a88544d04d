import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { cp, glob, mkdir, mkdtemp, readdir, readFile, rename, rm, stat, utimes } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import packageJson from '../package.json' with { type: 'json' };
import { dockerAnswers } from '../test/cluster/docker.ts';
import { during, plainProgress, type Progress } from '../test/progress.ts';
import { build } from './build.ts';
import { buildahBuilder, dockerBuilder } from './images/builders.ts';

export interface Image {
  part: 'operator' | 'sidecar' | 'shop';
  /** With registry and tag: `docker.io/tracewell/sidecar:0.1.0`. */
  name: string;
  /** Path of a docker archive. */
  archive: string;
  bytes: number;
}

const root = join(import.meta.dirname, '..');
const IMAGES = [
  { part: 'operator', context: root, inputs: ['operator/Dockerfile', 'dist/operator.mjs'] },
  { part: 'sidecar', context: root, inputs: ['sidecar/Dockerfile', 'dist/sidecar.mjs', 'dist/engine.wasm'] },
  { part: 'shop', context: join(root, 'examples/shop'), inputs: ['examples/shop/Dockerfile', 'examples/shop/*.ts'] },
] as const;

/** The images of the product and of the demo, from the cache where nothing has changed. */
export async function buildImages({
  progress,
  signal,
}: {
  progress: Progress;
  signal?: AbortSignal | undefined;
}): Promise<Image[]> {
  return during(progress, 'Images', async (step) => {
    const cache = join(process.env['XDG_CACHE_HOME'] || join(homedir(), '.cache'), 'tracewell', 'images');
    await mkdir(cache, { recursive: true });
    step.update('bundling');
    await build();
    const wanted = await Promise.all(
      IMAGES.map(async ({ part, context, inputs }) => ({
        part,
        context,
        dockerfile: join(root, inputs[0]),
        name: `docker.io/tracewell/${part}:${packageJson.version}`,
        archive: join(cache, `${part}-${await digest(inputs)}.tar`),
      })),
    );
    const missing = wanted.filter(({ archive }) => !existsSync(archive));
    if (missing.length > 0) {
      const scratch = await mkdtemp(join(cache, 'building-'));
      const builder = (await dockerAnswers())
        ? dockerBuilder(signal)
        : await buildahBuilder(scratch, { progress, signal });
      try {
        for (const image of missing) {
          step.update(`building ${image.name}`);
          // Renamed when it is whole: another run, or this one interrupted, never leaves half an archive.
          const fresh = join(scratch, 'image.tar');
          await builder.build(image, fresh);
          await rename(fresh, image.archive);
        }
      } finally {
        await builder.close();
        await rm(scratch, { recursive: true, force: true });
      }
    }
    for (const { archive } of wanted) await utimes(archive, new Date(), new Date());
    await removeUnused(cache);
    const images = await Promise.all(
      wanted.map(async ({ part, name, archive }) => ({ part, name, archive, bytes: (await stat(archive)).size })),
    );
    step.done(images.map(({ name, bytes }) => `${name.split('/').at(-1)} ${Math.round(bytes / 1e6)} MB`).join(', '));
    return images;
  });
}

const UNUSED_MS = 24 * 3_600_000;

/** Every change of the code makes an archive of some 150 MB: those that nobody used for a day go, and folders that a crash left. */
async function removeUnused(cache: string): Promise<void> {
  for (const name of await readdir(cache)) {
    const path = join(cache, name);
    const found = await stat(path).catch(() => undefined);
    if (found && Date.now() - found.mtimeMs > UNUSED_MS) await rm(path, { recursive: true, force: true });
  }
}

/** Changes when anything that goes into the image does. */
async function digest(inputs: readonly string[]): Promise<string> {
  const hash = createHash('sha256').update(`${process.versions.node} ${process.arch}`);
  for (const input of inputs) {
    for (const path of (await Array.fromAsync(glob(input, { cwd: root }))).sort())
      hash.update(path).update(await readFile(join(root, path)));
  }
  return hash.digest('hex').slice(0, 16);
}

if (import.meta.main) {
  const { values } = parseArgs({ options: { out: { type: 'string' } } });
  const images = await buildImages({ progress: plainProgress() });
  if (values.out) await mkdir(values.out, { recursive: true });
  for (const { name, archive, bytes } of images) {
    const path = values.out ? join(values.out, `${name.split('/').at(-1)!.replace(':', '-')}.tar`) : archive;
    if (values.out) await cp(archive, path);
    console.log(`${name}  ${(bytes / 1e6).toFixed(1)} MB  ${path}`);
  }
}
