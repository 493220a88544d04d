import { LABEL } from '../../api/names.ts';
import { describe } from '../../runtime/errors.ts';
import { wait } from '../../runtime/wait.ts';
import { isInjected, type Pod } from '../inject/pod.ts';
import type { Command } from './command.ts';
import { EXIT, Failure } from './exit.ts';
import { count } from './layout.ts';
import type { Output } from './output.ts';
import { withoutOurs } from './preview.ts';
import { isStatus, refused, type Reader } from './reader.ts';
import { nameOf, parseTarget, pathOf, podsOf, podsPath, type Target, type Workload } from './target.ts';
import { isSettled, obstacleTo, rolls, waysFor, type Way } from './workload.ts';

export interface EjectWorld {
  /** Milliseconds of a clock that never goes back. */
  clock: () => number;
  /** How often what is waited for is looked at. */
  pollMs: number;
  /** Tells what is done while it is done. */
  err: (text: string) => void;
}

/** What became of one workload or pod. */
interface Done {
  what: string;
  /** Its pods have no sidecar now; in a dry run: they would have none. */
  ejected: boolean;
  said: string;
}

const OPT_OUT = { [LABEL.inject]: 'false' };

/** `eject`: new pods of the workloads come without the sidecar, and the old ones go gently. */
export async function runEject(
  command: Command & { namespace: string },
  reader: Reader,
  world: EjectWorld,
): Promise<Output> {
  const { namespace } = command;
  const ejection = new Ejection(command, reader, world);
  const done: Done[] = [];
  for (const way of await waysOf(command, reader)) done.push(await ejection.take(way));
  const text = done.map(({ what, said }) => `${what} in ${namespace}: ${said}.\n`).join('');
  return {
    text: text || `No pod of ${namespace} is meant.\n`,
    value: { done, dryRun: command.dryRun },
    code: done.length > 0 && done.every(({ ejected }) => ejected) ? EXIT.done : EXIT.no,
  };
}

async function waysOf({ namespace, operands, selector, force }: Command & { namespace: string }, reader: Reader) {
  if (selector !== undefined) {
    const query = `?labelSelector=${encodeURIComponent(selector)}`;
    return waysFor(await reader.needList<Pod>(`${podsPath(namespace)}${query}`, `pods of ${namespace}`), force);
  }
  const target = parseTarget(operands[0]!);
  const { pods, workload } = await podsOf(reader, namespace, target);
  // A workload without pods has a template all the same.
  const isOwner = workload && target.kind !== 'Job' && target.kind !== 'ReplicaSet';
  return isOwner ? [{ by: 'template', target } as const] : waysFor(pods, force);
}

class Ejection {
  readonly #command: Command & { namespace: string };
  readonly #reader: Reader;
  readonly #world: EjectWorld;

  constructor(command: Command & { namespace: string }, reader: Reader, world: EjectWorld) {
    this.#command = command;
    this.#reader = reader;
    this.#world = world;
  }

