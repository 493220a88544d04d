import { STREAM_PREFIX } from '../../api/names.ts';
import type { StreamKind } from '../elastic/templates.ts';
import { viewReference } from './data-views.ts';
import { kql, savedObject, searchSource, type SavedObject } from './saved-object.ts';

/** Words of `log.level` for something that went wrong: syslog's upper half, and what frameworks call theirs (docs/formats.md). */
const ERROR_LEVELS = [
  'error',
  'err',
  'fail',
  'severe',
  'critical',
  'crit',
  'fatal',
  'panic',
  'alert',
  'emerg',
  'emergency',
];
/** KQL: something that went wrong. */
export const ERRORS = `log.level: (${ERROR_LEVELS.join(' or ')})`;

interface Search {
  title: string;
  description: string;
  kind: StreamKind;
  /** KQL; empty: all. */
  query: string;
  columns: readonly string[];
  /** As things happened, or the newest first. */
  order: 'asc' | 'desc';
}

const where = ['kubernetes.namespace', 'kubernetes.pod.name', 'kubernetes.container.name'] as const;

const SEARCHES: Record<string, Search> = {
  'tracewell-errors': {
    title: 'Tracewell: errors',
    description: 'Records of a level at which something went wrong, the newest first.',
    kind: 'logs',
    query: ERRORS,
    columns: ['log.level', 'service.name', 'kubernetes.namespace', 'kubernetes.pod.name', 'error.type', 'message'],
    order: 'desc',
  },
  'tracewell-trace': {
    title: 'Tracewell: one trace',
    description: 'What all services said of one request, in its order: put the id in the place of the star.',
    kind: 'logs',
    query: 'trace.id: *',
    columns: ['service.name', 'log.level', 'message', 'trace.id', 'span.id'],
    order: 'asc',
  },
  'tracewell-pod': {
    title: 'Tracewell: one pod',
    description: 'What one pod said, in its order: put its name in the place of the star.',
    kind: 'logs',
    query: 'kubernetes.pod.name: *',
    columns: ['kubernetes.pod.name', 'kubernetes.container.name', 'stream', 'log.level', 'message'],
    order: 'asc',
  },
  'tracewell-dead-letters': {
    title: 'Tracewell: dead letters',
    description: 'Records that Elasticsearch refused in both forms, with its reason.',
    kind: 'deadLetters',
    query: '',
    columns: [...where, 'tracewell.reason', 'tracewell.error', 'message', 'tracewell.file', 'log.offset'],
    order: 'desc',
  },
};

const listed = ([id, { title, description, kind, query, columns, order }]: [string, Search]): SavedObject => {
  const name = 'kibanaSavedObjectMeta.searchSourceJSON.index';
  const attributes = {
    title,
    description,
    columns,
    sort: [['@timestamp', order]],
    ...searchSource({ query: kql(query), filter: [], indexRefName: name }),
  };
  return savedObject('search', id, { attributes, references: [viewReference(kind, name)] });
};

const run = ['orchestrator.cluster.name', ...where, 'tracewell.run'].join(', ');

/**
 * ES|QL, for no query of one document at a time can tell what is missing. A start document and the seals of the run's files have
 * no name in common, but where they are from.
 */
const UNPROVEN = `FROM ${STREAM_PREFIX.files}*
| EVAL isSeal = CASE(tracewell.kind == "seal", 1, 0)
| STATS seals = SUM(isSeal), started = MIN(@timestamp) BY ${run}
| WHERE seals == 0
| SORT started
| KEEP started, ${run}
| LIMIT 1000`;

function unproven(): SavedObject {
  const title = `${STREAM_PREFIX.files}*`;
  const attributes = {
    title: 'Tracewell: unproven files',
    description:
      'Container runs of which no file is sealed, the oldest first. One that still runs is here by right; one whose pod is gone was not delivered to its end, or that is not proved.',
    columns: [],
    sort: [],
    isTextBasedQuery: true,
    ...searchSource({
      query: { esql: UNPROVEN },
      index: { title, name: title, timeFieldName: '@timestamp', type: 'esql', allowNoIndex: false },
      filter: [],
    }),
  };
  return savedObject('search', 'tracewell-unproven', { attributes });
}

/** What people look for, each under its own name in Discover. */
export const searches = (): SavedObject[] => [...Object.entries(SEARCHES).map(listed), unproven()];
