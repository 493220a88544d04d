import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { build } from '../tools/build.ts';

/**
 * Bundles the sidecar and returns the program that the image runs. Run from its sources it would carry what strips their
 * types: some 25 MB that no pod has.
 */
export async function bundleSidecar(): Promise<string> {
  await build();
  return join(import.meta.dirname, '../dist/sidecar.js');
}

/** The environment that the image gives every sidecar: how Node.js and its memory are set. */
export function imageEnvironment(): Record<string, string> {
  const dockerfile = readFileSync(join(import.meta.dirname, '../sidecar/Dockerfile'), 'utf8');
  const lines = [...dockerfile.matchAll(/^ENV (.*)$/gm)].map(([, line]) => line!);
  const pairs = lines.flatMap((line) => [...line.matchAll(/(\w+)=(?:"([^"]*)"|(\S+))/g)]);
  return Object.fromEntries(pairs.map(([, name, quoted, bare]) => [name!, quoted ?? bare!]));
}
