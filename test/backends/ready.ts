import { until } from '../wait.ts';
import type { Connection } from './connection.ts';

/** Loaded at first use of a key: until its shard has started, keys are refused with 503. */
const SECURITY_INDEX = '/_cluster/health/.security?wait_for_status=yellow&wait_for_active_shards=1&timeout=1s';

/** Waits until users are let in, keys can be minted and documents stored; throws the signal's reason when that aborts. */
export async function untilReady({ request }: Pick<Connection, 'request'>, signal: AbortSignal): Promise<void> {
  const answers = async (path: string) => {
    const { status, body } = await request('GET', path);
    if (status !== 200) throw new Error(`${path} answers ${status}: ${JSON.stringify(body).slice(0, 300)}`);
  };
  await until(
    'Elasticsearch to be ready',
    async () => {
      if (signal.aborted) return true;
      await answers('/_security/_authenticate');
      await answers(SECURITY_INDEX);
      return true;
    },
    { timeoutMs: 180_000 },
  );
  signal.throwIfAborted();
}
