import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { savedObjects } from '../../operator/kibana/objects.ts';
import { NAMESPACE } from '../installation.ts';
import { KibanaServer } from '../operator/kibana-server.ts';
import { until } from '../wait.ts';
import { World } from './world.ts';

const CHART = join(import.meta.dirname, '../../charts/tracewell');

const world = new World();

/** The operator in its pods is the real one; Kibana is a small server that follows the documentation of its API. */
describe.skipIf(world.missing)(`Kibana ${world.missing}`, () => {
  let kibana: KibanaServer;
  beforeAll(async () => {
    kibana = await KibanaServer.start();
    await world.kubectl('create', 'namespace', 'kibana');
    const hostPort = Number(new URL(kibana.url).port);
    await world.cluster.exposeHostPort({ namespace: 'kibana', service: 'kibana', port: 5601, hostPort });
  });
  afterAll(async () => {
    await set('kibana.url=');
    await world.kubectl('delete', 'namespace', 'kibana', '--wait=false');
    await kibana.stop();
    await world.close();
  });

  /** What a person does: `helm upgrade` with other values. */
  const set = (values: string) => {
    const args = ['upgrade', 'tracewell', CHART, '-n', NAMESPACE, '--reuse-values', '--wait', '--timeout', '180s'];
    return world.cluster.helm([...args, '--set', values]);
  };
  const asked = (what: string) => kibana.seen.filter(({ path }) => path.includes(what)).length;

  it('is asked by nobody, as long as there is no URL', () => {
    expect(kibana.seen).toEqual([]);
  });

  it('has all objects in its space soon, imported once though there are two replicas', async () => {
    await set('kibana.url=http://kibana.kibana.svc:5601,kibana.space=platform');
    await until('the import', () => kibana.in('platform').length > 0, { timeoutMs: 60_000 });
    expect(kibana.in('platform')).toEqual(savedObjects().map(({ type, id }) => `${type} ${id}`));
    expect(kibana.seen[0]!.headers.authorization).toMatch(/^Basic /);
    expect(asked('_import')).toBe(1);
  });

  it('is left alone by the next leader', async () => {
    const looks = asked('_export');
    const { spec } = await world.get<{ spec: { holderIdentity: string } }>('lease', 'tracewell', '-n', NAMESPACE);
    await world.kubectl('delete', 'pod', spec.holderIdentity.split('_')[0]!, '-n', NAMESPACE, '--wait=false');
    await until('another look', () => asked('_export') > looks, { timeoutMs: 60_000 });
    await until('it to be counted', async () => (await world.metric('tracewell_kibana_imports_total')) > 0);
    expect(asked('_import')).toBe(1);
  });
});
