import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Cluster } from '../cluster/cluster.ts';
import { NAMESPACE } from '../installation.ts';
import { SHOP } from './shop.ts';

const PART = 'app.kubernetes.io/part-of=shop';

/** Writes down what the cluster says, before it is gone; returns the file's path. */
export async function writeTrouble(cluster: Cluster, error: unknown): Promise<string> {
  const looks = [
    ['get', 'tracingpolicies', '--all-namespaces', '--output', 'yaml'],
    ['logs', '--namespace', NAMESPACE, '--selector', 'app.kubernetes.io/name=tracewell', '--prefix', '--tail', '200'],
    ['describe', 'pods', '--namespace', SHOP],
    [
      'logs',
      '--namespace',
      SHOP,
      '--selector',
      PART,
      '--all-containers',
      '--prefix',
      '--ignore-errors',
      '--tail',
      '50',
    ],
  ];
  const parts = [error instanceof Error ? (error.stack ?? error.message) : String(error)];
  for (const args of looks) {
    const said = await cluster.kubectl(args).catch((failure: Error) => failure.message);
    parts.push(`$ kubectl ${args.join(' ')}\n${said}`);
  }
  parts.push(await cluster.diagnosis());
  const path = join(await mkdtemp(join(tmpdir(), 'tracewell-quickstart-')), 'trouble.txt');
  await writeFile(path, `${parts.join('\n\n')}\n`);
  return path;
}
