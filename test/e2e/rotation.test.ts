import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ELASTIC_URL } from '../installation.ts';
import { expectProved, sealsOf } from '../proof.ts';
import { Gate } from './gate.ts';
import { World } from './world.ts';
import { expectDelivered, Writer } from './writer.ts';

const NAMESPACE = 'rotation';
const world = new World();

describe.skipIf(world.missing)(`a pod whose log files the kubelet rotates ${world.missing}`, () => {
  const writer = new Writer(world, NAMESPACE, 'talks');
  let gate: Gate;

  beforeAll(async () => {
    await world.namespace(NAMESPACE);
    await world.policy(NAMESPACE);
    gate = await Gate.open(world, NAMESPACE, new URL(ELASTIC_URL).hostname);
    await writer.start({ hostAliases: gate.hostAliases });
  });
  afterAll(async () => {
    await gate?.cut();
    await world.close();
  });

  it('is captured line by line, through rename and compression', async () => {
    await writer.fill();
    // Now also in the middle of what it says.
    for (let turn = 0; turn < 3; turn++) await writer.write(3_000);
    await writer.fill();
    expect(await writer.files()).toContainEqual(expect.stringMatching(/\.gz$/));
    await expectDelivered(writer);
  });

  it('loses nothing while Elasticsearch is away, not even what is gone from the node', async () => {
    await gate.cut();
    const first = await writer.fill();
    const isThere = async () => (await writer.files()).some((name) => name.startsWith(first));
    while (await isThere()) await writer.fill();
    await gate.mend();
    await expectDelivered(writer);
  });

  it('loses nothing when the sidecar is killed meanwhile: it finds its place in a compressed file', async () => {
    await gate.cut();
    const first = await writer.fill();
    await writer.fill();
    await writer.killSidecar();
    await writer.restarted(1);
    expect(await writer.files()).toContain(`${first}.gz`);
    await gate.mend();
    await expectDelivered(writer);
  });

  it('loses nothing when the sidecar is killed under load, and more is rotated before it is there again', async () => {
    const [kill, load] = [writer.killSidecar(), writer.write(1_500)];
    await kill;
    await load;
    await writer.fill();
    await writer.restarted(2);
    await expectDelivered(writer);
  });

  it('has a seal for every file at its end, and all agree with what Elasticsearch has', async () => {
    await world.kubectl('delete', 'pod', 'talks', '-n', NAMESPACE, '--timeout=60s');
    await expectProved(world.elasticsearch.request, NAMESPACE);
    const seals = [...(await sealsOf(world.elasticsearch.request, NAMESPACE)).values()];
    expect(seals.length).toBeGreaterThan(10);
    expect(seals.filter(({ lost }) => Object.keys(lost).length > 0)).toEqual([]);
    await expectDelivered(writer);
  });
});
