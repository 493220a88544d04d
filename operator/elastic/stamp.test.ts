import { describe, expect, it } from 'vitest';
import { SERVER } from '../../test/operator/elastic-server.ts';
import { hashOf, stamped, standingOf, type IndexTemplate } from './stamp.ts';
import { template } from './templates.ts';

const BODY = template('logs', { replicas: 1, server: SERVER, custom: [] });
const wanted = stamped(BODY, '1.2.3');

/** As Elasticsearch 9.5 shows what it was sent: settings as a tree of texts, keys in another order, defaults added. */
function shown(of: typeof wanted, change: object = {}, settings: object = {}): IndexTemplate {
  const { template: content, ...rest } = of;
  return {
    created_date_millis: 1,
    ...rest,
    data_stream: { hidden: false, allow_custom_routing: false },
    template: {
      mappings: content.mappings,
      settings: {
        index: {
          number_of_replicas: '1',
          translog: { durability: 'request' },
          mapping: { total_fields: { ignore_dynamic_beyond_limit: 'true', limit: '1000' }, ignore_malformed: 'true' },
          ...settings,
        },
      },
      data_stream_options: content.data_stream_options,
      ...change,
    },
  } as unknown as IndexTemplate;
}

describe('a template that stands in Elasticsearch', () => {
  it.each<[string, IndexTemplate | undefined, string]>([
    ['is missing', undefined, 'missing'],
    ['is as it was sent', wanted, 'same'],
    ['is as the server shows it', shown(wanted), 'same'],
    [
      'is as OpenSearch shows it',
      { ...shown(wanted), data_stream: { timestamp_field: { name: '@timestamp' } } },
      'same',
    ],
    ['is the same, of a newer Tracewell', shown(stamped(BODY, '1.3.0')), 'same'],
    ['is the same, of an older one', shown(stamped(BODY, '1.2.2')), 'outdated'],
    ['is another one, of an older one', stamped({ ...BODY, priority: 200 }, '1.2.2'), 'outdated'],
    ['is another one, of this version', stamped({ ...BODY, priority: 200 }, '1.2.3'), 'other'],
    ['is another one, of a newer one', stamped({ ...BODY, priority: 200 }, '1.10.0'), 'newer'],
    ['has another priority', { ...shown(wanted), priority: 100 } as IndexTemplate, 'changed'],
    ['composes another template', { ...shown(wanted), composed_of: ['mine'] } as IndexTemplate, 'changed'],
    ['is no data stream’s any more', { ...shown(wanted), data_stream: undefined } as never, 'changed'],
    ['has another setting', shown(wanted, {}, { codec: 'best_compression' }), 'changed'],
    ['has another value in a setting', shown(wanted, {}, { translog: { durability: 'async' } }), 'changed'],
    ['has a failure store', shown(wanted, { data_stream_options: { failure_store: { enabled: true } } }), 'changed'],
    ['has an alias', shown(wanted, { aliases: { all: {} } }), 'changed'],
    ['maps one field less', shown(wanted, { mappings: { ...BODY.template.mappings, properties: {} } }), 'changed'],
    ['maps what comes', shown(wanted, { mappings: { ...BODY.template.mappings, dynamic: undefined } }), 'changed'],
    ['is somebody else’s', { ...shown(wanted), _meta: {} }, 'changed'],
    ['has no hash', { ...shown(wanted), _meta: { managed_by: 'tracewell', version: '1.2.3' } }, 'changed'],
  ])('%s', (_, found, expected) => {
    expect(standingOf(found, wanted)).toBe(expected);
  });

  it('has a hash that says nothing of its stamp', () => {
    expect(hashOf(stamped(BODY, '9.9.9'))).toBe(hashOf(BODY));
  });
});
