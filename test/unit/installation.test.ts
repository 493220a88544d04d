import { expect, it } from 'vitest';
import type { Cluster } from '../cluster/cluster.ts';
import { uninstall } from '../installation.ts';

const CRDS = 'kubectl delete crd tracingpolicies.tracewell.dev clustertracingpolicies.tracewell.dev';
const RELEASE = 'helm uninstall tracewell';

/** What is run on a cluster that has these namespaces of ours, and these policies. */
async function runOn(namespaces: readonly string[], policies: string): Promise<string[]> {
  const ran: string[] = [];
  const answer = (command: string) => {
    ran.push(command);
    if (command.startsWith('kubectl get namespaces')) return namespaces.map((name) => `namespace/${name}\n`).join('');
    return command.startsWith('kubectl get tracingpolicies') ? policies : '';
  };
  const run = (program: string) => async (args: readonly string[]) => answer(`${program} ${args.join(' ')}`);
  await uninstall({ kubectl: run('kubectl'), helm: run('helm') } as unknown as Cluster);
  return ran.filter((command) => !command.startsWith('kubectl get'));
}
const begins = (commands: readonly string[], beginning: string) => commands.some((one) => one.startsWith(beginning));

it('the release, the namespaces and the CRDs that were made are removed, in this order', async () => {
  const ran = await runOn(['elastic', 'tracewell', 'shop'], '');
  expect(ran).toEqual([
    expect.stringContaining(RELEASE),
    'kubectl delete namespaces --selector tracewell.dev/installed-by-test',
    CRDS,
  ]);
});

it('the CRDs stay where somebody else has policies', async () => {
  const ran = await runOn(['elastic', 'tracewell'], 'tracingpolicy.tracewell.dev/theirs\n');
  expect(ran).not.toContain(CRDS);
});

it.each([
  ['nothing was made', []],
  ['only other namespaces were', ['elastic', 'shop']],
])('a release of somebody’s own stays, and its CRDs, when %s', async (_, namespaces) => {
  const ran = await runOn(namespaces, '');
  expect(begins(ran, RELEASE)).toBe(false);
  expect(ran).not.toContain(CRDS);
});
