import { linkSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ENV, SECRET_FILE, STREAM_PREFIX } from '../api/names.ts';
import { DEFAULT_LIMITS, sidecarConfig } from '../api/sidecar-config.ts';
import { build } from '../tools/build.ts';
import type { Target } from './sink/sink.ts';

/** The streams that the sidecars of a benchmark write to: records, and what is said about files. */
export const STREAM = `${STREAM_PREFIX.logs}bench`;
export const FILES_STREAM = `${STREAM_PREFIX.files}bench`;

/**
 * Bundles the sidecar and returns the program that the image runs. Run from its sources it would carry what strips their
 * types: some 25 MB that no pod has.
 */
export async function bundleSidecar(): Promise<string> {
  await build();
  return join(import.meta.dirname, '../dist/sidecar.js');
}

/** The environment that the image gives every sidecar: how Node.js and its memory are set. */
function imageEnvironment(): Record<string, string> {
  const dockerfile = readFileSync(join(import.meta.dirname, '../sidecar/Dockerfile'), 'utf8');
  const lines = [...dockerfile.matchAll(/^ENV (.*)$/gm)].map(([, line]) => line!);
  const pairs = lines.flatMap((line) => [...line.matchAll(/(\w+)=(?:"([^"]*)"|(\S+))/g)]);
  return Object.fromEntries(pairs.map(([, name, quoted, bare]) => [name!, quoted ?? bare!]));
}

/** A pod as the sidecar sees it: folders and variables (docs/sidecar.md), made in `folder`. */
export interface Pod {
  logs: string;
  env: Record<string, string>;
}

export function makePod(folder: string, { url, apiKey, ca }: Target): Pod {
  const [logs, config, state] = [join(folder, 'logs'), join(folder, 'config'), join(folder, 'state')];
  for (const each of [logs, config, state]) mkdirSync(each, { recursive: true });
  const policy = { kind: 'TracingPolicy' as const, namespace: 'bench', name: 'bench' };
  const settings = sidecarConfig.parse({
    version: 1,
    revision: 'bench',
    cluster: 'bench',
    policy,
    elasticsearch: { urls: [url] },
    streams: {
      logs: STREAM,
      deadLetters: `${STREAM_PREFIX.deadLetters}bench`,
      files: FILES_STREAM,
    },
    logs: { containers: { include: [], exclude: [] }, multiline: 'Auto', drop: [] },
    limits: DEFAULT_LIMITS,
  });
  const stem = `${policy.kind}.${policy.name}`;
  writeFileSync(join(config, `${stem}.json`), JSON.stringify(settings));
  writeFileSync(join(config, SECRET_FILE.apiKey), apiKey);
  if (ca) writeFileSync(join(config, SECRET_FILE.elasticsearchCa), ca);
  const env = {
    ...imageEnvironment(),
    [ENV.logs]: logs,
    [ENV.config]: config,
    [ENV.state]: state,
    [ENV.policy]: stem,
    [ENV.podNamespace]: 'bench',
    [ENV.podName]: 'bench-0',
    [ENV.podUid]: '5f3b1c0e-8a35-4c7e-9d0e-2f6a7b8c9d0e',
    [ENV.nodeName]: 'node-1',
  };
  return { logs, env };
}

/** The folder of a container's logs, made; `0.log` in it is the file of its first run. */
export function addContainer(pod: Pod, container: string): string {
  const folder = join(pod.logs, container);
  mkdirSync(folder);
  return join(folder, '0.log');
}

/** Gives the pod a log file that is there already, without a copy. */
export function addLog(pod: Pod, container: string, existing: string): void {
  linkSync(existing, addContainer(pod, container));
}
