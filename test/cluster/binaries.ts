import { createHash } from 'node:crypto';
import { readFile, symlink } from 'node:fs/promises';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { buildOnce } from '../cache.ts';
import { during } from '../progress.ts';
import type { Progress, Step } from '../progress.ts';
import { find } from './programs.ts';
import { run } from './run.ts';
import { Unavailable } from './unavailable.ts';

const HERE = import.meta.dirname;
const SOURCES = ['go.mod', 'go.sum', 'kube/main.go', 'coredns/main.go', 'box/main.go'];
const PLUGINS = 'github.com/containernetworking/plugins/plugins';
const HELM = 'helm.sh/helm/v4/cmd/helm';

/** What is built together, all of it from the one Go module in this folder. */
const SETS = {
  /** A whole node, with kubectl, helm and kwok. `kube` is many programs, told apart by the name it is called by. */
  node: {
    packages: [
      './kube',
      './coredns',
      './box',
      HELM,
      'sigs.k8s.io/kwok/cmd/kwok',
      'github.com/containerd/containerd/v2/cmd/containerd-shim-runc-v2',
      `${PLUGINS}/main/bridge`,
      `${PLUGINS}/main/loopback`,
      `${PLUGINS}/ipam/host-local`,
      `${PLUGINS}/meta/portmap`,
    ],
    links: 'kube-apiserver kube-controller-manager kube-scheduler kubelet kube-proxy kubectl etcd containerd ctr'.split(
      ' ',
    ),
    about: 'the first build compiles about 3,700 packages: some ten minutes on two cores',
    env: {},
  },
  /** What is needed to use a cluster that is there already. */
  clients: {
    packages: ['k8s.io/kubernetes/cmd/kubectl', HELM, 'sigs.k8s.io/kind'],
    links: [],
    about: 'the first build compiles about 1,400 packages: some three minutes',
    env: {},
  },
  /** What runs pods of nodes that nobody has, where the cluster brings none. */
  kwok: { packages: ['sigs.k8s.io/kwok/cmd/kwok'], links: [], about: 'some two minutes', env: {} },
  /** The program of the test image, which runs on Linux nodes wherever the tests run. */
  box: { packages: ['./box'], links: [], about: 'a few seconds', env: { GOOS: 'linux' } },
} as const;

export interface BuildOptions {
  /** The folder that keeps what was built. */
  readonly cache: string;
  readonly progress: Progress;
  readonly signal?: AbortSignal | undefined;
}

/** Whether binaries can be built here. */
export const canBuild = (): boolean => find('go') !== undefined;

/** The folder with the binaries of a set: from the cache, or built into it. Throws an Unavailable where there is no usable Go. */
export async function binaries(set: keyof typeof SETS, { cache, progress, signal }: BuildOptions): Promise<string> {
  const go = find('go');
  if (!go)
    throw new Unavailable(
      'Go is missing: install Go 1.21 or newer from https://go.dev/dl (it fetches the version that go.mod asks for)',
    );
  const { packages, env: extra } = SETS[set];
  const env = { ...process.env, CGO_ENABLED: '0', GOFLAGS: '-buildvcs=false', ...extra };
  const version = await run(go, ['env', 'GOVERSION', 'GOOS', 'GOARCH'], { cwd: HERE, env, signal }).catch(
    (error: Error) => {
      throw new Unavailable(`Go is too old or broken, 1.21 or newer is needed (https://go.dev/dl): ${error.message}`);
    },
  );
  const hash = createHash('sha256').update(version).update(JSON.stringify(packages));
  for (const source of SOURCES) hash.update(await readFile(join(HERE, source)));
  const folder = join(cache, hash.digest('hex').slice(0, 16), set);
  if (existsSync(folder)) return folder;

  await during(progress, `Kubernetes binaries (${set})`, (step) =>
    buildOnce(folder, { step, signal, build: (into) => build(go, set, { into, env, step, signal }) }),
  );
  return folder;
}

interface Build {
  readonly into: string;
  readonly env: NodeJS.ProcessEnv;
  readonly step: Step;
  readonly signal: AbortSignal | undefined;
}

async function build(go: string, set: keyof typeof SETS, { into, env, step, signal }: Build) {
  const { packages, links, about } = SETS[set];
  let downloaded = 0;
  let compiled = 0;
  const onLine = (line: string) => {
    if (line.startsWith('go: downloading')) downloaded++;
    else compiled++;
    step.update(`${downloaded} modules downloaded, ${compiled} packages compiled (${about})`);
  };
  step.update(about);
  // -trimpath: the same binaries and the same compile cache wherever the repository lies. -v: a line per package.
  const flags = ['-v', '-trimpath', '-ldflags', `-s -w ${await versionFlags(go, env)}`, '-o', `${into}/`];
  await run(go, ['build', ...flags, ...packages], { cwd: HERE, env, signal, onLine });
  for (const link of links) await symlink('kube', join(into, link));
}

/** Linker flags that make the programs say their versions, which a build from modules does not know by itself. */
async function versionFlags(go: string, env: NodeJS.ProcessEnv): Promise<string> {
  const modules = ['k8s.io/kubernetes', 'github.com/containerd/containerd/v2', 'helm.sh/helm/v4'];
  const list = await run(go, ['list', '-m', '-f', '{{.Version}}', ...modules], { cwd: HERE, env });
  const [kubernetes = '', containerd = '', helm = ''] = list.split('\n');
  const [, major, minor] = /^v(\d+)\.(\d+)/.exec(kubernetes) ?? [];
  return Object.entries({
    'k8s.io/component-base/version.gitVersion': kubernetes,
    'k8s.io/component-base/version.gitMajor': major,
    'k8s.io/component-base/version.gitMinor': minor,
    'github.com/containerd/containerd/v2/version.Version': containerd.slice(1),
    'helm.sh/helm/v4/internal/version.version': helm,
  })
    .map(([name, value]) => `-X ${name}=${value}`)
    .join(' ');
}
