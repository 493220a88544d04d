import { numberOf } from '../../operator/inject/quantity.ts';
import { until } from '../wait.ts';
import { countOf, recordsOf } from './records.ts';
import type { World } from './world.ts';
import { faultsOf, NUMBERED } from './numbered.ts';

const CONTAINER = 'app';
const PORT = 8080;

/**
 * Writes lines when it is asked to, thirty of them every 20 ms, and answers with how many there are; tells which files its log
 * folder has; kills the sidecar, which it sees because the containers of its pod share one namespace of processes.
 */
const SCRIPT = `
${NUMBERED}
const FOLDER = '/logs/${CONTAINER}/';
const { readdirSync, readFileSync, statSync } = require('node:fs');
let lines = 0;
function write(to, done) {
  for (let i = 0; i < 30 && lines < to; i++) say(++lines);
  if (lines < to) setTimeout(write, 20, to, done);
  else done({ lines });
}
const files = () =>
  Object.fromEntries(readdirSync(FOLDER).map((name) => [name, statSync(FOLDER + name).size]));
function kill() {
  const isSidecar = (pid) => /^\\d+$/.test(pid) && readFileSync('/proc/' + pid + '/cmdline', 'latin1').endsWith('/sidecar.mjs\\0');
  const pids = readdirSync('/proc').filter(isSidecar).map(Number);
  for (const pid of pids) process.kill(pid, 'SIGKILL');
  return { killed: pids.length };
}
require('node:http').createServer((request, response) => {
  const { pathname, searchParams } = new URL(request.url, 'http://localhost');
  const answer = (value) => response.end(JSON.stringify(value));
  if (pathname === '/write') write(lines + Number(searchParams.get('lines')), answer);
  else answer({ '/files': files, '/kill': kill }[pathname]?.() ?? {});
}).listen(${PORT});
process.on('SIGTERM', () => process.exit(0));
`;

/** A pod that writes, rotates and kills its sidecar as a test wants, and tells what became of its lines in Elasticsearch. */
export class Writer {
  /** That it was asked to write so far. */
  lines = 0;
  readonly #world: World;
  readonly #namespace: string;
  readonly #pod: string;
  /** Bytes past which the kubelet rotates. */
  #maxSize = Infinity;

  constructor(world: World, namespace: string, pod: string) {
    this.#world = world;
    this.#namespace = namespace;
    this.#pod = pod;
  }

  /** Creates the pod, with more in its spec, and waits until it is ready. */
  async start(more: object = {}): Promise<void> {
    const [name, namespace] = [this.#pod, this.#namespace];
    const subPathExpr = `${namespace}_${name}_$(POD_UID)`;
    const container = this.#world.container(SCRIPT, {
      name: CONTAINER,
      // The sidecar is another user's.
      securityContext: { runAsUser: 0 },
      env: [{ name: 'POD_UID', valueFrom: { fieldRef: { fieldPath: 'metadata.uid' } } }],
      volumeMounts: [{ name: 'own-logs', mountPath: '/logs', subPathExpr, readOnly: true }],
      readinessProbe: { httpGet: { path: '/', port: PORT }, periodSeconds: 1 },
    });
    const volumes = [{ name: 'own-logs', hostPath: { path: '/var/log/pods' } }];
    const spec = { shareProcessNamespace: true, containers: [container], volumes, ...more };
    await this.#world.apply({ apiVersion: 'v1', kind: 'Pod', metadata: { name, namespace }, spec });
    await this.#world.kubectl('wait', '-n', namespace, '--for=condition=Ready', `pod/${name}`, '--timeout=120s');
    const { spec: created } = await this.#get<{ spec: { nodeName: string } }>();
    const configz = await this.#world.kubectl('get', '--raw', `/api/v1/nodes/${created.nodeName}/proxy/configz`);
    const { kubeletconfig } = JSON.parse(configz) as { kubeletconfig: { containerLogMaxSize: string } };
    this.#maxSize = numberOf(kubeletconfig.containerLogMaxSize);
  }

  async write(lines: number): Promise<void> {
    this.lines += lines;
    const wrote = await this.#ask<{ lines: number }>(`/write?lines=${lines}`);
    if (wrote.lines !== this.lines) throw new Error(`it has written ${wrote.lines} lines instead of ${this.lines}`);
  }

  /** Names of the files of its log folder on the node. */
  async files(): Promise<string[]> {
    return Object.keys(await this.#sizes());
  }

  /** Writes until its file is as large as the kubelet lets it become; returns the name that it is given then. */
  async fill(): Promise<string> {
    const before = new Set((await this.files()).flatMap(rotatedName));
    const rotated = async () => (await this.files()).flatMap(rotatedName).find((name) => !before.has(name));
    while (!(await this.#isFull()) && !(await rotated())) await this.write(300);
    return until('the rotation of a full log file', rotated, { everyMs: 200 });
  }

  /** kill -9. */
  async killSidecar(): Promise<void> {
    const { killed } = await this.#ask<{ killed: number }>('/kill');
    if (killed !== 1) throw new Error(`${killed} sidecars were killed`);
  }

  /** Waits until the sidecar runs after so many restarts. */
  async restarted(times: number): Promise<void> {
    await until(`restart ${times} of the sidecar`, async () => {
      const { restartCount, state } = await this.sidecar();
      return restartCount >= times && state.running;
    });
  }

  async sidecar(): Promise<SidecarStatus> {
    const { status } = await this.#get<{ status: { initContainerStatuses: readonly SidecarStatus[] } }>();
    return status.initContainerStatuses.find(({ name }) => name === 'tracewell')!;
  }

  /** What is wrong with its lines in Elasticsearch at the moment, one sentence each. */
  async faults(): Promise<string[]> {
    const { elasticsearch } = this.#world;
    const query = { term: { 'kubernetes.pod.name': this.#pod } };
    const records = await countOf(elasticsearch, this.#namespace, query);
    if (records < this.lines) return [`of ${this.lines} lines ${records} are there`];
    return faultsOf(await recordsOf(elasticsearch, this.#namespace, query), this.lines);
  }

  async #isFull(): Promise<boolean> {
    return Object.entries(await this.#sizes()).some(([name, size]) => name.endsWith('.log') && size > this.#maxSize);
  }

  #sizes(): Promise<Record<string, number>> {
    return this.#ask('/files');
  }

  #get<T>(): Promise<T> {
    return this.#world.get<T>('pod', this.#pod, '-n', this.#namespace);
  }

  async #ask<T>(path: string): Promise<T> {
    const proxy = `/api/v1/namespaces/${this.#namespace}/pods/${this.#pod}:${PORT}/proxy`;
    return JSON.parse(await this.#world.kubectl('get', '--raw', `${proxy}${path}`)) as T;
  }
}

/** Waits until every line of a writer is in Elasticsearch, each once and as it was written. */
export async function expectDelivered(writer: Writer): Promise<void> {
  await until(
    'every line, once',
    async () => {
      const faults = await writer.faults();
      if (faults.length > 0) throw new Error(`${faults.length} faults: ${faults.slice(0, 5).join(', ')}`);
      return true;
    },
    { timeoutMs: 120_000, everyMs: 500 },
  );
}

/** The name of a rotated file, without what compression adds to it. */
const rotatedName = (name: string): string[] => /^\d+\.log\.\d+-\d+/.exec(name)?.slice() ?? [];

interface SidecarStatus {
  readonly name: string;
  readonly restartCount: number;
  readonly state: { readonly running?: object };
  readonly lastState: { readonly terminated?: { readonly reason: string } };
}
