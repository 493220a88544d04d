import { describe, expect, it } from 'vitest';
import type { DeadLetterDocument, LogDocument, SealDocument, StartDocument } from '../../api/document.ts';
import { LOSS_REASON } from '../../api/names.ts';
import { SERVER } from '../../test/operator/elastic-server.ts';
import { STREAM_KINDS, template, templateName, type StreamKind } from './templates.ts';

const OPTIONS = { replicas: undefined, server: SERVER, custom: [] };
const origin = {
  kubernetes: { namespace: 'shop', pod: { name: 'p' }, container: { name: 'cart' }, deployment: { name: 'cart' } },
  'service.name': 'cart',
  'host.name': 'node-1',
  'orchestrator.cluster.name': 'test',
};
const at = { '@timestamp': '2026-01-02T03:04:05Z', stream: 'stdout' } as const;
const sums = { records: 1, bytes: 1, offsets: 1 };
const lost = Object.fromEntries(Object.keys(LOSS_REASON).map((reason) => [reason, 1]));

/** A document of each type with every field that it can have. */
const DOCUMENTS = {
  record: {
    ...at,
    message: 'm',
    'log.level': 'info',
    'trace.id': 't',
    'span.id': 's',
    'log.logger': 'l',
    'log.origin.file.name': 'f',
    'log.origin.file.line': 1,
    'process.name': 'p',
    'process.pid': 1,
    'error.type': 't',
    'error.message': 'm',
    'error.stack_trace': 's',
    'http.request.method': 'GET',
    'http.response.status_code': 200,
    'http.response.body.bytes': 1,
    'http.version': '1.1',
    'url.original': '/',
    'url.path': '/',
    'url.full': 'http://shop/',
    'client.address': 'a',
    'user_agent.original': 'u',
    'event.duration': 1,
    'log.offset': 1,
    tracewell: { file: 'f', bytes: 1, format: 'json', cut: 1, continued: true, repaired: 'r' },
    ...origin,
    app: { a: 1 },
  } satisfies Required<LogDocument>,
  deadLetter: {
    ...at,
    message: 'm',
    'log.offset': 1,
    tracewell: { file: 'f', bytes: 1, reason: 'r', error: 'e' },
    kubernetes: origin.kubernetes,
    'host.name': 'node-1',
  } satisfies Required<DeadLetterDocument>,
  start: {
    ...origin,
    '@timestamp': at['@timestamp'],
    tracewell: { kind: 'start', run: 1, version: '1' },
    kubernetes: { ...origin.kubernetes, pod: { name: 'p', uid: 'u' }, node: { name: 'n' }, labels: { 'a.b/c': 'd' } },
    'container.image.name': 'cart:1',
  } satisfies Required<StartDocument>,
  seal: {
    ...origin,
    '@timestamp': at['@timestamp'],
    tracewell: {
      kind: 'seal',
      file: 'f',
      run: 1,
      generation: 1,
      size: 1,
      stored: sums,
      deadLettered: sums,
      discarded: sums,
      discardedBy: { rule: 1 },
      redactedBy: { card: 1 },
      duplicates: 1,
      unframed: 1,
      lost,
    },
  } satisfies Required<SealDocument>,
};

interface Mapping {
  type?: string;
  properties?: Record<string, Mapping>;
}

/** Paths of a document that a mapping does not know; an object of its own kind (`app`) may hold anything. */
function unmapped(value: object, { properties = {} }: Mapping, path = ''): string[] {
  return Object.entries(value).flatMap(([key, each]: [string, unknown]) => {
    const mapping = properties[key];
    if (!mapping) return [`${path}${key}`];
    const isInner = typeof each === 'object' && each !== null && mapping.type === undefined;
    return isInner ? unmapped(each, mapping, `${path}${key}.`) : [];
  });
}

describe('the template', () => {
  it.each<[keyof typeof DOCUMENTS, StreamKind]>([
    ['record', 'logs'],
    ['deadLetter', 'deadLetters'],
    ['start', 'files'],
    ['seal', 'files'],
  ])('of its stream maps every field of a %s', (document, kind) => {
    expect(unmapped(DOCUMENTS[document], template(kind, OPTIONS).template.mappings)).toEqual([]);
  });

  it.each(STREAM_KINDS)('of %s is ours alone, and maps no field that it does not name', (kind) => {
    const { index_patterns: patterns, priority, template: content } = template(kind, OPTIONS);
    expect(patterns).toEqual([`${templateName(kind)}-*`]);
    expect(priority).toBeGreaterThan(120);
    expect(content.mappings.dynamic).toBe(false);
    expect(content.data_stream_options?.failure_store.enabled).toBe(false);
  });

  it('of a stream of many files counts in whole numbers', () => {
    const { properties } = template('files', OPTIONS).template.mappings as Mapping;
    const stored = properties!['tracewell']!.properties!['stored']!;
    expect(stored.properties).toEqual({
      records: { type: 'long' },
      bytes: { type: 'long' },
      offsets: { type: 'long' },
    });
  });

  it.each([
    [undefined, undefined],
    [0, 0],
    [2, 2],
  ])('asked for %s replicas sets %s', (replicas, expected) => {
    expect(template('logs', { ...OPTIONS, replicas }).template.settings['index.number_of_replicas']).toBe(expected);
  });
});
