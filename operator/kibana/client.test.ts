import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Permanent } from '../../runtime/errors.ts';
import { KibanaServer } from '../../test/operator/kibana-server.ts';
import { renew } from '../certs.ts';
import { Kibana, type KibanaSettings } from './client.ts';

const { signal } = new AbortController();
const LINE = '{"type":"dashboard","id":"a","attributes":{"title":"Tracewell: a","description":"mark 1"}}\n';

let server: KibanaServer;
beforeEach(async () => {
  server = await KibanaServer.start();
});
afterEach(() => server.stop());

const kibana = (settings: Partial<KibanaSettings> = {}) =>
  new Kibana({
    url: server.url,
    space: '',
    credentials: { username: 'operator', password: 'sec:ret' },
    ca: undefined,
    ...settings,
  });
const failure = (settings: Partial<KibanaSettings> = {}) =>
  kibana(settings)
    .import(LINE, signal)
    .catch((error: unknown) => error as Error);

describe('Kibana', () => {
  it('takes objects as a file, and carries what they say', async () => {
    expect(await kibana().carries('mark 1', signal)).toBe(false);
    expect(await kibana().import(LINE, signal)).toBe(1);
    expect(server.in('')).toEqual(['dashboard a']);
    expect(await kibana().carries('mark 1', signal)).toBe(true);
    expect(await kibana().carries('mark 2', signal)).toBe(false);
  });

  it.each([
    ['the default space', { space: '' }, '/api/saved_objects/_import?overwrite=true'],
    ['a space', { space: 'platform' }, '/s/platform/api/saved_objects/_import?overwrite=true'],
  ])('is asked in %s', async (_, settings, path) => {
    await kibana(settings).import(LINE, signal);
    expect(server.in(settings.space)).toEqual(['dashboard a']);
    expect(server.seen.map((one) => one.path)).toEqual([path]);
  });

  it('is asked under its base path, however that is written', async () => {
    server.faults.push({ status: 200, body: '{"success":true,"successCount":1}' });
    await kibana({ url: `${server.url}/kibana/`, space: 'platform' }).import(LINE, signal);
    expect(server.seen[0]!.path).toBe('/kibana/s/platform/api/saved_objects/_import?overwrite=true');
  });

  it.each([
    ['a user', { username: 'a', password: 'b:c' }, `Basic ${Buffer.from('a:b:c').toString('base64')}`],
    ['an API key', { apiKey: 'aWQ6a2V5' }, 'ApiKey aWQ6a2V5'],
  ])('is asked in the name of %s', async (_, credentials, authorization) => {
    await kibana({ credentials }).import(LINE, signal);
    expect(server.seen[0]!.headers).toMatchObject({ authorization, 'kbn-xsrf': 'tracewell' });
  });

  it.each([
    { status: 401, body: '{"message":"unable to authenticate"}', said: 'unable to authenticate', cure: 'privileges' },
    { status: 403, body: '{"message":"Unable to bulk_create"}', said: 'Unable to bulk_create', cure: 'privileges' },
    { status: 404, body: '{"message":"Not Found"}', said: 'Not Found', cure: 'kibana.space' },
    { status: 302, body: '', said: 'answers 302: nothing', cure: 'base path' },
    { status: 429, body: '', said: 'answers 429', cure: 'tried again' },
    { status: 503, body: 'Kibana server is not ready yet', said: 'not ready yet', cure: 'tried again' },
    { status: 200, body: '<html>', said: 'does not answer as Kibana: <html>', cure: 'kibana.url' },
  ])(
    'that answers $status $body is said with the cure, and may come to others',
    async ({ status, body, said, cure }) => {
      server.faults.push({ status, body });
      const error = await failure();
      expect(error).not.toBeInstanceOf(Permanent);
      for (const part of [server.url, said, cure]) expect((error as Error).message).toContain(part);
    },
  );

  it.each([
    [400, '{"message":"Invalid file"}', 'Invalid file'],
    [413, '', 'answers 413'],
    [200, '{"success":false,"errors":[{"type":"lens","id":"b","error":{"type":"gone"}}]}', 'lens b: gone'],
  ])('that answers %i %s will not have it later, either', async (status, body, said) => {
    server.faults.push({ status, body });
    const error = await failure();
    expect(error).toBeInstanceOf(Permanent);
    for (const part of [server.url, said, '8.19']) expect((error as Error).message).toContain(part);
  });

  it('is trusted by the authority that is given, and by no other', async () => {
    const [own, other] = await Promise.all([0, 1].map(() => renew('renew all', undefined, ['localhost'], new Date())));
    const secure = await KibanaServer.start(own);
    try {
      expect(await kibana({ url: secure.url, ca: own!.ca }).import(LINE, signal)).toBe(1);
      for (const ca of [other!.ca, undefined]) {
        const error = await failure({ url: secure.url, ca });
        expect((error as Error).message).toMatch(/cannot be reached: .*certificate.*kibana-ca\.crt/);
      }
      expect(secure.seen).toHaveLength(1);
    } finally {
      await secure.stop();
    }
  });

  it('that is not there is said with the cure, and may come', async () => {
    const error = await failure({ url: 'http://127.0.0.1:1' });
    expect(error).not.toBeInstanceOf(Permanent);
    expect((error as Error).message).toMatch(/cannot be reached: .*ECONNREFUSED.*Check kibana\.url/);
  });
});
