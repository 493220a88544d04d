import { readFileSync } from 'node:fs';
import { ANNOTATION } from '../api/names.ts';

/** What the sidecar knows of its pod: from its environment, and from the downward API folder, which the kubelet keeps live. */
export interface Pod {
  namespace: string;
  name: string;
  uid: string;
  node: string;
  labels: ReadonlyMap<string, string>;
  annotations: ReadonlyMap<string, string>;
}

/** One `key="value"` per line, values quoted as Go does (kubernetes, pkg/fieldpath/fieldpath.go `FormatMap`). */
export function parseDownward(text: string): Map<string, string> {
  const map = new Map<string, string>();
  for (const line of text.split('\n')) {
    const match = /^([^=]+)=(".*")$/.exec(line);
    if (match) map.set(match[1]!, unquote(match[2]!));
  }
  return map;
}

/** Go's escapes that JSON does not know (`\x1b`, `\a`) are rare in labels; the text then stays as it is written. */
function unquote(quoted: string): string {
  try {
    return String(JSON.parse(quoted));
  } catch {
    return quoted.slice(1, -1);
  }
}

/** Labels or annotations from the downward API folder; empty when it is not mounted. */
export function readDownward(folder: string | undefined, file: 'labels' | 'annotations'): Map<string, string> {
  if (!folder) return new Map();
  try {
    return parseDownward(readFileSync(`${folder}/${file}`, 'utf8'));
  } catch {
    return new Map();
  }
}

/** Kind in lower case and name of the controlling workload, as the webhook wrote them; undefined for a bare pod. */
export function workloadOf(pod: Pod): { kind: string; name: string } | undefined {
  const match = /^([A-Za-z]{1,63})\/(.{1,253})$/.exec(pod.annotations.get(ANNOTATION.workload) ?? '');
  return match ? { kind: match[1]!.toLowerCase(), name: match[2]! } : undefined;
}

/** The image that a container was to run, as the webhook wrote it down; undefined when it did not. */
export function imageOf(pod: Pod, container: string): string | undefined {
  try {
    const images: unknown = JSON.parse(pod.annotations.get(ANNOTATION.images) ?? '{}');
    const image = (images as Record<string, unknown>)[container];
    return typeof image === 'string' ? image : undefined;
  } catch {
    return undefined;
  }
}

/** Keys of `kubernetes` that a workload's kind must not overwrite. */
const OURS = new Set(['namespace', 'pod', 'container']);

/** The part of the document that all records of a container share: `"kubernetes":{…},"service.name":…,…`, as JSON bytes. */
export function constantPart(pod: Pod, container: string, cluster: string): Buffer {
  const workload = workloadOf(pod);
  const kubernetes = {
    namespace: pod.namespace,
    pod: { name: pod.name },
    container: { name: container },
    ...(workload && !OURS.has(workload.kind) ? { [workload.kind]: { name: workload.name } } : {}),
  };
  const rest = {
    kubernetes,
    'service.name': pod.labels.get('app.kubernetes.io/name') ?? workload?.name ?? pod.name,
    'host.name': pod.node,
    ...(cluster ? { 'orchestrator.cluster.name': cluster } : {}),
  };
  return Buffer.from(JSON.stringify(rest).slice(1, -1));
}

/** The same without `service.name`, for a record that has one of its own. */
export function withoutService(constant: Buffer): Buffer {
  const { 'service.name': _, ...rest } = JSON.parse(`{${constant.toString()}}`) as Record<string, unknown>;
  return Buffer.from(JSON.stringify(rest).slice(1, -1));
}
