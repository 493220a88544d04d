import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { parseAllDocuments } from 'yaml';

const root = join(import.meta.dirname, '..');
const read = (path: string) => readFileSync(join(root, path), 'utf8');

interface Role {
  kind: string;
  rules?: { resources: string[]; resourceNames?: string[]; verbs: string[] }[];
}

/** The chart's template as YAML: the name of the release as the documentation writes it, labels left out. */
const manifests = () =>
  parseAllDocuments(
    read('charts/tracewell/templates/rbac.yaml')
      .replaceAll('{{ include "tracewell.name" . }}', '<name>')
      .replaceAll(/\{\{[^}]*\}\}/g, ''),
  ).map((document) => document.toJS() as Role);

function granted(): string[] {
  return manifests().flatMap(({ kind, rules = [] }) =>
    rules.flatMap(({ resources, resourceNames = [''], verbs }) =>
      resources.flatMap((resource) =>
        resourceNames.flatMap((name) =>
          verbs.map((verb) => `${kind === 'Role' ? 'Release' : 'Cluster'} ${verb} ${resource} ${name}`.trim()),
        ),
      ),
    ),
  );
}

/** Rows of the table in docs/rbac.md: scope, resource, name, verb, reason. */
function documented(): { privilege: string; why: string }[] {
  return read('docs/rbac.md')
    .split('\n')
    .filter((line) => /^\| (Cluster|Release) /.test(line))
    .map((line) => {
      const [scope, resource, name, verb, why] = line
        .split('|')
        .slice(1)
        .map((cell) => cell.trim());
      return { privilege: `${scope} ${verb} ${resource} ${name!.replaceAll('`', '')}`.trim(), why: why! };
    });
}

it('docs/rbac.md lists what the chart grants, no more and no less', () => {
  expect(
    documented()
      .map(({ privilege }) => privilege)
      .toSorted(),
  ).toEqual(granted().toSorted());
});

it.each(documented())('$privilege has a reason', ({ why }) => {
  expect(why).toMatch(/^[A-Z].{20,}\.$/);
});

it('nothing is granted by a wildcard', () => {
  expect(granted().filter((privilege) => privilege.includes('*'))).toEqual([]);
});
