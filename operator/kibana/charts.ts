import type { StreamKind } from '../elastic/templates.ts';
import type { Column } from './columns.ts';
import { viewReference } from './data-views.ts';
import { kql, savedObject, type SavedObject } from './saved-object.ts';

/** What a chart shows: of which streams, under which query (KQL), which columns by id; buckets come first. */
export interface Chart {
  id: string;
  title: string;
  description?: string;
  kind: StreamKind;
  query?: string;
  columns: Readonly<Record<string, Column>>;
}

const LAYER = 'layer';

function lens(chart: Chart, visualizationType: string, visualization: object): SavedObject {
  const { id, title, description = '', kind, query = '', columns } = chart;
  const layer = { columns, columnOrder: Object.keys(columns), incompleteColumns: {} };
  const attributes = {
    title,
    description,
    visualizationType,
    state: {
      datasourceStates: { formBased: { layers: { [LAYER]: layer } } },
      visualization,
      query: kql(query),
      filters: [],
      internalReferences: [],
      adHocDataViews: {},
    },
  };
  const references = [viewReference(kind, `indexpattern-datasource-layer-${LAYER}`)];
  return savedObject('lens', id, { attributes, references });
}

const data = { layerId: LAYER, layerType: 'data' } as const;
const numbersOf = ({ columns }: Chart) => Object.keys(columns).filter((id) => !columns[id]!.isBucketed);
const bucketsOf = ({ columns }: Chart) => Object.keys(columns).filter((id) => columns[id]!.isBucketed);

/** One number. */
export const metric = (chart: Chart): SavedObject =>
  lens(chart, 'lnsMetric', { ...data, metricAccessor: numbersOf(chart)[0] });

/** Stacked bars over time, from two buckets at most: the time comes last, what the colours mean first. */
export function bars(chart: Chart): SavedObject {
  const [splitAccessor, xAccessor] = bucketsOf(chart).length > 1 ? bucketsOf(chart) : [undefined, ...bucketsOf(chart)];
  const layer = {
    ...data,
    seriesType: 'bar_stacked',
    xAccessor,
    accessors: numbersOf(chart),
    ...(splitAccessor === undefined ? {} : { splitAccessor }),
  };
  return lens(chart, 'lnsXY', {
    preferredSeriesType: 'bar_stacked',
    legend: { isVisible: true, position: 'right' },
    valueLabels: 'hide',
    axisTitlesVisibilitySettings: { x: false, yLeft: true, yRight: true },
    layers: [layer],
  });
}

/** A row for each combination of the buckets' values. */
export const table = (chart: Chart): SavedObject =>
  lens(chart, 'lnsDatatable', { ...data, columns: Object.keys(chart.columns).map((columnId) => ({ columnId })) });
