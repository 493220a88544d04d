import { parseAllDocuments } from 'yaml';
import { API_VERSION, POLICY_KINDS, type PolicyKind } from '../../api/names.ts';
import { clusterTracingPolicy, tracingPolicy } from '../../api/policy.ts';
import { stemOf, type RawPolicy } from '../policy/accept.ts';

/** A document of a file: a policy as the API server would keep it, or what keeps it from being one. */
export interface Document {
  /** `policy.yaml`, `policy.yaml, document 2`. */
  from: string;
  raw?: RawPolicy;
  faults: string[];
}

export interface FileOptions {
  /** Of the file, for people. */
  from: string;
  /** Of a policy that names none. */
  namespace: string;
  /** Its age, if it is new. */
  now: Date;
}

/** The documents of a file, YAML or JSON; empty ones are left out. */
export function readDocuments(text: string, { from, namespace, now }: FileOptions): Document[] {
  const all = parseAllDocuments(text);
  const documents = 'empty' in all ? [] : all;
  return documents.flatMap((document, at) => {
    const place = documents.length > 1 ? `${from}, document ${at + 1}` : from;
    const faults = document.errors.map(({ message }) => `it is no YAML: ${message.split('\n')[0]!}`);
    if (faults.length > 0) return [{ from: place, faults }];
    const value: unknown = document.toJS();
    return value === null ? [] : [{ from: place, ...policyOf(value, namespace, now) }];
  });
}

interface Written {
  apiVersion?: unknown;
  kind?: unknown;
  metadata?: { name?: unknown; namespace?: unknown };
  spec?: unknown;
}

function policyOf(value: unknown, namespace: string, now: Date): Omit<Document, 'from'> {
  const { apiVersion, kind, metadata = {}, spec = {} } = (typeof value === 'object' ? value : {}) as Written;
  if (apiVersion !== API_VERSION || !(POLICY_KINDS as readonly unknown[]).includes(kind))
    return { faults: [`it is ${kindOf(kind, apiVersion)}, and no ${POLICY_KINDS.join(' or ')} of ${API_VERSION}`] };
  if (typeof metadata.name !== 'string' || metadata.name === '') return { faults: ['metadata.name: it has no name'] };
  const place = typeof metadata.namespace === 'string' ? metadata.namespace : namespace;
  const raw = {
    apiVersion: API_VERSION,
    kind: kind as PolicyKind,
    metadata: {
      name: metadata.name,
      ...(kind === 'TracingPolicy' ? { namespace: place } : {}),
      uid: 'preview',
      generation: 1,
      creationTimestamp: now.toISOString(),
    },
    spec,
  };
  return { raw, faults: unknownFields(raw) };
}

const kindOf = (kind: unknown, apiVersion: unknown): string =>
  typeof kind === 'string'
    ? `a ${kind} (${typeof apiVersion === 'string' ? apiVersion : 'no apiVersion'})`
    : 'no object';

/** The API server refuses fields that it does not know, and from clients that do not ask for it drops them without a word. */
function unknownFields(raw: RawPolicy & { spec: unknown }): string[] {
  const parsed = raw.kind === 'TracingPolicy' ? tracingPolicy.safeParse(raw) : clusterTracingPolicy.safeParse(raw);
  return parsed.success
    ? surplus(raw.spec, parsed.data.spec, 'spec').map((path) => `${path}: there is no such field`)
    : [];
}

function surplus(given: unknown, known: unknown, path: string): string[] {
  if (typeof given !== 'object' || given === null) return [];
  if (typeof known !== 'object' || known === null) return [path];
  return Object.entries(given).flatMap(([key, value]) =>
    Object.hasOwn(known, key)
      ? surplus(value, (known as Record<string, unknown>)[key], `${path}.${key}`)
      : [`${path}.${key}`],
  );
}

/** The policies of a cluster with these in their place: one that is there already keeps its age. */
export function replaced(present: readonly RawPolicy[], given: readonly RawPolicy[]): RawPolicy[] {
  const key = (raw: RawPolicy) => `${raw.metadata.namespace ?? ''}/${stemOf(raw)}`;
  const news = new Map(
    given.map((raw) => {
      const old = present.find((one) => key(one) === key(raw));
      return [key(raw), old ? { ...raw, metadata: old.metadata } : raw];
    }),
  );
  return [...present.filter((raw) => !news.has(key(raw))), ...news.values()];
}
