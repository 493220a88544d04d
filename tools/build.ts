import { join } from 'node:path';
import { rolldown, type OutputOptions } from 'rolldown';

const root = join(import.meta.dirname, '..');

/** The programs, and how each is written. The sidecar is in every pod: what its text takes, each of them pays. */
const PROGRAMS: readonly { name: string; output: OutputOptions }[] = [
  { name: 'operator', output: {} },
  {
    name: 'sidecar',
    output: {
      // Names stay, for stack traces.
      minify: { compress: false, mangle: false, codegen: { removeWhitespace: true } },
      plugins: [{ name: 'builtin modules', renderChunk: (code) => withBuiltinModules(code) }],
    },
  },
];

/**
 * Node's own modules without an import: that reads every export of a module, lazy ones too, which costs 2 MB of memory for
 * node:fs, node:process and their like, and 7 for node:http.
 */
export function withBuiltinModules(code: string): string {
  return code.replaceAll(/^import \{([^}]*)\} from "(node:[\w/]+)";$/gm, (_, names: string, module: string) => {
    const wanted = names.replaceAll(/(\S+) as (\S+)/g, '$1: $2');
    return `const {${wanted}} = process.getBuiltinModule("${module}");`;
  });
}

/** Bundles operator and sidecar into one file each under dist/, for the images. Returns name and bytes of each. */
export async function build(): Promise<{ name: string; bytes: number }[]> {
  const built: { name: string; bytes: number }[] = [];
  for (const { name, output } of PROGRAMS) {
    const bundle = await rolldown({ input: join(root, name, 'main.ts'), platform: 'node', cwd: root });
    const file = join(root, 'dist', `${name}.js`);
    const written = await bundle.write({ file, format: 'esm', codeSplitting: false, ...output });
    await bundle.close();
    built.push({ name, bytes: Buffer.byteLength(written.output[0].code) });
  }
  return built;
}

if (import.meta.main) {
  for (const { name, bytes } of await build()) console.log(`dist/${name}.js  ${(bytes / 1e6).toFixed(2)} MB`);
}
