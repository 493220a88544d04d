import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { build } from '../tools/build.ts';

/**
 * Bundles the sidecar and returns what Node.js is given in the image: flags, and the program. Run from its sources it would carry
 * what strips their types: some 25 MB that no pod has.
 */
export async function bundleSidecar(): Promise<readonly string[]> {
  await build();
  return [...imageFlags(), join(import.meta.dirname, '../dist/sidecar.js')];
}

const dockerfile = (): string => readFileSync(join(import.meta.dirname, '../sidecar/Dockerfile'), 'utf8');

/** The flags that the image gives Node.js. */
function imageFlags(): string[] {
  const entry = /^ENTRYPOINT (\[.*\])$/m.exec(dockerfile())?.[1] ?? '[]';
  return (JSON.parse(entry) as string[]).slice(1, -1);
}

/** The environment that the image gives every sidecar: how Node.js and its memory are set. */
export function imageEnvironment(): Record<string, string> {
  const lines = [...dockerfile().matchAll(/^ENV (.*)$/gm)].map(([, line]) => line!);
  const pairs = lines.flatMap((line) => [...line.matchAll(/(\w+)=(?:"([^"]*)"|(\S+))/g)]);
  return Object.fromEntries(pairs.map(([, name, quoted, bare]) => [name!, quoted ?? bare!]));
}
