import { STREAM_PREFIX } from '../../api/names.ts';
import type { StreamKind } from '../elastic/templates.ts';
import { savedObject, type Reference, type SavedObject } from './saved-object.ts';

/** By kind of stream: what people read, and which fields are numbers of bytes. */
const VIEWS: Record<StreamKind, { id: string; name: string; bytes: readonly string[] }> = {
  logs: { id: 'tracewell-logs', name: 'Tracewell: logs', bytes: ['tracewell.bytes', 'tracewell.cut'] },
  deadLetters: { id: 'tracewell-deadletter', name: 'Tracewell: dead letters', bytes: ['tracewell.bytes'] },
  files: { id: 'tracewell-files', name: 'Tracewell: files', bytes: ['tracewell.size'] },
};

/** One for the streams of each kind, of all namespaces. There need not be a stream yet. */
export const dataViews = (): SavedObject[] =>
  (Object.keys(VIEWS) as StreamKind[]).map((kind) => {
    const { id, name, bytes } = VIEWS[kind];
    const attributes = {
      title: `${STREAM_PREFIX[kind]}*`,
      name,
      timeFieldName: '@timestamp',
      allowNoIndex: true,
      fieldFormatMap: JSON.stringify(Object.fromEntries(bytes.map((field) => [field, { id: 'bytes' }]))),
    };
    return savedObject('index-pattern', id, { attributes });
  });

/** A pointer to the data view of that kind of stream. */
export const viewReference = (kind: StreamKind, name: string): Reference => ({
  type: 'index-pattern',
  id: VIEWS[kind].id,
  name,
});
