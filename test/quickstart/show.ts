import { install } from '../installation.ts';
import { during, type Progress } from '../progress.ts';
import { count, gapIn } from './count.ts';
import { untilOr } from './patience.ts';
import { pathOf, searches, servicesIn, type SearchAnswer } from './searches.ts';
import { runShop } from './shop.ts';
import type { Stage } from './stage.ts';
import { countsText, placesText, searchText } from './tour.ts';

export interface ShowOptions extends Stage {
  readonly progress: Progress;
  readonly signal: AbortSignal;
  readonly say: (text: string) => void;
  /** Columns of the terminal. */
  readonly width: number;
}

/** Services that a request passes, its customer included. */
const HOPS = 4;

/** Installs Tracewell, runs the shop, and says what came of it. */
export async function show({ cluster, elasticsearch, progress, signal, say, width }: ShowOptions): Promise<void> {
  const { shopImage } = await install({ cluster, elasticsearch, progress, signal });
  const sent = await runShop({ cluster, image: shopImage, progress, signal });
  // A declined order has more to tell.
  const one = sent.find(({ status }) => status === 402) ?? sent[0];
  if (!one) throw new Error('the Job customers sent no order; its log says why');
  const asked = searches(one);

  const ask = async (path: string): Promise<SearchAnswer> => {
    const { status, body } = await elasticsearch.request<SearchAnswer>('GET', path);
    if (status !== 200) throw new Error(`Elasticsearch answered ${status} to ${path}: ${JSON.stringify(body)}`);
    return body;
  };
  await during(progress, `Search for order ${one.order} by its trace id`, async (step) => {
    const services = await untilOr(signal, 'the lines of all services', async () => {
      const found = servicesIn(await ask(pathOf(asked[0])));
      if (found.length === HOPS) return found;
      const so = `so far found in ${found.join(', ') || 'no service'}`;
      step.update(so);
      throw new Error(so);
    });
    step.done(`found in ${services.join(', ')}`);
  });
  const counts = await during(progress, 'Every line that these services wrote', async (step) => {
    const counts = await untilOr(signal, 'every line to be found once', async () => {
      const now = await count(cluster, elasticsearch, signal);
      const gap = gapIn(now);
      if (!gap) return now;
      step.update(gap);
      throw new Error(gap);
    });
    step.done(`${counts.reduce((sum, { found }) => sum + found, 0)} found, each once`);
    return counts;
  });

  say(`\n${countsText(counts, width)}`);
  for (const [index, search] of asked.entries()) {
    const answer = await ask(pathOf(search));
    say(`\n${searchText(search, { number: index + 1, answer, door: elasticsearch, width })}`);
  }
  say(`\n${placesText(cluster, elasticsearch)}`);
}
