import { randomBytes } from 'node:crypto';
import { chmod, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { run } from '../cluster/run.ts';
import { need } from '../cluster/programs.ts';
import { ownerLives, ownerMark } from '../owner.ts';
import { during } from '../progress.ts';
import { caFileIn, createCertificate } from './certificate.ts';
import { basic, connect } from './connection.ts';
import { VERSION } from './distribution.ts';
import type { Brought, UpOptions } from './elasticsearch.ts';
import { untilReady } from './ready.ts';
import { createState, removeState, sweepStates } from './state.ts';

const IMAGE = `docker.elastic.co/elasticsearch/elasticsearch:${VERSION}`;
/** Says which process a container belongs to. */
const LABEL = 'tracewell-elasticsearch';

/** Elasticsearch as Elastic's image; a later run removes it when this process dies. */
export async function upDocker({ progress, signal, settings = {} }: UpOptions): Promise<Brought> {
  await need({ openssl: 'openssl' }, progress, signal);
  const docker = (args: readonly string[], env = process.env) => run('docker', args, { signal, env });
  return during(progress, 'Elasticsearch (Docker)', async (step) => {
    await sweepStates();
    await sweepContainers();
    const state = await createState();
    const name = `${LABEL}-${process.pid}-${randomBytes(4).toString('hex')}`;
    const down = async () => {
      await run('docker', ['rm', '--force', '--volumes', name]);
      await removeState(state);
    };
    try {
      const tls = join(state, 'tls');
      await createCertificate(tls, signal);
      // The image's user is another one.
      await chmod(state, 0o755);
      await chmod(join(tls, 'elasticsearch.key'), 0o644);
      const password = randomBytes(16).toString('hex');
      const all = {
        'discovery.type': 'single-node',
        'cluster.routing.allocation.disk.threshold_enabled': 'false',
        'xpack.ml.enabled': 'false',
        'xpack.security.http.ssl.enabled': 'true',
        'xpack.security.http.ssl.certificate': 'tls/elasticsearch.crt',
        'xpack.security.http.ssl.key': 'tls/elasticsearch.key',
        ES_JAVA_OPTS: '-Xms512m -Xmx512m',
        ...settings,
      };
      step.update(`the first start downloads ${IMAGE}, about 700 MB`);
      await docker(
        [
          'run',
          '--detach',
          '--name',
          name,
          '--label',
          `${LABEL}=${ownerMark()}`,
          '--publish',
          '127.0.0.1::9200',
          '--volume',
          `${tls}:/usr/share/elasticsearch/config/tls:ro`,
          ...Object.entries(all).flatMap(([key, value]) => ['--env', `${key}=${value}`]),
          '--env',
          'ELASTIC_PASSWORD',
          IMAGE,
        ],
        { ...process.env, ELASTIC_PASSWORD: password },
      );
      step.update('starting');
      const port = Number((await docker(['port', name, '9200/tcp'])).trim().split(':').at(-1));
      const url = `https://127.0.0.1:${port}`;
      const caFile = caFileIn(tls);
      const ca = await readFile(caFile, 'utf8');
      const connection = connect({ url, ca }, basic('elastic', password));
      await untilReady(connection, signal ?? new AbortController().signal)
        .catch(async (error: unknown) => {
          const log = await run('docker', ['logs', '--tail', '10', name]);
          throw new Error(`${(error as Error).message}\n${log}`, { cause: error });
        })
        .finally(connection.close);
      const description = `Elasticsearch ${VERSION} on ${url}, container ${name}`;
      step.done(description);
      return {
        info: { provider: 'docker', url, port, username: 'elastic', password, ca, caFile, description },
        down,
      };
    } catch (error) {
      await down().catch(() => {}); // the first failure is the one to tell
      throw error;
    }
  });
}

/** Removes the containers whose owners are dead. */
async function sweepContainers(): Promise<void> {
  const format = `{{.Names}} {{.Label "${LABEL}"}}`;
  const listed = await run('docker', ['ps', '--all', '--filter', `label=${LABEL}`, '--format', format]);
  const all = listed.trim().split('\n').filter(Boolean);
  const dead = all.map((line) => line.split(' ')).filter(([, mark]) => !ownerLives(mark ?? ''));
  for (const [name] of dead) await run('docker', ['rm', '--force', '--volumes', name!]);
}
