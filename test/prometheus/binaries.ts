import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { buildOnce } from '../cache.ts';
import { find } from '../cluster/programs.ts';
import { run } from '../cluster/run.ts';
import { Unavailable } from '../cluster/unavailable.ts';
import { during, type Progress } from '../progress.ts';

const HERE = import.meta.dirname;
const VERSION = '0.313.5';
const PACKAGES = ['prometheus', 'promtool'].map((name) => `github.com/prometheus/prometheus/cmd/${name}`);
/** Of the service discoveries only that of Kubernetes: the others bring the clients of some twenty clouds. */
const TAGS = 'slicelabels,remove_all_sd,enable_kubernetes_sd';

export interface BuildOptions {
  /** The folder that keeps what was built. */
  readonly cache: string;
  readonly progress: Progress;
  readonly signal?: AbortSignal | undefined;
}

export interface PrometheusPrograms {
  readonly prometheus: string;
  readonly promtool: string;
}

/**
 * Paths of the real programs, for Linux and without the pages for browsers (which are not in the Go module): from the cache, or built
 * into it. Throws an Unavailable where there is no usable Go. Versions in go.mod are those of ../cluster/go.mod wherever both
 * have a module, so that Go compiles it once for both.
 */
export async function prometheusPrograms({ cache, progress, signal }: BuildOptions): Promise<PrometheusPrograms> {
  const go = find('go');
  if (!go) throw new Unavailable('Go is missing: install Go 1.21 or newer from https://go.dev/dl');
  const env = { ...process.env, CGO_ENABLED: '0', GOFLAGS: '-buildvcs=false' };
  const version = await run(go, ['env', 'GOVERSION', 'GOOS', 'GOARCH'], { cwd: HERE, env, signal }).catch(
    (error: Error) => {
      throw new Unavailable(`Go is too old or broken, 1.21 or newer is needed (https://go.dev/dl): ${error.message}`);
    },
  );
  const hash = createHash('sha256').update(version).update(TAGS);
  for (const source of ['go.mod', 'go.sum']) hash.update(await readFile(join(HERE, source)));
  const folder = join(cache, hash.digest('hex').slice(0, 16));
  if (!existsSync(folder))
    await during(progress, `Prometheus ${VERSION}`, (step) =>
      buildOnce(folder, {
        step,
        signal,
        build: async (into) => {
          let compiled = 0;
          const onLine = () => step.update(`${++compiled} packages (the first build compiles some hundred)`);
          const linked = `-s -w -X github.com/prometheus/common/version.Version=${VERSION}`;
          const flags = ['-v', '-trimpath', '-tags', TAGS, '-ldflags', linked, '-o', `${into}/`];
          await run(go, ['build', ...flags, ...PACKAGES], { cwd: HERE, env, signal, onLine });
        },
      }),
    );
  return { prometheus: join(folder, 'prometheus'), promtool: join(folder, 'promtool') };
}
