import { createHash } from 'node:crypto';
import { TOKEN } from '../../api/names.ts';
import type { Cluster } from '../cluster.ts';
import { identityOf, type TokenStatus, type Verdict } from './identity.ts';

export interface TokensOptions {
  cluster: Pick<Cluster, 'create'>;
  /** Milliseconds of a clock that never goes back. */
  now: () => number;
  /** Hears of each review: whether the API server answered. */
  onReview: (result: 'ok' | 'error') => void;
}

interface Known {
  verdict: Verdict;
  until: number;
}

const PATH = '/apis/authentication.k8s.io/v1/tokenreviews';
/** How long an answer holds: a token whose pod is gone reports no longer than this. */
const GOOD_MS = 60_000;
const BAD_MS = 10_000;
/** A hundred bytes each. */
const AT_MOST = 20_000;
/** What no token is: it is refused without a question. */
const FORM = /^[\w-]+\.[\w-]+\.[\w-]+$/;

/** Asks the API server whose a token is, and remembers the answer for a while; of the token only a hash. */
export class Tokens {
  readonly #options: TokensOptions;
  /** By SHA-256, the oldest first. */
  readonly #known = new Map<string, Known>();
  readonly #asked = new Map<string, Promise<Verdict>>();

  constructor(options: TokensOptions) {
    this.#options = options;
  }

  /** Throws when the API server cannot be asked: nothing is known of the token then. */
  async verdict(token: string): Promise<Verdict> {
    if (!FORM.test(token)) return { status: 401, error: 'the token is none of Kubernetes: it is no JWT' };
    const hash = createHash('sha256').update(token).digest('base64');
    const known = this.#known.get(hash);
    if (known && this.#options.now() < known.until) return known.verdict;
    let asked = this.#asked.get(hash);
    if (!asked) {
      asked = this.#ask(token, hash).finally(() => this.#asked.delete(hash));
      this.#asked.set(hash, asked);
    }
    return asked;
  }

  async #ask(token: string, hash: string): Promise<Verdict> {
    const { cluster, now, onReview } = this.#options;
    const review = {
      apiVersion: 'authentication.k8s.io/v1',
      kind: 'TokenReview',
      spec: { token, audiences: [TOKEN.audience] },
    };
    try {
      const { status = {} } = (await cluster.create(PATH, review)) as { status?: TokenStatus };
      const verdict = identityOf(status);
      onReview('ok');
      this.#remember(hash, { verdict, until: now() + ('pod' in verdict ? GOOD_MS : BAD_MS) });
      return verdict;
    } catch (error) {
      onReview('error');
      throw error;
    }
  }

  #remember(hash: string, known: Known): void {
    this.#known.delete(hash);
    this.#known.set(hash, known);
    for (const oldest of this.#known.keys()) {
      if (this.#known.size <= AT_MOST) break;
      this.#known.delete(oldest);
    }
  }
}