  /** Never throws what another workload could not be ejected for. */
  async take(way: Way): Promise<Done> {
    if (way.by === 'nothing') return { what: way.what, ejected: false, said: `left as it is: ${way.why}` };
    const what = way.by === 'template' ? `${way.target.kind}/${way.target.name}` : `Pod/${way.pod.metadata.name}`;
    try {
      return { what, ...(way.by === 'template' ? await this.#template(way.target) : await this.#recreate(way.pod)) };
    } catch (error) {
      if (isStatus(error, 401)) throw error;
      return { what, ejected: false, said: describe(error).replace(/\.$/, '') };
    }
  }

  /** The template first, else what is evicted comes back with a sidecar. */
  async #template(target: Target): Promise<Omit<Done, 'what'>> {
    const { namespace, dryRun } = this.#command;
    const { cluster } = this.#reader;
    const path = pathOf(namespace, target);
    const before = await this.#reader.need<Workload>(path, nameOf(namespace, target));
    const obstacle = obstacleTo(target.kind, before);
    if (obstacle) return { ejected: false, said: `left as it is: ${obstacle}` };
    const change = { spec: { template: { metadata: { labels: OPT_OUT } } } };
    await cluster.merge(path, change, { dryRun }).catch((error: unknown) => {
      throw refused(error, `patch ${nameOf(namespace, target)}`);
    });
    const alone = rolls(target.kind, before);
    const how = alone ? 'it replaces its pods by its own strategy' : 'its pods are evicted one at a time';
    if (dryRun)
      return { ejected: true, said: `its pod template would get the label ${LABEL.inject}=false, and ${how}` };
    this.#world.err(`${target.kind}/${target.name}: its pod template has the label ${LABEL.inject}=false; ${how}\n`);
    const deadline = this.#deadline();
    if (!alone) await this.#evictAll(target, deadline);
    await this.#until('its new pods are not all ready', deadline, () => this.#isDone(target));
    return {
      ejected: true,
      said: `its pods have no sidecar. The label is in its template; put it into its manifest, too, where that is kept`,
    };
  }

  async #isDone(target: Target): Promise<boolean> {
    const { pods, workload } = await podsOf(this.#reader, this.#command.namespace, target);
    return isSettled(target.kind, workload!) && !pods.some(isInjected);
  }

  /** The next one only when the one before has a ready successor. */
  async #evictAll(target: Target, deadline: number): Promise<void> {
    const { namespace } = this.#command;
    const { pods } = await podsOf(this.#reader, namespace, target);
    const injected = pods.filter(isInjected);
    for (const [at, pod] of injected.entries()) {
      await this.#evict(pod, deadline);
      this.#world.err(`${target.kind}/${target.name}: ${at + 1} of ${count(injected.length, 'pod')} evicted\n`);
      const isReplaced = async () => {
        const { pods: now, workload } = await podsOf(this.#reader, namespace, target);
        return isSettled(target.kind, workload!) && !now.some(({ metadata }) => metadata.uid === pod.metadata.uid);
      };
      await this.#until(`${pod.metadata.name} has no ready successor`, deadline, isReplaced);
    }
  }

  /** By the Eviction API; as long as a budget forbids it, it is asked again. */
  async #evict({ metadata }: Pod, deadline: number): Promise<void> {
    const { namespace } = this.#command;
    const name = metadata.name!;
    const path = pathOf(namespace, { kind: 'Pod', name });
    await this.#until(`a PodDisruptionBudget lets nobody evict ${name}`, deadline, async () => {
      try {
        await this.#reader.cluster.evict(path, metadata);
      } catch (error) {
        if (isStatus(error, 429)) return false;
        if (!isStatus(error, 404) && !isStatus(error, 409)) throw refused(error, `evict pod ${name}`);
      }
      return true;
    });
  }

  /** A bare pod: checked by the API server first, for what comes then cannot be taken back. */
  async #recreate(pod: Pod): Promise<Omit<Done, 'what'>> {
    const { namespace, dryRun } = this.#command;
    const { cluster } = this.#reader;
    const name = pod.metadata.name!;
    const fresh = bareCopy(pod);
    const trial = { ...fresh, metadata: { ...fresh.metadata, name: `${name.slice(0, 240)}-without` } };
    await cluster.create(`${podsPath(namespace)}?dryRun=All`, trial).catch((error: unknown) => {
      throw refused(error, `create pods in the namespace ${namespace}`);
    });
    if (dryRun) return { ejected: true, said: 'it would be deleted and created again without the sidecar' };
    const deadline = this.#deadline();
    await this.#evict(pod, deadline);
    const path = pathOf(namespace, { kind: 'Pod', name });
    await this.#until('it has not gone yet', deadline, async () => !(await cluster.get(path)));
    await cluster.create(podsPath(namespace), fresh);
    return { ejected: true, said: 'it was created again without the sidecar' };
  }

  #deadline(): number {
    return this.#world.clock() + this.#command.timeoutMs;
  }

  /** Throws `lacking` when it does not come in time. */
  async #until(lacking: string, deadline: number, isThere: () => Promise<boolean>): Promise<void> {
    while (!(await isThere())) {
      if (this.#world.clock() > deadline)
        throw new Failure(`after ${this.#command.timeoutMs / 1000} s ${lacking}; what is under way goes on`);
      await wait(this.#world.pollMs);
    }
  }
}

/** The pod as a person would write it, without ours and without what the cluster added to it. */
function bareCopy(pod: Pod) {
  const { metadata, spec } = withoutOurs(pod);
  const { nodeName: _, ...rest } = spec;
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name: metadata.name!,
      namespace: metadata.namespace!,
      labels: { ...metadata.labels, ...OPT_OUT },
      annotations: metadata.annotations ?? {},
    },
    spec: rest,
  };
}
