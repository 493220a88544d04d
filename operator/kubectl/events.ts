import { SIDECAR } from '../../api/names.ts';
import type { Pod } from '../inject/pod.ts';
import type { Purpose, Reader } from './reader.ts';

/** An Event of a pod (core/v1), as far as it is read. */
export interface PodEvent {
  type?: string;
  reason?: string;
  message?: string;
  count?: number;
  lastTimestamp?: string | null;
  eventTime?: string | null;
  series?: { count?: number; lastObservedTime?: string };
  involvedObject?: { name?: string; uid?: string; fieldPath?: string };
  /** The controller of the pod. */
  related?: { uid?: string };
  source?: { component?: string };
  reportingComponent?: string;
}

/** What an Event says, for people. */
export interface Told {
  at: string;
  reason: string;
  message: string;
  count: number;
  /** Another pod of the same controller: of several that stand alike the operator names one. */
  of?: string;
}

/** As many as are of use. */
const LISTED = 5;

/** What was told of the sidecar, by the operator or by the kubelet about its container: the newest last. */
export function toldOf(events: readonly PodEvent[], pod: Pod): Told[] {
  return events
    .filter((event) => isOurs(event) && isAbout(event, pod))
    .map((event) => ({
      ...(event.involvedObject?.uid === pod.metadata.uid ? {} : { of: event.involvedObject?.name ?? '' }),
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

function isAbout({ involvedObject, related }: PodEvent, { metadata: { uid, ownerReferences = [] } }: Pod): boolean {
  const owner = ownerReferences.find(({ controller }) => controller);
  return involvedObject?.uid === uid || (owner !== undefined && related?.uid === owner.uid);
}

/** Undefined when the caller may not read Events. */
export async function readEvents(reader: Reader, pod: Pod): Promise<Told[] | undefined> {
  const purpose: Purpose = { what: 'Events of the pod', whether: 'what was told of it.' };
  const look = (selector: string) =>
    reader.list<PodEvent & { metadata: { name: string } }>(
      `/api/v1/namespaces/${pod.metadata.namespace}/events?fieldSelector=${encodeURIComponent(selector)}`,
      purpose,
    );
  const own = await look(`involvedObject.uid=${pod.metadata.uid}`);
  const ours = own && (await look('reportingComponent=tracewell'));
  if (!own || !ours) return undefined;
  return toldOf([...new Map([...own, ...ours].map((event) => [event.metadata.name, event])).values()], pod);
}
