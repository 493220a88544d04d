import { readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { find } from '../cluster/programs.ts';
import { run } from '../cluster/run.ts';

const MODULE = 'github.com/prometheus-operator/prometheus-operator@v0.85.0';
const SUM = 'h1:M5xLCLEoaW2IJfnuCwFzzpL+jSVQu3KGT84Pye+fW8s=';

/** The Prometheus operator's own CustomResourceDefinitions, YAML, of these plural names: from its Go module, which is downloaded once. */
export async function prometheusOperatorCrds(plurals: readonly string[]): Promise<string[]> {
  const go = find('go');
  if (!go) throw new Error('Go is missing, and Prometheus was built by it');
  const env = { ...process.env, GOFLAGS: '' };
  const { Dir, Sum } = JSON.parse(await run(go, ['mod', 'download', '-json', MODULE], { cwd: tmpdir(), env })) as {
    Dir: string;
    Sum: string;
  };
  if (Sum !== SUM) throw new Error(`${MODULE} has the sum ${Sum}, not ${SUM}`);
  const folder = join(Dir, 'example/prometheus-operator-crd');
  return Promise.all(plurals.map((plural) => readFile(join(folder, `monitoring.coreos.com_${plural}.yaml`), 'utf8')));
}
