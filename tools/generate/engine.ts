import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const root = join(import.meta.dirname, '../..');
const SOURCE = 'sidecar/engine/assembly/index.ts';
/** No garbage collector and no assertions: the engine has no objects of its own, and its memory is laid out once. */
const OPTIONS =
  '-O3 --enable simd --runtime stub --noAssert --importMemory --zeroFilledMemory --initialMemory 32 ' +
  '--transform ./sidecar/engine/inline.mjs';

const AS_SMALL_AS_CAN_BE = ['--converge'];

/** Compiles AssemblyScript as the engine is compiled; `more`: options of the compiler beside those that are always given. */
export function compile(source: string, more: readonly string[] = AS_SMALL_AS_CAN_BE): Buffer {
  const folder = mkdtempSync(join(tmpdir(), 'tracewell-engine-'));
  try {
    const file = join(folder, 'engine.wasm');
    const compiler = join(root, 'node_modules/assemblyscript/bin/asc.js');
    const options = [compiler, source, ...OPTIONS.split(' '), ...more, '--outFile', file];
    const { status, stderr } = spawnSync(process.execPath, options, { cwd: root, encoding: 'utf8' });
    if (status !== 0) throw new Error(`the engine cannot be compiled:\n${stderr}`);
    return readFileSync(file);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** The engine, as WebAssembly. */
export const engine = (): Buffer => compile(SOURCE);
