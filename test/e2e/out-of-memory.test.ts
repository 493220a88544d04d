import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { expectProved } from '../proof.ts';
import { until } from '../wait.ts';
import { World } from './world.ts';
import { expectDelivered, Writer } from './writer.ts';

const NAMESPACE = 'out-of-memory';
const LIMIT = '64Mi';
/**
 * Takes 48 MiB of what the sidecar's container may use, and ends: a file in memory counts for who wrote it. What is left is less
 * than any Node.js needs, but only in this run of the container: the next one has all its memory again.
 */
const BALLAST = "require('node:fs').writeFileSync('/dev/shm/ballast', Buffer.alloc(48 * 2 ** 20))";
const world = new World();

describe.skipIf(world.missing)(`a sidecar that runs out of memory ${world.missing}`, () => {
  const writer = new Writer(world, NAMESPACE, 'talks');

  beforeAll(async () => {
    await world.namespace(NAMESPACE);
    await world.policy(NAMESPACE, { sidecar: { resources: { limits: { memory: LIMIT } } } });
    await writer.start();
  });
  afterAll(() => world.close());

  it('lives within the limit that the policy sets, under load', async () => {
    await writer.write(6_000);
    await expectDelivered(writer);
    expect(await writer.sidecar()).toMatchObject({ restartCount: 0, resources: { limits: { memory: LIMIT } } });
  });

  it('is started again when the kernel has killed it, and every line is there once', async () => {
    const container = ['-n', NAMESPACE, 'talks', '-c', 'tracewell'];
    // The kernel may choose the program that takes the memory, too.
    await world.kubectl('exec', ...container, '--', '/usr/local/bin/node', '-e', BALLAST).catch(() => undefined);
    await until('the sidecar to be killed', async () => {
      await writer.write(300);
      return (await writer.sidecar()).restartCount > 0;
    });
    await writer.restarted(1);
    expect((await writer.sidecar()).lastState.terminated?.reason).toBe('OOMKilled');
    await writer.write(3_000);
    await expectDelivered(writer);
  });

  it('and the seals agree with what Elasticsearch has', async () => {
    await world.kubectl('delete', 'pod', 'talks', '-n', NAMESPACE, '--timeout=60s');
    await expectProved(world.elasticsearch.request, NAMESPACE);
  });
});
