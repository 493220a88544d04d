import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { buildOnce } from '../cache.ts';
import { find } from '../cluster/programs.ts';
import { run } from '../cluster/run.ts';
import { during } from '../progress.ts';
import type { Progress } from '../progress.ts';
import { elasticsearchCache } from './config.ts';

/** Maven Central's "latest" is an older line: name the version. */
export const VERSION = '9.5.3';
const ARTIFACT = `org.elasticsearch.distribution.integ-test-zip:elasticsearch:${VERSION}:zip`;
const PLUGIN = join(import.meta.dirname, 'plugin');
const SOURCES = ['TestPlugin.java', 'TestFeatures.java'].map((name) => join(PLUGIN, name));

/** Elasticsearch's plugin descriptor: `PluginDescriptor` in its server. */
const DESCRIPTOR = {
  name: 'tracewell-test',
  description: 'What clients need and the integ-test-zip lacks',
  version: '1',
  classname: 'tracewell.TestPlugin',
  'java.version': '21',
  'elasticsearch.version': VERSION,
};

async function folderInCache(): Promise<string> {
  const hash = createHash('sha256').update(ARTIFACT).update(JSON.stringify(DESCRIPTOR));
  for (const source of SOURCES) hash.update(await readFile(source));
  return join(elasticsearchCache(), hash.digest('hex').slice(0, 16));
}

/** Whether it is in the cache, so that Maven is not needed. */
export const isBuilt = async (): Promise<boolean> => existsSync(await folderInCache());

export interface DistributionOptions {
  readonly jdk: string;
  readonly progress: Progress;
  readonly signal?: AbortSignal | undefined;
}

/** The home folder of Elasticsearch with the test plugin, readable for everyone: from the cache, or built into it. */
export async function distribution({ jdk, progress, signal }: DistributionOptions): Promise<string> {
  const folder = await folderInCache();
  const home = join(folder, `elasticsearch-${VERSION}`);
  if (existsSync(home)) return home;
  await during(progress, `Elasticsearch ${VERSION} from Maven Central`, (step) =>
    buildOnce(folder, {
      step,
      signal,
      async build(into) {
        step.update('the first start downloads 138 MB');
        const env = { ...process.env, JAVA_HOME: jdk };
        const unpack = ['dependency:unpack', `-Dartifact=${ARTIFACT}`, `-DoutputDirectory=${into}`];
        await run(find('mvn')!, ['--batch-mode', '--quiet', ...unpack], { cwd: into, env, signal });
        step.update('compiling the test plugin');
        await buildPlugin(join(into, `elasticsearch-${VERSION}`), { jdk, scratch: join(into, 'plugin'), signal });
        await run('chmod', ['-R', 'a+rX', into]);
      },
    }),
  );
  return home;
}

interface PluginBuild {
  readonly jdk: string;
  readonly scratch: string;
  readonly signal: AbortSignal | undefined;
}

async function buildPlugin(home: string, { jdk, scratch, signal }: PluginBuild): Promise<void> {
  const services = join(scratch, 'META-INF/services');
  await mkdir(services, { recursive: true });
  await writeFile(join(services, 'org.elasticsearch.features.FeatureSpecification'), 'tracewell.TestFeatures\n');
  const compile = ['--release', DESCRIPTOR['java.version'], '-proc:none', '-cp', join(home, 'lib/*'), '-d', scratch];
  await run(join(jdk, 'bin/javac'), [...compile, ...SOURCES], { signal });
  const plugin = join(home, 'plugins', DESCRIPTOR.name);
  await mkdir(plugin);
  const jar = ['--create', '--file', join(plugin, `${DESCRIPTOR.name}.jar`), '-C', scratch, '.'];
  await run(join(jdk, 'bin/jar'), jar, { signal });
  const lines = Object.entries(DESCRIPTOR).map(([key, value]) => `${key}=${value}\n`);
  await writeFile(join(plugin, 'plugin-descriptor.properties'), lines.join(''));
}
