import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Tampering } from '../integration/auditing.ts';
import { until } from '../wait.ts';
import { expectEveryLineOnce, recordsOf } from './records.ts';
import { counting, World } from './world.ts';

const NAMESPACE = 'proof';
const LINES = 200;
const world = new World();

interface EventView {
  readonly reason: string;
  readonly note: string;
  readonly regarding: { readonly kind: string; readonly name: string };
}

describe.skipIf(world.missing)(`the audit of files ${world.missing}`, () => {
  const names = ['less', 'other', 'twice'] as const;
  const pods = new Map<string, string>();
  const files = new Map<string, string>();
  const recordsOfPod = (pod: string) =>
    recordsOf(world.elasticsearch, NAMESPACE, { term: { 'kubernetes.pod.name': pod } });

  beforeAll(async () => {
    await world.namespace(NAMESPACE);
    await world.policy(NAMESPACE);
    for (const name of names) await world.apply(world.deployment(NAMESPACE, name, counting(LINES, 2)));
    for (const name of names) {
      await world.available(NAMESPACE, name);
      const [found] = await world.pods(NAMESPACE, name);
      const pod = found!.metadata.name;
      pods.set(name, pod);
      await expectEveryLineOnce(world.elasticsearch, { namespace: NAMESPACE, pod, lines: LINES });
      files.set(name, (await recordsOfPod(pod))[0]!._source.tracewell.file);
    }
    // Somebody is at it.
    const store = new Tampering(world.elasticsearch.request, NAMESPACE);
    const [less, other, twice] = await Promise.all(names.map((name) => store.recordsOf('app', pods.get(name))));
    await store.delete(less![77]!);
    await store.alter(other![77]!, { bytes: 1 });
    await store.rollOver();
    await store.create(twice!.slice(10, 15));
  });
  afterAll(() => world.close());

  const eventOf = (name: string, reason: string) =>
    until(
      `an Event ${reason}`,
      async () => {
        const { items } = await world.get<{ items: EventView[] }>('events.events.k8s.io', '-n', NAMESPACE);
        return items.find((one) => one.reason === reason && one.regarding.name === pods.get(name));
      },
      { timeoutMs: 120_000, everyMs: 1000 },
    );

  it('names pod and file of which a record is missing, by an Event and in the status', async () => {
    const { note, regarding } = await eventOf('less', 'RecordsMissing');
    expect(regarding.kind).toBe('Pod');
    expect(note).toMatch(/^1 record \(\d+ bytes\) of file/);
    expect(note).toContain(files.get('less'));
    const verified = await until('the condition', async () => {
      const { conditions = [] } = await world.policyStatus(NAMESPACE);
      return conditions.find(({ type, status }) => type === 'Verified' && status === 'False');
    });
    expect(verified.reason).toBe('RecordsMissing');
    // The one that was found last comes first.
    const named = ['less', 'other'].filter((name) => verified.message.includes(`pod ${NAMESPACE}/${pods.get(name)} `));
    expect(named).toHaveLength(1);
    expect(await world.metric('tracewell_missing_records_total')).toBeGreaterThanOrEqual(1);
  });

  it('names pod and file of which a record was altered', async () => {
    const { note } = await eventOf('other', 'RecordsMissing');
    expect(note).toContain(files.get('other'));
  });

  it('removes what a rollover has doubled, and says so', async () => {
    const { note } = await eventOf('twice', 'RecordsDoubled');
    expect(note).toContain('5 records');
    expect(note).toContain(files.get('twice'));
    await expectEveryLineOnce(world.elasticsearch, { namespace: NAMESPACE, pod: pods.get('twice')!, lines: LINES });
  });
});
