import { kql } from './saved-object.ts';

/** A column of a layer of Lens: a bucket or a number (Kibana, `lens`, form-based data source). */
export interface Column {
  label: string;
  dataType: 'string' | 'number' | 'date';
  operationType: string;
  isBucketed: boolean;
  scale: 'ordinal' | 'ratio' | 'interval';
  sourceField: string;
  customLabel: true;
  filter?: ReturnType<typeof kql>;
  params?: Readonly<Record<string, unknown>>;
}

/** What a number is called, and of which documents it is (KQL); absent: of all. */
interface Measure {
  label: string;
  filter?: string | undefined;
}

const number = (operationType: string, sourceField: string, { label, filter }: Measure, params = {}): Column => ({
  label,
  customLabel: true,
  dataType: 'number',
  operationType,
  sourceField,
  isBucketed: false,
  scale: 'ratio',
  ...(filter === undefined ? {} : { filter: kql(filter) }),
  params,
});

/** How many documents. */
export const count = (label: string, filter?: string): Column => number('count', '___records___', { label, filter });

/** How many different values. */
export const distinct = (field: string, label: string, filter?: string): Column =>
  number('unique_count', field, { label, filter });

export const sum = (field: string, label: string, unit: 'number' | 'bytes' = 'number'): Column =>
  number('sum', field, { label }, unit === 'bytes' ? { format: { id: 'bytes', params: { decimals: 1 } } } : {});

/** The last time. */
export const latest = (label: string): Column => ({
  ...number('max', '@timestamp', { label }),
  dataType: 'date',
});

/** A bucket for each interval of time, as wide as suits the time range. */
export const overTime = (): Column => ({
  label: 'Time',
  customLabel: true,
  dataType: 'date',
  operationType: 'date_histogram',
  sourceField: '@timestamp',
  isBucketed: true,
  scale: 'interval',
  params: { interval: 'auto', includeEmptyRows: true, dropPartials: false },
});

/** A bucket for each of the values that have most documents; `by` is the id of the column that says what is most. */
export const top = (size: number, field: string, label: string, by: string): Column => ({
  label,
  customLabel: true,
  dataType: 'string',
  operationType: 'terms',
  sourceField: field,
  isBucketed: true,
  scale: 'ordinal',
  params: {
    size,
    orderBy: { type: 'column', columnId: by },
    orderDirection: 'desc',
    otherBucket: false,
    missingBucket: false,
    parentFormat: { id: 'terms' },
  },
});
