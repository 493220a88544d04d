import { fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { renew } from '../../operator/certs.ts';
import { until } from '../../test/wait.ts';
import type { Seal } from './seals.ts';

/** Where to send, and as whom. */
export interface Target {
  url: string;
  apiKey: string;
  /** PEM; undefined: plain HTTP. */
  ca: string | undefined;
}

export interface SinkOptions {
  secure: boolean;
  /** The stream whose documents are counted. */
  stream: string;
  /** The stream whose seals are kept. */
  files?: string | undefined;
  /** Where to put the body of the first request, unpacked. */
  sample?: string | undefined;
  /** Take the delay of each document, from the time in its `@timestamp` to the arrival of its request. */
  delays?: boolean | undefined;
}

/** The first message to the sink's process. `tls` is PEM. */
export interface SinkConfig extends Omit<SinkOptions, 'secure'> {
  apiKey: string;
  tls: { key: string; cert: string } | undefined;
}

export interface Counted {
  documents: number;
  bodyBytes: number;
  /** As it came over the network: compressed, without HTTP headers and TLS. */
  wireBytes: number;
  delaysMs: number[];
}

/** What the process says: first where it listens, then what each request held, and each seal. */
export type FromSink =
  | { kind: 'listening'; port: number }
  | ({ kind: 'request' } & Counted)
  | { kind: 'seal'; seal: Seal };

/** What it is told after its configuration. */
export interface ToSink {
  away: boolean;
}

/** An Elasticsearch-shaped server on localhost, in a process of its own, that stores nothing. */
export interface Sink {
  target: Target;
  /** Grows with every request. */
  counted: Counted & { requests: number };
  /** By file: the last one that came. */
  seals: Map<string, Seal>;
  /** Away, it ends each connection as soon as something is asked. */
  setAway(away: boolean): void;
  /** Resolves when so many documents have come; rejects when that takes too long. */
  reached(documents: number, deadlineMs: number): Promise<void>;
  stop(): Promise<void>;
}

const API_KEY = Buffer.from('bench:bench').toString('base64');

/** Starts one; it ends by force when `signal` aborts, and by itself with this process. */
export async function startSink({ secure, ...options }: SinkOptions, signal: AbortSignal): Promise<Sink> {
  const tls = secure ? await renew('renew all', undefined, ['localhost'], new Date()) : undefined;
  const child = fork(join(import.meta.dirname, 'main.ts'), { signal, killSignal: 'SIGKILL' });
  const failed = new Promise<never>((_, reject) => {
    child.once('error', reject);
    child.once('exit', (code) => reject(new Error(`the sink ended with exit code ${code}`)));
  });
  failed.catch(() => undefined);
  const config: SinkConfig = { ...options, apiKey: API_KEY, tls: tls && { key: tls.key, cert: tls.cert } };
  child.send(config);
  const [first] = (await Promise.race([once(child, 'message'), failed])) as [FromSink];
  if (first.kind !== 'listening') throw new Error('the sink did not say where it listens');
  const counted = { requests: 0, documents: 0, bodyBytes: 0, wireBytes: 0, delaysMs: [] as number[] };
  const seals = new Map<string, Seal>();
  child.on('message', (message: FromSink) => {
    if (message.kind === 'seal') seals.set(message.seal.file, message.seal);
    if (message.kind !== 'request') return;
    counted.requests++;
    counted.documents += message.documents;
    counted.bodyBytes += message.bodyBytes;
    counted.wireBytes += message.wireBytes;
    counted.delaysMs.push(...message.delaysMs);
  });
  return {
    target: { url: `${secure ? 'https' : 'http'}://localhost:${first.port}`, apiKey: API_KEY, ca: tls?.ca },
    counted,
    seals,
    setAway(away) {
      child.send({ away } satisfies ToSink);
    },
    async reached(documents, deadlineMs) {
      const enough = () => {
        if (counted.documents < documents) throw new Error(`it has ${counted.documents}`);
        return true;
      };
      const came = until(`${documents} documents at the sink`, enough, { timeoutMs: deadlineMs, everyMs: 20 });
      await Promise.race([came, failed]);
    },
    async stop() {
      const exit = once(child, 'exit');
      child.kill();
      await exit;
    },
  };
}
