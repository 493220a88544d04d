import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ApiServer } from '../../test/operator/api-server.ts';
import { Cluster } from '../cluster.ts';
import { MemoryKeeper, parseMemory, type Memory } from './memory.ts';

const MAP = '/api/v1/namespaces/ops/configmaps/tracewell-proof';
const ROLE = '/apis/rbac.authorization.k8s.io/v1/clusterroles/tracewell';
const memory: Memory = {
  until: { at: '2026-01-02T03:04:05.678Z', file: '0123456789abcdef01234567' },
  findings: [
    {
      result: 'missing',
      of: { namespace: 'shop', pod: 'cart-0', container: 'cart', run: 0 },
      file: '0123456789abcdef01234567',
      policy: 'TracingPolicy.all',
      records: 3,
      bytes: 412,
      detail: 'No document covers 0-412 of the file.',
      at: 1_767_323_045_678,
    },
  ],
};

describe('what one leader leaves to the next', () => {
  let server: ApiServer;
  const keeper = () =>
    new MemoryKeeper({
      cluster: new Cluster(server.config()),
      name: 'tracewell',
      namespace: 'ops',
      owner: 'tracewell',
    });

  beforeEach(async () => {
    server = await ApiServer.start();
    server.objects.put(ROLE, { metadata: { name: 'tracewell', uid: 'uid-of-role' } });
  });
  afterEach(() => server.stop());

  it('is nothing at first', async () => {
    expect(await keeper().read()).toEqual({ findings: [] });
  });

  it('is read as it was written, and goes at uninstall', async () => {
    await keeper().write(memory);
    await keeper().write(memory);
    expect(await keeper().read()).toEqual(memory);
    expect(server.objects.get(MAP)!.metadata).toMatchObject({
      labels: { 'app.kubernetes.io/managed-by': 'tracewell' },
      ownerReferences: [{ kind: 'ClusterRole', name: 'tracewell', uid: 'uid-of-role' }],
    });
  });

  it('is not written without its owner', async () => {
    server.objects.remove(ROLE);
    await expect(keeper().write(memory)).rejects.toThrow('install the operator by its chart');
  });

  it.each(['', '{', '[]', '{"findings":[{"result":"fine"}]}', '{"until":7}'])(
    'is nothing when %s stands there',
    (text) => {
      expect(parseMemory(text)).toEqual({ findings: [] });
    },
  );
});
