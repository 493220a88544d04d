import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import type { ObjectStore, StoredObject } from '../../test/operator/object-store.ts';
import type { Address } from './load.ts';
import type { Size } from './world.ts';

/** What its thread is given. */
export interface Given {
  address: Address;
  size: Size;
  perSecond: number;
  /** Pods that were admitted come into being. */
  creates: boolean;
}

export interface Answered {
  /** Milliseconds of each review, from its sending to the end of its answer. */
  tookMs: number[];
  injected: number;
  unchanged: number;
}

/** What the thread says. */
export type Told = { put: string; object: unknown } | { remove: string } | { answered: Answered };

/** Asks a webhook at a steady rate, in a thread of its own; the pods that come of it it puts into `objects`. */
export class Asker {
  readonly #worker: Worker;

  constructor(given: Omit<Given, 'creates'>, objects: ObjectStore | undefined) {
    const workerData: Given = { ...given, creates: objects !== undefined };
    this.#worker = new Worker(new URL('./asker-worker.ts', import.meta.url), { workerData });
    this.#worker.on('message', (told: Told) => {
      if ('put' in told) objects?.put(told.put, told.object as StoredObject);
      else if ('remove' in told) objects?.remove(told.remove);
      else this.#worker.emit('answered', told.answered);
    });
  }

  /** For so many seconds. Rejects when one was not answered 200. */
  async ask(seconds: number): Promise<Answered> {
    const answered = once(this.#worker, 'answered') as Promise<[Answered]>;
    this.#worker.postMessage({ seconds }, []);
    return (await answered)[0];
  }

  async stop(): Promise<void> {
    await this.#worker.terminate();
  }
}
