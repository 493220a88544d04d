import { readFile } from 'node:fs/promises';
import { text } from 'node:stream/consumers';
import { KubeConfig } from '@kubernetes/client-node';
import { Cluster } from '../cluster.ts';
import { Failure } from './exit.ts';
import { run, type World } from './run.ts';

/** Whose fields a patch makes the plugin's; what is lacking is the caller's own right. */
const ASKER = { fieldManager: 'kubectl-tracewell', cure: '' };

const connect: World['connect'] = ({ context, kubeconfig }) => {
  const config = new KubeConfig();
  if (kubeconfig === undefined) config.loadFromDefault();
  else config.loadFromFile(kubeconfig);
  if (context !== undefined) {
    if (!config.getContextObject(context)) throw new Failure(`the kubeconfig has no context ${context}`);
    config.setCurrentContext(context);
  }
  // What the library takes when it finds none.
  if (config.getCurrentCluster()?.server === 'http://localhost:8080')
    throw new Failure('there is no kubeconfig: set KUBECONFIG, or name one with --kubeconfig');
  const { namespace = 'default' } = config.getContextObject(config.getCurrentContext()) ?? {};
  return { cluster: new Cluster(config, {}, { asker: ASKER }), namespace };
};

process.exitCode = await run(process.argv.slice(2), {
  connect,
  read: (file) => (file === '-' ? text(process.stdin) : readFile(file, 'utf8')),
  now: () => new Date(),
  clock: () => performance.now(),
  pollMs: 1000,
  out: (text) => void process.stdout.write(text),
  err: (text) => void process.stderr.write(text),
});
