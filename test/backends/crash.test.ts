import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { readFile, readdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { describe, expect, inject, it } from 'vitest';
import { ownerMark } from '../owner.ts';
import { plainProgress } from '../progress.ts';
import { until } from '../wait.ts';
import { attachElasticsearch, upElasticsearch } from './elasticsearch.ts';
import type { ElasticsearchInfo } from './elasticsearch.ts';
import { sweepStates } from './state.ts';

const other = inject('elasticsearch');

describe.skipIf(other.provider !== 'maven' || process.platform !== 'linux')('an Elasticsearch as a process', () => {
  it('is gone when its owner is killed by -9, what it leaves is swept, and no other is disturbed', async () => {
    const owner = spawn(process.execPath, [join(import.meta.dirname, 'hold.ts')], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const [line] = (await once(createInterface({ input: owner.stdout }), 'line')) as [string];
    const { caFile } = JSON.parse(line) as ElasticsearchInfo;
    const state = join(caFile, '../../..');
    expect((await processesOf(state)).length).toBeGreaterThan(1);

    owner.kill('SIGKILL');
    await once(owner, 'exit');
    await until('its processes to end', async () => (await processesOf(state)).length === 0);

    expect(await sweepStates()).toContain(state);
    expect(existsSync(state)).toBe(false);
    const living = attachElasticsearch(other as ElasticsearchInfo);
    expect((await living.request('GET', '/')).status).toBe(200);
    await living.down();
  });

  it('that does not start says why, and leaves nothing', async () => {
    const ours = async () => (await readdir(tmpdir())).filter((name) => name.includes(ownerMark()));
    const before = await ours();
    const lines: string[] = [];
    const progress = plainProgress((line) => lines.push(line));
    const up = upElasticsearch({ progress, settings: { 'path.logs': join(import.meta.filename, 'logs') } });
    await expect(up).rejects.toThrow(/^Elasticsearch ended \(exit code \d+\):\n(.|\n)*crash.test.ts/);
    expect(lines.at(-1)).toMatch(/^✗ Elasticsearch/);
    expect(await ours()).toEqual(before);
  });
});

/** The processes of this machine that speak of a folder. */
async function processesOf(folder: string): Promise<string[]> {
  const pids = (await readdir('/proc')).filter((entry) => /^\d+$/.test(entry));
  const found = await Promise.all(
    pids.map(async (pid) => (await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')).includes(folder)),
  );
  return pids.filter((_, index) => found[index]);
}
