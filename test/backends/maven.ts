import { pbkdf2Sync, randomBytes } from 'node:crypto';
import { cp, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { need } from '../cluster/programs.ts';
import { run } from '../cluster/run.ts';
import { during } from '../progress.ts';
import type { Step } from '../progress.ts';
import { until } from '../wait.ts';
import { caFileIn, createCertificate } from './certificate.ts';
import { basic, connect } from './connection.ts';
import { distribution, isBuilt, VERSION } from './distribution.ts';
import type { Brought, UpOptions } from './elasticsearch.ts';
import { startGuarded, unprivileged, type Guarded } from './guarded.ts';
import { needJdk } from './jdk.ts';
import { untilReady } from './ready.ts';
import { createState, removeState, sweepStates } from './state.ts';

const USERNAME = 'elastic';
/** C1 alone: half the time and half the processor to start; docs/elasticsearch-in-tests.md has the figures. */
const JVM_OPTIONS = '-Xms512m -Xmx512m -XX:TieredStopAtLevel=1';

/** Elasticsearch as a process of this machine; it ends with this one, however that ends. */
export async function upMaven({ progress, signal, settings = {} }: UpOptions): Promise<Brought> {
  await need({ openssl: 'openssl', ...((await isBuilt()) ? {} : { mvn: 'maven' }) }, progress, signal);
  const jdk = await needJdk(progress, signal);
  const home = await distribution({ jdk, progress, signal });
  return during(progress, 'Elasticsearch', async (step) => {
    await sweepStates();
    const state = await createState();
    const ends: (() => Promise<void>)[] = [() => removeState(state)];
    const down = async () => {
      for (const end of ends.splice(0).toReversed()) await end();
    };
    try {
      const started = await start({ state, home, jdk, settings, signal, step, ends });
      step.done(started.info.description);
      return { ...started, down };
    } catch (error) {
      await down();
      throw error;
    }
  });
}

interface Start {
  readonly state: string;
  readonly home: string;
  readonly jdk: string;
  readonly settings: Readonly<Record<string, string>>;
  readonly signal: AbortSignal | undefined;
  readonly step: Step;
  /** Gets what has to be undone. */
  readonly ends: (() => Promise<void>)[];
}

async function start({ state, home, jdk, settings, signal, step, ends }: Start): Promise<Omit<Brought, 'down'>> {
  const at = (...names: string[]) => join(state, ...names);
  step.update('certificates and settings');
  const password = randomBytes(16).toString('hex');
  await cp(join(home, 'config'), at('config'), { recursive: true });
  await createCertificate(at('config/tls'), signal);
  for (const folder of ['data', 'logs', 'tmp']) await mkdir(at(folder));
  await writeFile(at('config/elasticsearch.yml'), lines(': ', { ...settingsOf(state), ...settings }));
  await writeFile(at('config/users'), `${USERNAME}:${hashed(password)}\n`);
  await writeFile(at('config/users_roles'), `superuser:${USERNAME}\n`);
  const { uid, gid } = unprivileged();
  if (uid !== undefined) await run('chown', ['-R', `${uid}:${gid}`, state], { signal });

  step.update('starting');
  const log = at('output.log');
  const program = join(await reachable(home, at('home')), 'bin/elasticsearch');
  const env = {
    PATH: '/usr/bin:/bin',
    HOME: state,
    ES_JAVA_HOME: jdk,
    ES_PATH_CONF: at('config'),
    ES_TMPDIR: at('tmp'),
    ES_JAVA_OPTS: JVM_OPTIONS,
    // The launcher leaves a folder there each time.
    CLI_JAVA_OPTS: `-Djava.io.tmpdir=${at('tmp')}`,
  };
  const caFile = caFileIn(at('config/tls'));
  const ca = await readFile(caFile, 'utf8');
  let server: Guarded;
  /** Starts it on a port, or with 0 on one of the kernel's choice, and returns which that is when it is ready. */
  const launch = async (wanted: number): Promise<number> => {
    await rm(at('logs/http.ports'), { force: true });
    server = startGuarded([program, `-Ehttp.port=${wanted}`], { cwd: state, log, env });
    ends.push(server.stop);
    const either = AbortSignal.any([server.ended, ...(signal ? [signal] : [])]);
    try {
      const port = await portOf(at('logs/http.ports'), either);
      const connection = connect({ url: `https://127.0.0.1:${port}`, ca }, basic(USERNAME, password));
      await untilReady(connection, either).finally(connection.close);
      return port;
    } catch (error) {
      if (!server.ended.aborted) throw error;
      throw new Error(
        `Elasticsearch ${(server.ended.reason as Error).message}:\n${complaint(await readFile(log, 'utf8'))}`,
        { cause: error },
      );
    }
  };
  const port = await launch(0);
  const url = `https://127.0.0.1:${port}`;
  const description = `Elasticsearch ${VERSION} on ${url}, a process of this machine, state in ${state}`;
  return {
    info: { provider: 'maven', url, port, username: USERNAME, password, ca, caFile, description },
    async crash() {
      await server.stop();
      await launch(port);
    },
  };
}

function settingsOf(state: string): Record<string, string> {
  return {
    'cluster.name': 'tracewell-test',
    'node.name': 'node',
    'discovery.type': 'single-node',
    'network.host': '127.0.0.1',
    // The kernel's choice, told in a file; that of the other one is on the command line.
    'transport.port': '0',
    'node.portsfile': 'true',
    'path.data': join(state, 'data'),
    'path.logs': join(state, 'logs'),
    // A nearly full disk is no reason for tests to stop.
    'cluster.routing.allocation.disk.threshold_enabled': 'false',
    'xpack.security.enabled': 'true',
    'xpack.security.http.ssl.enabled': 'true',
    'xpack.security.http.ssl.certificate': 'tls/elasticsearch.crt',
    'xpack.security.http.ssl.key': 'tls/elasticsearch.key',
    // Its user `elastic` has its password from a keystore, which costs a virtual machine's start. The same user in a file does not.
    'xpack.security.authc.reserved_realm.enabled': 'false',
  };
}

const lines = (between: string, of: Readonly<Record<string, string>>): string =>
  Object.entries(of)
    .map(([key, value]) => `${key}${between}${JSON.stringify(value)}\n`)
    .join('');

/** As the file `users` has it: Elasticsearch's `Hasher.PBKDF2`. */
function hashed(password: string): string {
  const salt = randomBytes(32);
  const hash = pbkdf2Sync(password, salt, 10_000, 32, 'sha512');
  return `{PBKDF2}10000$${salt.toString('base64')}$${hash.toString('base64')}`;
}

/** The same files where the unprivileged user gets at them: the cache is in a home folder, which may be closed to others. */
async function reachable(home: string, link: string): Promise<string> {
  if (unprivileged().uid === undefined) return home;
  await run('cp', ['-rl', home, link]).catch(async () => {
    // Another file system has no links to it.
    await removeState(link);
    await cp(home, link, { recursive: true });
  });
  return link;
}

async function portOf(file: string, signal: AbortSignal): Promise<number> {
  const port = await until(
    'Elasticsearch to listen',
    async () => signal.aborted || /^127\.0\.0\.1:(\d+)$/m.exec(await readFile(file, 'utf8'))?.[1],
    { timeoutMs: 180_000 },
  );
  signal.throwIfAborted();
  return Number(port);
}

/** What a log says about its end: the first lines that sound like it, or its last ones; not the one that points to a file which is gone by then. */
function complaint(log: string): string {
  const all = log
    .trim()
    .split('\n')
    .filter((line) => !line.includes('check the logs at'));
  const bad = all.filter((line) => /ERROR|FATAL|fatal|^Exception|^Caused by/.test(line));
  return (bad.length > 0 ? bad.slice(0, 8) : all.slice(-8)).map((line) => line.slice(0, 500)).join('\n');
}
