import { chmod, copyFile } from 'node:fs/promises';
import { basename, join, relative } from 'node:path';
import { rolldown, type OutputBundle, type OutputOptions } from 'rolldown';

const root = join(import.meta.dirname, '..');

/** Libraries that do nothing by being loaded: of thousands of classes in them a program gets those that it uses. */
const PURE = /\/node_modules\/@kubernetes\/client-node\//;

interface Program {
  name: string;
  /** Its main.ts is there. */
  folder: string;
  /** In dist/. */
  file: string;
  output: OutputOptions;
  /** What it reads, copied to where it stands. */
  beside?: string;
}

/** Names stay, for stack traces: those of private methods, too, which the minifier cannot leave alone when it shortens others. */
const SMALL: OutputOptions = { minify: { compress: false, mangle: false, codegen: { removeWhitespace: true } } };

/** People run it with the Node.js that they have, and the Kubernetes library needs this one. */
const PLUGIN_BANNER = `#!/usr/bin/env node
{
  const [major, minor] = process.versions.node.split(".").map(Number);
  if (major < 22 || (major === 22 && minor < 19)) {
    console.error(\`kubectl tracewell: it needs Node.js 22.19 or newer, and this is \${process.version}\`);
    process.exit(1);
  }
}`;

/**
 * The programs, and how each is written. By the name of its file Node.js knows that one is a module: else it would be read twice, for
 * the first time as what it is not. The sidecar is in every pod: what its text takes, each of them pays.
 */
const PROGRAMS: readonly Program[] = [
  { name: 'operator', folder: 'operator', file: 'operator.mjs', output: {} },
  {
    name: 'kubectl-tracewell',
    folder: 'operator/kubectl',
    file: 'kubectl-tracewell.mjs',
    output: { ...SMALL, banner: PLUGIN_BANNER },
  },
  {
    name: 'sidecar',
    folder: 'sidecar',
    file: 'sidecar.mjs',
    beside: 'sidecar/engine/engine.wasm',
    output: {
      ...SMALL,
      plugins: [
        { name: 'builtin modules', renderChunk: (code) => withBuiltinModules(code) },
        // After the minifier, which writes what is escaped as it is.
        { name: 'latin1', generateBundle: (_, bundle) => eachCode(bundle, inLatin1) },
      ],
    },
  },
];

/**
 * Node's own modules without an import: that reads every export of a module, lazy ones too, which costs 2 MB of memory for
 * node:fs, node:process and their like, and 7 for node:http. One from which nothing is taken is not loaded at all.
 */
export function withBuiltinModules(code: string): string {
  const used = code.replaceAll(/^import "node:[\w/]+";$\n?/gm, '');
  return used.replaceAll(/^import \{([^}]*)\} from "(node:[\w/]+)";$/gm, (_, names: string, module: string) => {
    const wanted = names.replaceAll(/(\S+) as (\S+)/g, '$1: $2');
    return `const {${wanted}} = process.getBuiltinModule("${module}");`;
  });
}

/**
 * A text of a program without characters past U+00FF, of which a single one makes it take twice the memory. They are escaped,
 * which in strings and regular expressions means the same; elsewhere, and in `String.raw`, there must be none.
 */
export function inLatin1(code: string): string {
  const escaped = (character: string) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
  return code.replaceAll(/[^\0-\xff]/g, escaped);
}

function eachCode(bundle: OutputBundle, write: (code: string) => string): void {
  for (const part of Object.values(bundle)) if (part.type === 'chunk') part.code = write(part.code);
}

/** Bundles the programs, or only those named, into one file each, under dist/ if nothing else is said. */
export async function build({ only = PROGRAMS.map(({ name }) => name), into = join(root, 'dist') } = {}): Promise<
  { path: string; bytes: number }[]
> {
  const built: { path: string; bytes: number }[] = [];
  for (const { folder, file, output, beside } of PROGRAMS.filter(({ name }) => only.includes(name))) {
    const bundle = await rolldown({
      input: join(root, folder, 'main.ts'),
      platform: 'node',
      cwd: root,
      treeshake: { moduleSideEffects: (id) => !PURE.test(id) },
    });
    const path = join(into, file);
    const written = await bundle.write({ file: path, format: 'esm', codeSplitting: false, ...output });
    await bundle.close();
    if (output.banner) await chmod(path, 0o755);
    if (beside) await copyFile(join(root, beside), join(into, basename(beside)));
    built.push({ path, bytes: Buffer.byteLength(written.output[0].code) });
  }
  return built;
}

if (import.meta.main) {
  for (const { path, bytes } of await build()) console.log(`${relative(root, path)}  ${(bytes / 1e6).toFixed(2)} MB`);
}
