import { relay, type Relay } from '../cluster/relay.ts';
import { until } from '../wait.ts';
import { ELASTIC } from '../installation.ts';
import type { World } from './world.ts';

const SERVICE = 'gate';

/** A way to Elasticsearch that can be cut: for those who go by it, it is away then, and for nobody else. */
export class Gate {
  /** Goes into the spec of a pod, to which Elasticsearch's name means the gate. */
  readonly hostAliases: readonly { ip: string; hostnames: readonly string[] }[];
  readonly #port: number;
  readonly #to: number;
  #way: Relay | undefined;

  private constructor(way: Relay, to: number, hostAliases: Gate['hostAliases']) {
    this.#way = way;
    this.#port = way.port;
    this.#to = to;
    this.hostAliases = hostAliases;
  }

  /** For the pods of a namespace. `hostname`: that of the URL that sidecars use. */
  static async open({ cluster, elasticsearch }: World, namespace: string, hostname: string): Promise<Gate> {
    const way = await open(0, elasticsearch.port);
    await cluster.exposeHostPort({ namespace, service: SERVICE, port: 9200, hostPort: way.port });
    const ip = await cluster.kubectl(['get', 'service', SERVICE, '-n', namespace, '-o', 'jsonpath={.spec.clusterIP}']);
    return new Gate(way, elasticsearch.port, [{ ip, hostnames: [hostname] }]);
  }

  /** For everybody who connects from now on, until `remove`, which ends what connections there are. */
  static async before(world: World): Promise<{ gate: Gate; remove(): Promise<void> }> {
    const { namespace, service } = ELASTIC;
    const slice = ['endpointslice', `${service}-host`, '-n', namespace] as const;
    // It leads through a door that another process holds open.
    const { endpoints, ports } = await world.get<{ endpoints: unknown; ports: unknown }>(...slice);
    const { port } = world.elasticsearch;
    const way = await open(0, port);
    await world.cluster.exposeHostPort({ ...ELASTIC, hostPort: way.port });
    const gate = new Gate(way, port, []);
    return {
      gate,
      async remove() {
        await world.kubectl('patch', ...slice, '--type=merge', '-p', JSON.stringify({ endpoints, ports }));
        await gate.cut();
      },
    };
  }

  /** Ends all connections; nobody answers from now on. */
  async cut(): Promise<void> {
    await this.#way?.close();
    this.#way = undefined;
  }

  async mend(): Promise<void> {
    // Somebody's connection may have the port for a moment.
    this.#way ??= await until('the port of the gate', () => open(this.#port, this.#to));
  }
}

const open = (port: number, to: number): Promise<Relay> =>
  relay({ host: '127.0.0.1', port }, { host: '127.0.0.1', port: to });
