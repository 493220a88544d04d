import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { build } from '../tools/build.ts';

type Part = 'operator' | 'sidecar';

/**
 * Bundles a program and returns what Node.js is given in its image: flags, and the program. Run from its sources it would carry
 * what strips their types: some 25 MB that no pod has.
 */
export async function bundle(part: Part): Promise<readonly string[]> {
  await build();
  return [...imageFlags(part), join(import.meta.dirname, `../dist/${part}.mjs`)];
}

const dockerfile = (part: Part): string => readFileSync(join(import.meta.dirname, `../${part}/Dockerfile`), 'utf8');

/** The flags that the image gives Node.js. */
function imageFlags(part: Part): string[] {
  const entry = /^ENTRYPOINT (\[.*\])$/m.exec(dockerfile(part).replaceAll('\\\n', ''))?.[1] ?? '[]';
  return (JSON.parse(entry) as string[]).slice(1, -1);
}

/** The environment that the image gives its program: how Node.js and its memory are set. */
export function imageEnvironment(part: Part): Record<string, string> {
  const lines = [...dockerfile(part).matchAll(/^ENV (.*)$/gm)].map(([, line]) => line!);
  const pairs = lines.flatMap((line) => [...line.matchAll(/(\w+)=(?:"([^"]*)"|(\S+))/g)]);
  return Object.fromEntries(pairs.map(([, name, quoted, bare]) => [name!, quoted ?? bare!]));
}
