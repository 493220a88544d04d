import { SERVER } from '../../test/operator/elastic-server.ts';
import { describe, expect, it } from 'vitest';
import { STREAM_PREFIX, VERSION } from '../../api/names.ts';
import type { Leaf, Node } from '../../kql/ast.ts';
import { parse } from '../../kql/parse.ts';
import { STREAM_KINDS, template, type StreamKind } from '../elastic/templates.ts';
import { MARK, ndjson, savedObjects } from './objects.ts';
import type { Reference, SavedObject } from './saved-object.ts';

/**
 * Kibana refuses attributes that it does not know. Its schemas: search 8.8.0, dashboard version 1, lens version 0; the mapping of a
 * data view is open, and its attributes are those of its API.
 */
const ALLOWED: Record<SavedObject['type'], readonly string[]> = {
  'index-pattern': ['title', 'name', 'timeFieldName', 'allowNoIndex', 'fieldFormatMap'],
  search: ['title', 'description', 'columns', 'sort', 'isTextBasedQuery', 'kibanaSavedObjectMeta'],
  lens: ['title', 'description', 'visualizationType', 'state'],
  dashboard: [
    'title',
    'description',
    'panelsJSON',
    'optionsJSON',
    'kibanaSavedObjectMeta',
    'timeRestore',
    'timeFrom',
    'timeTo',
  ],
};

const objects = savedObjects();
const named = objects.map((object) => [`${object.type} ${object.id}`, object] as const);
const ofType = (type: SavedObject['type']) => named.filter(([, object]) => object.type === type);

interface Mapping {
  type?: string;
  enabled?: boolean;
  properties?: Readonly<Record<string, Mapping>>;
}

/** Paths of the fields that a template maps and that can be searched or at least shown. */
function* fields(properties: Readonly<Record<string, Mapping>>, path = ''): Generator<string> {
  for (const [name, child] of Object.entries(properties)) {
    if (child.properties) yield* fields(child.properties, `${path}${name}.`);
    else if (child.enabled !== false) yield `${path}${name}`;
  }
}
const OPTIONS = { replicas: undefined, server: SERVER, custom: [] };
const mapped = new Map(
  STREAM_KINDS.map((kind) => [kind, new Set(fields(template(kind, OPTIONS).template.mappings.properties))]),
);
const kindOf = (title: string): StreamKind => STREAM_KINDS.find((kind) => `${STREAM_PREFIX[kind]}*` === title)!;
const viewKind = new Map(
  ofType('index-pattern').map(([, { id, attributes }]) => [id, kindOf(attributes['title'] as string)]),
);
/** Of the data view that it refers to. */
const fieldsFor = ({ references }: SavedObject) => mapped.get(viewKind.get(references[0]!.id)!)!;

/** Every value under a key of this name, at any depth. */
function* under(key: string, node: unknown): Generator {
  if (typeof node !== 'object' || node === null) return;
  for (const [name, child] of Object.entries(node)) {
    if (name === key) yield child;
    yield* under(key, child);
  }
}
function* leaves(node: Node): Generator<Leaf> {
  if ('nodes' in node) for (const child of node.nodes) yield* leaves(child);
  else if (node.type === 'not') yield* leaves(node.node);
  else if (node.type !== 'all') yield node;
}
/** The fields that a query in KQL names; each of its conditions must name one. */
const askedBy = (query: string) =>
  query === '' ? [] : [...leaves(parse(query))].map(({ field }) => (field?.type === 'name' ? field.text : 'any field'));
const columnsOf = ({ attributes }: SavedObject) =>
  [...under('columns', attributes['state'])][0] as Record<string, { sourceField: string; isBucketed: boolean }>;
const jsonOf = <T>(value: unknown): T => JSON.parse(value as string) as T;

describe('what is imported into Kibana', () => {
  it('has one line for each object, and every object once', () => {
    const lines = ndjson().trimEnd().split('\n');
    expect(lines.map((line) => jsonOf<SavedObject>(line))).toEqual(objects);
    expect(new Set(named.map(([name]) => name)).size).toBe(objects.length);
  });

  it('has a data view for the streams of each kind', () => {
    expect([...viewKind.values()].toSorted()).toEqual([...STREAM_KINDS].toSorted());
  });

  it('has the searches and dashboards that docs/kibana.md names', () => {
    const titles = [...ofType('search'), ...ofType('dashboard')].map(([, { attributes }]) => attributes['title']);
    expect(titles).toEqual([
      'Tracewell: errors',
      'Tracewell: one trace',
      'Tracewell: one pod',
      'Tracewell: dead letters',
      'Tracewell: unproven files',
      'Tracewell: logs overview',
      'Tracewell: pipeline health',
    ]);
  });

  it('says in one description of which version it is', () => {
    expect(MARK).toContain(VERSION);
    expect(ndjson().split(MARK)).toHaveLength(2);
  });

  it.each(named)('%s has attributes that its type allows', (_, { type, attributes }) => {
    expect(Object.keys(attributes).filter((name) => !ALLOWED[type].includes(name))).toEqual([]);
  });

  it.each(named)('%s refers to what stands before it', (_, { id, references }) => {
    const before = objects.slice(
      0,
      objects.findIndex((object) => object.id === id),
    );
    for (const reference of references)
      expect(before.some((object) => object.id === reference.id && object.type === reference.type)).toBe(true);
  });

  it.each(named)('%s names no other object than those it refers to', (_, { attributes, references }) => {
    // Ids stand nowhere but in references, by whose names the attributes speak of them.
    const text = JSON.stringify(attributes).replaceAll(/\\*"(panelIndex|i|panelRefName)\\*":\\*"[^"\\]*\\*"/g, '');
    for (const { id } of references) expect(text).not.toContain(`"${id}`);
  });
});

