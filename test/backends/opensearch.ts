/**
 * A real OpenSearch for tests: its server as a library from Maven Central, started by a few lines of Java (`opensearch/`), on a
 * port of this machine's loopback, without TLS and users, which are a plugin's there. docs/elasticsearch-in-tests.md.
 */
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { cp, mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { buildOnce } from '../cache.ts';
import { find, need } from '../cluster/programs.ts';
import { run } from '../cluster/run.ts';
import { during } from '../progress.ts';
import type { Progress } from '../progress.ts';
import { until } from '../wait.ts';
import { elasticsearchCache } from './config.ts';
import type { Connection } from './connection.ts';
import { startGuarded, unprivileged } from './guarded.ts';
import { needJdk } from './jdk.ts';
import { createState, removeState, sweepStates } from './state.ts';

const POM = join(import.meta.dirname, 'opensearch/pom.xml');
const NODE = join(import.meta.dirname, 'opensearch/Node.java');
/** C1 alone, as for Elasticsearch: it starts in half the time. */
const JVM_OPTIONS = ['-Xms384m', '-Xmx384m', '-XX:TieredStopAtLevel=1'];

export interface OpenSearch {
  /** `http://127.0.0.1:PORT` */
  readonly url: string;
  /** As `Connection` has it. */
  readonly request: Connection['request'];
  /** Removes all of it. */
  readonly down: () => Promise<void>;
}

/** Brings one up, ready for documents; throws an Unavailable, with what is missing, where there can be none. */
export async function upOpenSearch({ progress }: { readonly progress: Progress }): Promise<OpenSearch> {
  const jdk = await needJdk(progress);
  const jars = await jarsOf(jdk, progress);
  return during(progress, 'OpenSearch', async (step) => {
    await sweepStates();
    const home = await createState();
    const at = (name: string) => join(home, name);
    for (const folder of ['config', 'data', 'logs', 'lib']) await mkdir(at(folder));
    // The cache may be closed to the user that runs it.
    await cp(jars, at('lib'), { recursive: true });
    await cp(NODE, at('Node.java'));
    const { uid, gid } = unprivileged();
    if (uid !== undefined) await run('chown', ['-R', `${uid}:${gid}`, home]);
    const log = at('output.log');
    const classes = `${at('lib')}/*`;
    const server = startGuarded([join(jdk, 'bin/java'), ...JVM_OPTIONS, '-cp', classes, at('Node.java'), home], {
      cwd: home,
      log,
      env: { PATH: '/usr/bin:/bin', HOME: home, TMPDIR: home },
    });
    const down = async () => {
      await server.stop();
      await removeState(home);
    };
    try {
      const url = await until('OpenSearch to be ready', () => urlOf(at('logs/http.ports'), server.ended), {
        timeoutMs: 180_000,
      });
      step.done(url);
      return { url, down, request: requestTo(url) };
    } catch (error) {
      const said = await readFile(log, 'utf8').catch(() => '');
      await down();
      throw new Error(`OpenSearch did not start: ${said.slice(-2_000)}`, { cause: error });
    }
  });
}

function requestTo(url: string): Connection['request'] {
  return async (method, path, body) => {
    const lines = Array.isArray(body) ? body.map((line) => `${JSON.stringify(line)}\n`).join('') : body;
    const text = typeof lines === 'object' ? JSON.stringify(lines) : (lines as string | undefined);
    const type = lines === text ? 'application/x-ndjson' : 'application/json';
    const framing = text === undefined ? {} : { body: text, headers: { 'content-type': type } };
    const response = await fetch(new URL(path, url), { method, ...framing });
    const said = await response.text();
    return { status: response.status, body: (said ? JSON.parse(said) : undefined) as never };
  };
}

/** Where it answers, once its cluster is up. */
async function urlOf(ports: string, ended: AbortSignal): Promise<string | undefined> {
  if (ended.aborted) return undefined;
  const [, port] = /^127\.0\.0\.1:(\d+)$/m.exec(await readFile(ports, 'utf8')) ?? [];
  const url = `http://127.0.0.1:${port}`;
  const { ok } = await fetch(`${url}/_cluster/health?wait_for_status=green&timeout=1s`);
  return ok ? url : undefined;
}

async function jarsOf(jdk: string, progress: Progress): Promise<string> {
  const hash = createHash('sha256').update(await readFile(POM));
  const folder = join(elasticsearchCache(), `opensearch-${hash.digest('hex').slice(0, 16)}`);
  if (existsSync(folder)) return folder;
  await need({ mvn: 'maven' }, progress);
  await during(progress, 'OpenSearch from Maven Central', (step) =>
    buildOnce(folder, {
      step,
      async build(into) {
        step.update('the first start downloads 71 MB');
        const env = { ...process.env, JAVA_HOME: jdk };
        const copy = ['dependency:copy-dependencies', `-DoutputDirectory=${into}`, `--file=${POM}`];
        await run(find('mvn')!, ['--batch-mode', '--quiet', ...copy], { cwd: into, env });
      },
    }),
  );
  return folder;
}
