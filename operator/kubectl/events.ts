import { SIDECAR } from '../../api/names.ts';

/** An Event of a pod (core/v1), as far as it is read. */
export interface PodEvent {
  type?: string;
  reason?: string;
  message?: string;
  count?: number;
  lastTimestamp?: string | null;
  eventTime?: string | null;
  series?: { count?: number; lastObservedTime?: string };
  involvedObject?: { fieldPath?: string };
  source?: { component?: string };
  reportingComponent?: string;
}

/** What an Event says, for people. */
export interface Told {
  at: string;
  reason: string;
  message: string;
  count: number;
}

/** As many as are of use. */
const LISTED = 5;

/** What was told of the sidecar, by the operator or by the kubelet about its container: the newest last. */
export function toldOf(events: readonly PodEvent[]): Told[] {
  return events
    .filter(isOurs)
    .map((event) => ({
      at: event.series?.lastObservedTime ?? event.lastTimestamp ?? event.eventTime ?? '',
      reason: event.reason ?? '',
      message: event.message ?? '',
      count: event.series?.count ?? event.count ?? 1,
    }))
    .toSorted((a, b) => Date.parse(a.at) - Date.parse(b.at))
    .slice(-LISTED);
}

const isOurs = ({ type, reportingComponent, source, involvedObject }: PodEvent): boolean =>
  [reportingComponent, source?.component].some((component) => component?.startsWith('tracewell')) ||
  // That an image was pulled and a container started is no news.
  (type !== 'Normal' && (involvedObject?.fieldPath ?? '').endsWith(`{${SIDECAR}}`));

export const eventsPath = (namespace: string, uid: string): string =>
  `/api/v1/namespaces/${namespace}/events?fieldSelector=${encodeURIComponent(`involvedObject.uid=${uid}`)}`;
