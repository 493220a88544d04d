import { gunzipSync } from 'node:zlib';
import type { Answer, Outcome } from '../../sidecar/sink/answer.ts';
import type { Sink } from '../../sidecar/sink/sender.ts';
import type { Parcel } from '../../sidecar/sink/slice.ts';

export interface MemoryItem {
  readonly id: string;
  readonly document: Record<string, unknown>;
}

export interface MemoryRequest {
  readonly stream: string;
  readonly items: readonly MemoryItem[];
}

/** Elasticsearch's side of a sink without a connection: stores under `create`, unless a test says otherwise. */
export class MemorySink implements Sink {
  readonly requests: MemoryRequest[] = [];
  /** On their way at this moment, and at most at once. */
  open = 0;
  openAtMost = 0;
  onRequest: (request: MemoryRequest) => Promise<Answer | undefined> | Answer | undefined = () => undefined;
  onItem: (item: MemoryItem, request: MemoryRequest) => Outcome | undefined = () => undefined;
  readonly #streams = new Map<string, Map<string, MemoryItem>>();

  stored(stream: string): Map<string, MemoryItem> {
    let items = this.#streams.get(stream);
    if (!items) this.#streams.set(stream, (items = new Map()));
    return items;
  }

  async post(stream: string, { gzip, count, bytes }: Parcel): Promise<{ url: string; answer: Answer }> {
    const body = gunzipSync(gzip);
    if (body.length !== bytes) throw new Error(`${body.length} bytes instead of ${bytes}`);
    const lines = body.toString('utf8').slice(0, -1).split('\n');
    if (lines.length !== 2 * count) throw new Error(`${lines.length} lines for ${count} records`);
    const items = Array.from({ length: count }, (_, i) => ({
      id: (JSON.parse(lines[2 * i]!) as { create: { _id: string } }).create._id,
      document: JSON.parse(lines[2 * i + 1]!) as MemoryItem['document'],
    }));
    const request = { stream, items };
    this.requests.push(request);
    this.openAtMost = Math.max(this.openAtMost, ++this.open);
    const answer = (await this.onRequest(request)) ?? this.#store(request);
    this.open--;
    return { url: 'memory', answer };
  }

  #store(request: MemoryRequest): Answer {
    const stored = this.stored(request.stream);
    const outcomes = request.items.map((item): Outcome => {
      const said = this.onItem(item, request);
      if (said) return said;
      if (stored.has(item.id)) return { kind: 'duplicate' };
      stored.set(item.id, item);
      return { kind: 'stored' };
    });
    // As the client has it.
    const isAllStored = outcomes.every((outcome) => outcome.kind === 'stored' && !('aside' in outcome));
    return isAllStored ? { kind: 'stored' } : { kind: 'items', outcomes };
  }
}
