/** What a panel shows: an expression of PromQL and the name of its series, in Grafana's notation (`{{label}}`). */
export type Query = readonly [expr: string, legend?: string];

export interface Panel {
  readonly title: string;
  /** For who points at the title. */
  readonly description?: string;
  /** `series`: over time. `number`: as it is now. */
  readonly type: 'series' | 'number';
  /** Of Grafana's units (the field option "unit"). */
  readonly unit?: string;
  readonly queries: readonly Query[];
  /** A number is red below the first, green from there on; or the other way round. */
  readonly goodFrom?: number;
  readonly badFrom?: number;
  /** Of the axis. */
  readonly max?: number;
  readonly stacked?: boolean;
}

const DATASOURCE = { type: 'prometheus', uid: '${datasource}' };
/** Of Grafana's 24 columns and in its rows of 30 pixels. */
export const SIZE = { series: { w: 8, h: 8 }, number: { w: 4, h: 4 } } as const;
export const COLUMNS = 24;

/** A panel as Grafana's dashboard model has it (schema version 39). */
export function panelOf(panel: Panel, id: number, at: { x: number; y: number }): object {
  const { title, description, type, queries } = panel;
  return {
    id,
    type: type === 'series' ? 'timeseries' : 'stat',
    title,
    ...(description ? { description } : {}),
    datasource: DATASOURCE,
    gridPos: { ...SIZE[type], ...at },
    targets: queries.map(([expr, legendFormat = ''], index) => ({
      refId: String.fromCodePoint('A'.codePointAt(0)! + index),
      datasource: DATASOURCE,
      expr,
      legendFormat,
      ...(type === 'number' ? { instant: true } : { range: true }),
    })),
    fieldConfig: { defaults: fieldOf(panel), overrides: [] },
    options: type === 'series' ? SERIES_OPTIONS : NUMBER_OPTIONS,
  };
}

const SERIES_OPTIONS = {
  legend: { displayMode: 'list', placement: 'bottom', showLegend: true },
  tooltip: { mode: 'multi', sort: 'desc' },
};
const NUMBER_OPTIONS = {
  colorMode: 'background',
  graphMode: 'none',
  reduceOptions: { calcs: ['lastNotNull'], fields: '', values: false },
  textMode: 'value',
};

function fieldOf({ type, unit = 'short', goodFrom, badFrom, max, stacked }: Panel): object {
  const step = (color: string, value: number | null) => ({ color, value });
  const steps =
    goodFrom === undefined
      ? [step('green', null), ...(badFrom === undefined ? [] : [step('red', badFrom)])]
      : [step('red', null), step('green', goodFrom)];
  return {
    unit,
    min: 0,
    ...(max === undefined ? {} : { max }),
    thresholds: { mode: 'absolute', steps },
    color: { mode: type === 'series' ? 'palette-classic' : 'thresholds' },
    ...(type === 'series'
      ? {
          custom: {
            drawStyle: 'line',
            fillOpacity: stacked ? 40 : 10,
            lineWidth: 1,
            showPoints: 'never',
            stacking: { mode: stacked ? 'normal' : 'none', group: 'A' },
          },
        }
      : {}),
  };
}
