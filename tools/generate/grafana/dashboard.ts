import { COLUMNS, panelOf, SIZE } from './panel.ts';
import { ROWS } from './rows.ts';

/** A choice above the dashboard: the values that a label of a metric has. */
const choice = (name: string, label: string, definition: string) => ({
  type: 'query',
  name,
  label,
  datasource: { type: 'prometheus', uid: '${datasource}' },
  definition,
  query: { query: definition, refId: name },
  refresh: 2,
  sort: 1,
  multi: true,
  includeAll: true,
  allValue: '.*',
  current: { text: ['All'], value: ['$__all'] },
});

/** The dashboard as Grafana imports it: its JSON model, schema version 39 (Grafana 10.3). */
export function grafanaDashboard(): object {
  return {
    uid: 'tracewell',
    title: 'Tracewell',
    description: 'Whether logs are captured and delivered, and how the operator stands.',
    tags: ['tracewell', 'logs'],
    schemaVersion: 39,
    version: 1,
    editable: true,
    graphTooltip: 1,
    refresh: '30s',
    time: { from: 'now-3h', to: 'now' },
    annotations: { list: [] },
    templating: {
      list: [
        { type: 'datasource', name: 'datasource', label: 'Prometheus', query: 'prometheus' },
        choice('namespace', 'Namespace', 'label_values(tracewell_pods, namespace)'),
        choice('policy', 'Policy', 'label_values(tracewell_pods{namespace=~"$namespace"}, policy)'),
      ],
    },
    panels: panels(),
  };
}

/** All panels in their places: each row's title, and its panels from left to right. */
function panels(): object[] {
  const placed: object[] = [];
  let [x, y, below] = [0, 0, 0];
  for (const { title, panels: inRow } of ROWS) {
    placed.push({
      id: placed.length + 1,
      type: 'row',
      title,
      collapsed: false,
      gridPos: { x: 0, y: below, w: COLUMNS, h: 1 },
      panels: [],
    });
    [x, y] = [0, below + 1];
    for (const panel of inRow) {
      const { w, h } = SIZE[panel.type];
      if (x + w > COLUMNS) [x, y] = [0, y + h];
      placed.push(panelOf(panel, placed.length + 1, { x, y }));
      below = y + h;
      x += w;
    }
  }
  return placed;
}
