import { createHash } from 'node:crypto';
import { VERSION } from '../../api/names.ts';
import { dashboard, WHOLE, type Placed } from './dashboard.ts';
import { dataViews } from './data-views.ts';
import { HEALTH_CHARTS } from './health-charts.ts';
import { LOG_CHARTS } from './log-charts.ts';
import type { SavedObject } from './saved-object.ts';
import { searches } from './searches.ts';

/** Everything, what something refers to before it; one dashboard carries the mark. */
function objects(mark: string): SavedObject[] {
  const lists = searches();
  const list = (id: string): Placed => [lists.find((one) => one.id === id)!, WHOLE];
  return [
    ...dataViews(),
    ...lists,
    ...[...LOG_CHARTS, ...HEALTH_CHARTS].map(([chart]) => chart),
    dashboard('tracewell-logs-overview', {
      title: 'Tracewell: logs overview',
      description: 'What applications say: volume, levels, workloads, errors.',
      panels: [...LOG_CHARTS, list('tracewell-errors')],
    }),
    dashboard('tracewell-health', {
      title: 'Tracewell: pipeline health',
      description: `Whether all of it was delivered. ${mark}`,
      panels: [...HEALTH_CHARTS, list('tracewell-unproven'), list('tracewell-dead-letters')],
    }),
  ];
}

const hash = createHash('sha256')
  .update(JSON.stringify(objects('')))
  .digest('hex');

/** What one dashboard's description says, so that a Kibana that has these very objects is known by it. */
export const MARK = `Tracewell ${VERSION}, ${hash.slice(0, 8)}.`;

/** Everything that is imported into Kibana. */
export const savedObjects = (): SavedObject[] => objects(MARK);

/** As Kibana imports it: newline-delimited JSON, one object a line. */
export const ndjson = (): string =>
  savedObjects()
    .map((object) => `${JSON.stringify(object)}\n`)
    .join('');
