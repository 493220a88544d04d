import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { findJdk } from './jdk.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tracewell-jdk-'));
  await chmod(folder, 0o755);
});
afterAll(() => rm(folder, { recursive: true }));

/** A folder with programs that do what is given. */
async function home(name: string, programs: Readonly<Record<string, string>>): Promise<string> {
  const bin = join(folder, name, 'bin');
  await mkdir(bin, { recursive: true });
  for (const [program, does] of Object.entries(programs)) {
    await writeFile(join(bin, program), `#!/bin/sh\n${does}\n`, { mode: 0o755 });
  }
  return join(folder, name);
}

const says = (version: string) => `echo 'openjdk ${version} 2026-01-20 LTS'; echo 'OpenJDK 64-Bit Server VM 30'`;

it.each([
  ['one that is new enough', { java: says('21.0.5'), javac: '' }, true],
  ['one without minor numbers', { java: says('25'), javac: '' }, true],
  ['not an older one', { java: says('17.0.15'), javac: '' }, false],
  ['not one without a compiler', { java: says('25.0.1') }, false],
  ['not one too old to know --version', { java: 'exit 1', javac: '' }, false],
  ['not one that is not there', {}, false],
])('takes %s', async (name, programs, taken) => {
  const one = await home(name, programs);
  expect(await findJdk([one])).toBe(taken ? one : undefined);
});

it('takes the first that will do', async () => {
  const old = await home('old', { java: says('17'), javac: '' });
  const first = await home('first', { java: says('22'), javac: '' });
  const second = await home('second', { java: says('25'), javac: '' });
  expect(await findJdk([old, first, second])).toBe(first);
});
