import { ApiError, type Cluster } from '../cluster.ts';
import { Failure } from './exit.ts';

/** What is read, and what is not known without it: both parts of the sentence that is then printed. */
export interface Purpose {
  what: string;
  whether: string;
}

/** Reads with the caller's own rights, and keeps account of what it may not read. */
export class Reader {
  readonly cluster: Cluster;
  readonly #unknown = new Map<string, string>();

  constructor(cluster: Cluster) {
    this.cluster = cluster;
  }

  /** What could not be read, a sentence each. */
  get unknown(): string[] {
    const all = [...this.#unknown].toSorted(([a], [b]) => (a < b ? -1 : 1));
    return all.map(([what, whether]) => `${what} cannot be read with your rights. Not known: ${whether}`);
  }

  miss({ what, whether }: Purpose): void {
    this.#unknown.set(what, whether);
  }

  /** Undefined when the caller may not read it, which goes into the account; empty also where the cluster has no such kind. */
  async list<T>(path: string, purpose?: Purpose): Promise<T[] | undefined> {
    try {
      return (await this.cluster.list<T>(path)).items;
    } catch (error) {
      if (isStatus(error, 404)) return [];
      return this.#forbidden(error, purpose);
    }
  }

  /** Undefined when the caller may not read it, which goes into the account, or when it is not there. */
  async get<T>(path: string, purpose: Purpose): Promise<T | undefined> {
    try {
      return await this.cluster.get<T>(path);
    } catch (error) {
      return this.#forbidden(error, purpose);
    }
  }

  /** Undefined when the caller may not read it, which goes into the account; throws when it is not there. */
  async find<T>(path: string, what: string, purpose: Purpose): Promise<T | undefined> {
    try {
      return await this.need<T>(path, what);
    } catch (error) {
      return this.#forbidden(error instanceof Failure ? (error.cause ?? error) : error, purpose);
    }
  }

  /** What the command cannot do without; throws when it is not there or may not be read. */
  async need<T>(path: string, what: string): Promise<T> {
    const found = await this.cluster.get<T>(path).catch((error: unknown) => {
      throw refused(error, `read ${what}`);
    });
    if (!found) throw new Failure(`there is no ${what}`);
    return found;
  }

  async needList<T>(path: string, what: string): Promise<T[]> {
    const { items } = await this.cluster.list<T>(path).catch((error: unknown) => {
      throw refused(error, `list ${what}`);
    });
    return items;
  }

  #forbidden(error: unknown, purpose: Purpose | undefined): undefined {
    if (!isStatus(error, 403)) throw error;
    if (purpose) this.miss(purpose);
    return undefined;
  }
}

export const isStatus = (error: unknown, status: number): error is ApiError =>
  error instanceof ApiError && error.status === status;

/** A right that is lacking, in words that say what it is lacking for; anything else as it is. */
export const refused = (error: unknown, doing: string): unknown =>
  isStatus(error, 403) ? new Failure(`you may not ${doing}`, { cause: error }) : error;
