import { relay, type Relay } from '../cluster/relay.ts';
import type { World } from './world.ts';

const SERVICE = 'gate';

/** A way to Elasticsearch for one namespace's pods that can be cut: for them it is away then, and for nobody else. */
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

  /** `hostname`: that of the URL that sidecars use. */
  static async open({ cluster, elasticsearch }: World, namespace: string, hostname: string): Promise<Gate> {
    const way = await open(0, elasticsearch.port);
    await cluster.exposeHostPort({ namespace, service: SERVICE, port: 9200, hostPort: way.port });
    const ip = await cluster.kubectl(['get', 'service', SERVICE, '-n', namespace, '-o', 'jsonpath={.spec.clusterIP}']);
    return new Gate(way, elasticsearch.port, [{ ip, hostnames: [hostname] }]);
  }

  /** Ends all connections; nobody answers from now on. */
  async cut(): Promise<void> {
    await this.#way?.close();
    this.#way = undefined;
  }

  async mend(): Promise<void> {
    this.#way ??= await open(this.#port, this.#to);
  }
}

const open = (port: number, to: number): Promise<Relay> =>
  relay({ host: '127.0.0.1', port }, { host: '127.0.0.1', port: to });
