import { stringify } from 'yaml';
import type { Pod } from '../inject/pod.ts';
import type { Command } from './command.ts';
import { EXIT } from './exit.ts';
import { count, fields } from './layout.ts';
import type { Output } from './output.ts';
import { readDocuments, replaced } from './policy-file.ts';
import { preview, scopeOf, type Preview } from './preview.ts';
import type { Reader } from './reader.ts';
import { takeSnapshot } from './snapshot.ts';
import { podsPath } from './target.ts';

export interface PreviewWorld {
  /** The text of a file; `-` is what comes in. */
  read: (file: string) => Promise<string>;
  now: () => Date;
}

/** `preview`: what would come of policies in files. */
export async function runPreview(
  command: Command & { namespace: string },
  reader: Reader,
  { read, now }: PreviewWorld,
): Promise<Output> {
  const { namespace, operatorNamespace, files } = command;
  const documents = [];
  for (const file of files) {
    const from = file === '-' ? 'standard input' : file;
    const found = readDocuments(await read(file), { from, namespace, now: now() });
    documents.push(...(found.length > 0 ? found : [{ from, faults: ['there is nothing in it'] }]));
  }
  const raws = documents.flatMap(({ raw }) => raw ?? []);
  const scope = scopeOf(raws, namespace);
  const present = await takeSnapshot(reader, { namespace: scope, operatorNamespace });
  const snapshot = present.with(replaced(present.policies.all(), raws));
  const where = scope === undefined ? 'in any namespace' : `in the namespace ${scope}`;
  const pods = raws.length > 0 ? await reader.needList<Pod>(podsPath(scope), `pods ${where}`) : [];
  const previews = documents.map((document) => preview(document, { snapshot, pods, now: now() }));
  return {
    text: previews.map(previewText).join('\n'),
    value: { previews },
    code: previews.some(({ faults }) => faults.length > 0) ? EXIT.no : EXIT.done,
  };
}

function previewText(one: Preview): string {
  const { from, policy, faults } = one;
  const head = `${policy ?? 'No policy'} (${from})\n`;
  if (faults.length > 0)
    return `${head}${fields([
      ['Refused', faults],
      ['Pods', ['none: while it is refused it selects nothing.']],
    ])}`;
  return `${head}${fields([
    ['Bounds', one.notes],
    ['Reaches', [one.namespaces.length > 0 ? one.namespaces.join(', ') : 'no namespace']],
    ['Pods', podsLines(one)],
  ])}${patchText(one)}`;
}

function podsLines({ selected, governed, injected, missing, skipped, shadowed }: Preview): string[] {
  return [
    `${selected} selected, ${governed} governed.`,
    ...(injected > 0 ? [`${count(injected, 'pod has', 'pods have')} a sidecar already.`] : []),
    ...(missing > 0 ? [`${count(missing, 'pod gets', 'pods get')} one when created again.`] : []),
    ...skipped.map(
      ({ count: number, reason, example, message, cure }) =>
        `${count(number, 'pod')} skipped: ${reason}, such as ${example}: ${message}. ${cure}`,
    ),
    ...shadowed.map(
      ({ count: number, by, example }) => `${count(number, 'pod')} governed by ${by} instead, such as ${example}.`,
    ),
  ];
}

function patchText({ patch }: Preview): string {
  if (!patch) return fields([['Patch', ['none to show: no pod would be injected, or the operator cannot be read.']]]);
  const text = stringify(patch.operations, { lineWidth: 0, aliasDuplicateObjects: false });
  return fields([['Patch', [`of a new pod such as ${patch.pod}:`, ...text.trimEnd().split('\n')]]]);
}
