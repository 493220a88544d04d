import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { PolicyStatus } from '../../api/policy.ts';
import type { Cluster } from '../cluster/cluster.ts';
import { createNamespace } from '../installation.ts';
import { during, type Progress } from '../progress.ts';
import { untilOr } from './patience.ts';

export const SHOP = 'shop';
const EXAMPLES = join(import.meta.dirname, '../../examples');
const SERVICES = ['storefront', 'cart', 'payment'];

export interface ShopOptions {
  readonly cluster: Cluster;
  /** Full name of the image, as the nodes know it. */
  readonly image: string;
  readonly progress: Progress;
  readonly signal: AbortSignal;
}

/** A request of the Job, as the Job logged it. */
export interface Sent {
  readonly order: number;
  readonly traceId: string;
  readonly status: number;
}

/** Applies the policy, waits until it is in force, and runs the shop until its customers are served; returns what they sent. */
export async function runShop({ cluster, image, progress, signal }: ShopOptions): Promise<Sent[]> {
  const kubectl = (...args: string[]) => cluster.kubectl(['--namespace', SHOP, ...args], { signal });
  const get = async <T>(...args: string[]) => JSON.parse(await kubectl('get', ...args, '--output', 'json')) as T;
  const apply = async (file: string) => {
    const input = (await readFile(join(EXAMPLES, file), 'utf8')).replaceAll(/image: \S+/g, `image: ${image}`);
    await cluster.kubectl(['apply', '-f', '-'], { input, signal });
  };

  await during(progress, 'Policy', async (step) => {
    await createNamespace(cluster, SHOP, signal);
    await apply('policies/shop.yaml');
    await untilOr(signal, 'the policy to be in force', async () => {
      const { status } = await get<{ status?: PolicyStatus }>('tracingpolicy', 'shop');
      const bad = status?.conditions?.find((condition) => condition.status === 'False');
      if (!status?.inForceSince && bad) step.update(`${bad.reason}: ${bad.message}`);
      return status?.inForceSince;
    });
    step.done('examples/policies/shop.yaml is in force');
  });

  await during(progress, 'Shop', async (step) => {
    await apply('shop/shop.yaml');
    await untilOr(signal, `the pods of ${SERVICES.join(', ')} to be ready`, async () => {
      const { items } = await get<{ items: DeploymentView[] }>('deployments', ...SERVICES);
      const wanted = items.reduce((sum, { spec }) => sum + spec.replicas, 0);
      const ready = items.reduce((sum, { status }) => sum + (status.readyReplicas ?? 0), 0);
      step.update(`${ready} of ${wanted} pods are ready`);
      return ready === wanted;
    });
    step.done(`examples/shop/shop.yaml: ${SERVICES.join(', ')} are ready`);
  });

  return during(progress, 'Customers', async (step) => {
    await apply('shop/customers.yaml');
    step.update('the Job sends orders');
    await untilOr(signal, 'the Job customers to end', async () => {
      const { status } = await get<{ status: { conditions?: { type: string; status: string }[] } }>('job', 'customers');
      return status.conditions?.some(({ type, status: is }) => is === 'True' && ['Complete', 'Failed'].includes(type));
    });
    const sent = sentIn(await kubectl('logs', 'job/customers', '--container', 'customers'));
    const refused = sent.filter(({ status }) => status !== 200).length;
    step.done(`examples/shop/customers.yaml: ${sent.length} orders, ${refused} of them not confirmed`);
    return sent;
  });
}

interface DeploymentView {
  readonly spec: { readonly replicas: number };
  readonly status: { readonly readyReplicas?: number };
}

/** The requests that the Job's log tells of. */
export function sentIn(log: string): Sent[] {
  return log.split('\n').flatMap((line) => {
    const word = (key: string) => new RegExp(`\\b${key}=(\\w+)`).exec(line)?.[1];
    const [order, traceId, status] = [word('order'), word('trace_id'), word('status')];
    return order && traceId && status ? [{ order: Number(order), traceId, status: Number(status) }] : [];
  });
}
