import { join } from 'node:path';
import { rolldown } from 'rolldown';

const root = join(import.meta.dirname, '..');

/** Bundles operator and sidecar into one file each under dist/, for the images. Returns name and bytes of each. */
export async function build(): Promise<{ name: string; bytes: number }[]> {
  const built: { name: string; bytes: number }[] = [];
  for (const name of ['operator', 'sidecar']) {
    const bundle = await rolldown({ input: join(root, name, 'main.ts'), platform: 'node', cwd: root });
    const { output } = await bundle.write({
      file: join(root, 'dist', `${name}.js`),
      format: 'esm',
      codeSplitting: false,
    });
    await bundle.close();
    built.push({ name, bytes: Buffer.byteLength(output[0].code) });
  }
  return built;
}

if (import.meta.main) {
  for (const { name, bytes } of await build()) console.log(`dist/${name}.js  ${(bytes / 1e6).toFixed(2)} MB`);
}