const expectKnown = (asked: readonly string[], known: ReadonlySet<string>) =>
  expect(asked.filter((field) => !known.has(field))).toEqual([]);

describe.each(ofType('search'))('%s', (_, search) => {
  const { attributes, references } = search;
  const meta = attributes['kibanaSavedObjectMeta'] as { searchSourceJSON: string };
  const source = jsonOf<{ indexRefName?: string; query: { query?: string; esql?: string }; index?: { title: string } }>(
    meta.searchSourceJSON,
  );

  it('knows where to look', () => {
    const esql = source.index ? `FROM ${source.index.title}` : undefined;
    expect([source.indexRefName, source.query.esql?.split('\n')[0]]).toEqual([references[0]?.name, esql]);
  });

  it('asks for and shows fields that are mapped', () => {
    const { query, esql } = source.query;
    const known = esql === undefined ? fieldsFor(search) : mapped.get(kindOf(source.index!.title))!;
    expectKnown([...(attributes['columns'] as string[])], known);
    expectKnown(askedBy(query ?? ''), known);
    const own = new Set([...known, ...[...(esql ?? '').matchAll(/(\w+) =(?!=)/g)].map(([, name]) => name!)]);
    const spoken = (esql ?? '')
      .split('\n')
      .slice(1)
      .join('\n')
      .replaceAll(/"[^"]*"/g, '');
    expectKnown(
      [...spoken.matchAll(/@?\b[a-z][\w.@]*/g)].map(([name]) => name),
      own,
    );
  });
});

describe.each(ofType('lens'))('%s', (_, chart) => {
  const columns = columnsOf(chart);

  it('is of fields that are mapped', () => {
    const known = fieldsFor(chart);
    const sources = Object.values(columns).map(({ sourceField }) => sourceField);
    expectKnown(
      sources.filter((field) => field !== '___records___'),
      known,
    );
    const queries = [...under('query', chart.attributes['state'])].filter((query) => typeof query === 'string');
    expectKnown(queries.flatMap(askedBy), known);
  });

  it('shows every column, and no other', () => {
    const { visualization } = chart.attributes['state'] as { visualization: object };
    const shown = ['columnId', 'metricAccessor', 'xAccessor', 'splitAccessor', 'accessors']
      .flatMap((key) => [...under(key, visualization)])
      .flat()
      .map(String);
    expect(shown.toSorted()).toEqual(Object.keys(columns).toSorted());
    const orders = [...under('orderBy', columns)] as { columnId: string }[];
    for (const { columnId } of orders) expect(columns[columnId]!.isBucketed).toBe(false);
  });

  it('has its layer from the data view', () => {
    const [layer] = [...under('layerId', chart.attributes['state'])];
    expect(chart.references.map(({ name }) => name)).toEqual([`indexpattern-datasource-layer-${String(layer)}`]);
  });
});

interface Panel {
  type: string;
  panelIndex: string;
  panelRefName: string;
  gridData: { x: number; y: number; w: number; h: number; i: string };
}

describe.each(ofType('dashboard'))('%s', (_, { attributes, references }) => {
  const panels = jsonOf<Panel[]>(attributes['panelsJSON']);

  it('has a reference for every panel, of its type, and no other', () => {
    const wanted = panels.map(({ panelIndex, panelRefName, type }) => [`${panelIndex}:${panelRefName}`, type]);
    expect(references.map(({ name, type }: Reference) => [name, type])).toEqual(wanted);
  });

  it('has panels beside each other, on a grid of 48 columns', () => {
    const taken = new Set<string>();
    for (const { gridData, panelIndex } of panels) {
      const { x, y, w, h, i } = gridData;
      expect(i).toBe(panelIndex);
      expect(x + w).toBeLessThanOrEqual(48);
      for (let column = x; column < x + w; column++)
        for (let row = y; row < y + h; row++) {
          expect(taken).not.toContain(`${column},${row}`);
          taken.add(`${column},${row}`);
        }
    }
  });

  it('has options and a query that are JSON', () => {
    expect(jsonOf(attributes['optionsJSON'])).toMatchObject({ useMargins: true });
    const { searchSourceJSON } = attributes['kibanaSavedObjectMeta'] as { searchSourceJSON: string };
    expect(jsonOf(searchSourceJSON)).toEqual({ query: { query: '', language: 'kuery' }, filter: [] });
  });
});
