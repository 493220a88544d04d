import { linkSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ENV, REDACTED, REDACTIONS, REDACTIONS_ON_REQUEST, SECRET_FILE, STREAM_PREFIX, TOKEN } from '../api/names.ts';
import { DEFAULT_LIMITS, sidecarConfig, type RedactionRule, type SidecarConfig } from '../api/sidecar-config.ts';
import { imageEnvironment } from './image.ts';
import type { Target } from './sink/sink.ts';

/** The streams that the sidecars of a benchmark write to: records, and what is said about files. */
export const STREAM = `${STREAM_PREFIX.logs}bench`;
export const FILES_STREAM = `${STREAM_PREFIX.files}bench`;

/** A pod as the sidecar sees it: folders and variables (docs/sidecar.md). */
export interface Pod {
  logs: string;
  env: Record<string, string>;
}

/** How a pod differs from the usual one: the default policy, the default document, the engine. */
export interface Special {
  /** Of the configuration's `logs`. */
  logs?: Partial<SidecarConfig['logs']>;
  /** The plain path, with zlib. */
  isPlain?: boolean;
  /** To whom the sidecar reports, and with which token; undefined: to nobody. */
  reports?: { url: string; ca: string; token: string };
  /** Of the part that all documents share, bytes; by a long `service.name`. */
  constantBytes?: number;
}

/** All built-in redactions, and those that a policy has without asking. */
export const ALL_REDACTIONS: RedactionRule[] = REDACTIONS.map((builtin) => ({
  builtin,
  with: 'Text',
  replacement: REDACTED,
}));
const DEFAULT_REDACTIONS = ALL_REDACTIONS.filter(({ builtin }) => !REDACTIONS_ON_REQUEST.includes(builtin!));

/** What all documents share beside the service's name, bytes. */
const BESIDE_NAME_BYTES = 161;
/** Text as it is in metadata. */
const DETAILS =
  'app.kubernetes.io/part-of=shop app.kubernetes.io/version=2.14.3 app.kubernetes.io/managed-by=helm ' +
  'pod-template-hash=6d5f7c9b8d topology.kubernetes.io/zone=eu-central-1b node.kubernetes.io/instance-type=m6i.2xlarge ' +
  'image=registry.example.com/shop/orders@sha256:4b1d7e0f9a6c3528be17f04d93ac56e2810fb7d9c4e35a6b02d8f1c7e94a3b65 ' +
  'uid=5f3b1c0e-8a35-4c7e-9d0e-2f6a7b8c9d0e owner=ReplicaSet/orders-6d5f7c9b8d team=checkout cost-center=4711 ' +
  'git-commit=9f2c41d7e8b35a60c1d4f7e2b98a3c5d6e0f1a2b release=2026-11-22.3 environment=production region=eu-central-1';

/** Makes one in `folder`. */
export function makePod(folder: string, { url, apiKey, ca }: Target, special: Special = {}): Pod {
  const [logs, config, state] = [join(folder, 'logs'), join(folder, 'config'), join(folder, 'state')];
  const podinfo = join(folder, 'podinfo');
  for (const each of [logs, config, state, podinfo]) mkdirSync(each, { recursive: true });
  const policy = { kind: 'TracingPolicy' as const, namespace: 'bench', name: 'bench' };
  const settings = sidecarConfig.parse({
    version: 1,
    revision: 'bench',
    cluster: 'bench',
    policy,
    elasticsearch: { urls: [url] },
    streams: {
      logs: STREAM,
      deadLetters: `${STREAM_PREFIX.deadLetters}bench`,
      files: FILES_STREAM,
    },
    logs: {
      containers: { include: [], exclude: [] },
      multiline: 'Auto',
      redact: DEFAULT_REDACTIONS,
      drop: [],
      ...special.logs,
    },
    limits: DEFAULT_LIMITS,
  });
  const stem = `${policy.kind}.${policy.name}`;
  writeFileSync(join(config, `${stem}.json`), JSON.stringify(settings));
  writeFileSync(join(config, SECRET_FILE.apiKey), apiKey);
  if (ca) writeFileSync(join(config, SECRET_FILE.elasticsearchCa), ca);
  const token = join(folder, TOKEN.file);
  if (special.reports) {
    writeFileSync(join(config, SECRET_FILE.operatorUrl), special.reports.url);
    writeFileSync(join(config, SECRET_FILE.operatorCa), special.reports.ca);
    writeFileSync(token, special.reports.token);
  }
  if (special.constantBytes) {
    const service = DETAILS.slice(0, special.constantBytes - BESIDE_NAME_BYTES);
    writeFileSync(join(podinfo, 'labels'), `app.kubernetes.io/name=${JSON.stringify(service)}\n`);
  }
  const env = {
    ...imageEnvironment('sidecar'),
    ...(special.isPlain ? { TRACEWELL_ENGINE: 'plain' } : {}),
    ...(special.reports ? { [ENV.token]: token } : {}),
    [ENV.logs]: logs,
    [ENV.config]: config,
    [ENV.state]: state,
    [ENV.podinfo]: podinfo,
    [ENV.policy]: stem,
    [ENV.podNamespace]: 'bench',
    [ENV.podName]: 'bench-0',
    [ENV.podUid]: '5f3b1c0e-8a35-4c7e-9d0e-2f6a7b8c9d0e',
    [ENV.nodeName]: 'node-1',
  };
  return { logs, env };
}

/** The folder of a container's logs, made; `0.log` in it is the file of its first run. */
export function addContainer(pod: Pod, container: string): string {
  const folder = join(pod.logs, container);
  mkdirSync(folder);
  return join(folder, '0.log');
}

/** Gives the pod a log file that is there already, without a copy. */
export function addLog(pod: Pod, container: string, existing: string): void {
  linkSync(existing, addContainer(pod, container));
}
