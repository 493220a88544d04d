import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parseAllDocuments, stringify, type ScalarTag } from 'yaml';
import { SKIP_REASON } from '../../api/names.ts';
import { tracingPolicy } from '../../api/policy.ts';
import { keepingLog } from '../../test/operator/log.ts';
import { policyOf, SURROUNDINGS } from '../../test/operator/objects.ts';
import { applyPatch } from '../../test/operator/patched.ts';
import type { LimitRange } from './limit-range.ts';
import type { Node } from './node.ts';
import type { Operation } from './patch.ts';
import type { Pod } from './pod.ts';
import type { Quota } from './quota.ts';
import { decide, type View } from './webhook.ts';

const GOLDEN = join(import.meta.dirname, '../../test/golden/inject');
const cases = readdirSync(GOLDEN).filter((file) => !file.includes('.injected.'));

/** `!x 3` is `xxx`: a long text. */
const long: ScalarTag = { tag: '!x', resolve: (length) => 'x'.repeat(Number(length)) };
const shorter = (text: string) => text.replaceAll(/x{1000,}/g, ({ length }) => `!x ${length}`);

interface Case {
  pod: Pod;
  view: View;
}

/** A file holds a pod, and after it what is around it: its namespace, quotas, LimitRanges, nodes, policies. */
function read(file: string): Case {
  const documents = parseAllDocuments(readFileSync(join(GOLDEN, file), 'utf8'), { customTags: [long] });
  const [pod, ...around] = documents.map((document) => document.toJS() as Pod & { kind: string });
  const of = <T>(kind: string) => around.filter((object) => object.kind === kind) as unknown as T[];
  const policies = of('TracingPolicy').map((policy) => tracingPolicy.parse(policy));
  const view = {
    policiesOf: () => (policies.length > 0 ? policies : [policyOf('shop')]),
    namespaceLabels: () => of<Pod>('Namespace')[0]?.metadata.labels ?? {},
    quotasOf: () => of<Quota>('ResourceQuota'),
    limitRangesOf: () => of<LimitRange>('LimitRange'),
    nodes: () => of<Node>('Node'),
    breakerOf: () => undefined,
  };
  return { pod: pod!, view };
}

/** What the webhook makes of it: the pod then, and in words why it has no sidecar. */
function outcome({ pod, view }: Case): { after: Pod; why: string } {
  const { log, lines } = keepingLog();
  const request = { uid: '1', namespace: pod.metadata.namespace ?? 'shop', dryRun: false, object: pod };
  const site = {
    ...SURROUNDINGS,
    view,
    log,
    onReview: () => {},
    isCanary: () => false,
    now: () => new Date('2026-01-02T03:04:05Z'),
  };
  const { patch, result, reason } = decide(request, site);
  expect(result).not.toBe('error');
  const { why = '' } = JSON.parse(lines[0] ?? '{}') as { why?: string };
  const after = applyPatch(pod, patch as Operation[]);
  return { after, why: [reason, why].filter(Boolean).join(': ') };
}

describe('a pod comes out of the webhook as its golden file says', () => {
  it.each(cases)('%s', async (file) => {
    const { after, why } = outcome(read(file));
    const text = stringify(after, { lineWidth: 0, aliasDuplicateObjects: false });
    await expect(shorter(why ? `# ${why}\n${text}` : text)).toMatchFileSnapshot(
      join(GOLDEN, file.replace('.yaml', '.injected.yaml')),
    );
  });

  it.each(cases)('and so it stays when it is asked about again: %s', (file) => {
    const { pod, view } = read(file);
    const { after, why } = outcome({ pod, view });
    expect(outcome({ pod: after, view })).toEqual({ after, why });
  });
});

it('there is one for every reason that lies in a pod or in what is around it', () => {
  const given = new Set(cases.map((file) => outcome(read(file)).why.split(':')[0]));
  // Said of pods that are there, and while injection is stopped.
  const others = ['Missed', 'BreakerOpen'];
  expect(Object.keys(SKIP_REASON).filter((reason) => !given.has(reason) && !others.includes(reason))).toEqual([]);
});
