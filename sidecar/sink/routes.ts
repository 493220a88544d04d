import { Connection } from './connection.ts';
import { proxyFor, type ProxySettings } from './proxy.ts';
import { secureContextOf, type Route } from './route.ts';

/** The connections that are kept, and how each address is reached. */
export class Routes {
  readonly #proxy: ProxySettings;
  readonly #routes = new Map<string, Route>();
  readonly #all = new Set<Connection>();
  #idle: Connection[] = [];
  #ca: string | undefined;
  /** They are read one after the other, each piece to its end: one buffer does for all. */
  #buffer: Buffer | undefined;

  constructor(proxy: ProxySettings) {
    this.#proxy = proxy;
  }

  /** `ca`: PEM of the authorities that are trusted; undefined: the system's. Throws when that or the proxy is no such thing. */
  to(target: URL, ca: string | undefined): Route {
    // What is on its way by the old authority comes to its end.
    if (ca !== this.#ca) this.#forget();
    this.#ca = ca;
    let route = this.#routes.get(target.origin);
    if (!route) {
      const proxy = proxyFor(target, this.#proxy);
      const isSecure = target.protocol === 'https:' || proxy?.protocol === 'https:';
      route = { target, proxy, secureContext: isSecure ? secureContextOf(ca) : undefined };
      this.#routes.set(target.origin, route);
    }
    return route;
  }

  /** A connection that is there already, the last one used; else a new one. */
  async take(route: Route, connectMs: number): Promise<Connection> {
    this.#idle = this.#idle.filter(({ isOpen }) => isOpen);
    const at = this.#idle.findLastIndex((connection) => connection.route === route);
    return at < 0 ? this.open(route, connectMs) : this.#idle.splice(at, 1)[0]!;
  }

  async open(route: Route, connectMs: number): Promise<Connection> {
    for (const connection of this.#all) if (!connection.isOpen) this.#all.delete(connection);
    const connection = new Connection(route, (this.#buffer ??= Connection.newBuffer()));
    this.#all.add(connection);
    await connection.open(connectMs);
    return connection;
  }

  /** Takes a connection back. */
  give(connection: Connection): void {
    const { route } = connection;
    if (this.#routes.get(route.target.origin) === route) this.#idle.push(connection);
    else connection.close();
  }

  close(): void {
    for (const connection of this.#all) connection.close();
    this.#all.clear();
    this.#forget();
  }

  #forget(): void {
    for (const connection of this.#idle) connection.close();
    this.#idle = [];
    this.#routes.clear();
  }
}
