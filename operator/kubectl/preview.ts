import type { SkipReason } from '../../api/names.ts';
import type { Policy } from '../../api/policy.ts';
import { GROUP } from '../../api/names.ts';
import { CURE } from '../audit/cure.ts';
import { patchOf } from '../inject/patch.ts';
import { displayName, isInjected, isOurs, OUR_VOLUMES, type Pod } from '../inject/pod.ts';
import { skipOf } from '../inject/skip.ts';
import { titleOf, type RawPolicy } from '../policy/accept.ts';
import { selecting } from '../policy/govern.ts';
import { hasEnded } from '../reconcile/pods.ts';
import type { Document } from './policy-file.ts';
import type { Snapshot } from './snapshot.ts';

interface Some {
  count: number;
  /** The first by name, with its namespace. */
  example: string;
}

/** What would come of a policy. */
export interface Preview {
  from: string;
  policy?: string;
  /** Why it would be refused. */
  faults: string[];
  /** What the platform makes of it. */
  notes: string[];
  /** That it reaches. */
  namespaces: string[];
  selected: number;
  governed: number;
  /** Of those that it governs. */
  injected: number;
  missing: number;
  skipped: (Some & { reason: SkipReason; message: string; cure: string })[];
  shadowed: (Some & { by: string })[];
  /** What a new pod would get, a JSON patch. Absent: the operator's settings are not known, or nothing would be injected. */
  patch?: { pod: string; operations: readonly object[] };
}

export interface PreviewOptions {
  /** With the policies in place. */
  snapshot: Snapshot;
  pods: readonly Pod[];
  now: Date;
}

const NOTHING = {
  notes: [],
  namespaces: [],
  selected: 0,
  governed: 0,
  injected: 0,
  missing: 0,
  skipped: [],
  shadowed: [],
};

/** What would come of a document of the file. Pure. */
export function preview({ from, raw, faults }: Document, options: PreviewOptions): Preview {
  if (!raw) return { ...NOTHING, from, faults };
  const { snapshot } = options;
  const stands = snapshot.policies.all().find((one) => titleOf(one) === titleOf(raw))!;
  const judged = snapshot.policies.judge(stands);
  const all = [...faults, ...(judged.ok ? [] : [judged.message])];
  if (!judged.ok || all.length > 0) return { ...NOTHING, from, policy: titleOf(raw), faults: all };
  return { from, policy: titleOf(raw), faults: [], notes: [...judged.notes], ...countsOf(judged.policy, options) };
}

type Counts = Omit<Preview, 'from' | 'policy' | 'faults' | 'notes'>;

function countsOf(policy: Policy, options: PreviewOptions): Counts {
  const { snapshot, pods } = options;
  const namespaces = snapshot.namespaces.filter((name) => snapshot.policiesOf(name).includes(policy));
  const counts: Counts = { namespaces, selected: 0, governed: 0, injected: 0, missing: 0, skipped: [], shadowed: [] };
  let example: Pod | undefined;
  for (const pod of pods.toSorted((a, b) => (nameOf(a) < nameOf(b) ? -1 : 1))) {
    const { namespace = '', labels = {}, deletionTimestamp } = pod.metadata;
    if (hasEnded(pod) || deletionTimestamp || !namespaces.includes(namespace)) continue;
    const selected = selecting(snapshot.policiesOf(namespace), labels);
    if (!selected.includes(policy)) continue;
    counts.selected++;
    const [first] = selected;
    if (first !== policy) {
      const by = titleOf(first!);
      add(counts.shadowed, (one) => one.by === by, { by, count: 1, example: nameOf(pod) });
      continue;
    }
    counts.governed++;
    const skip = isInjected(pod) ? undefined : skipOf(pod, { policy, ...snapshot.surroundings(namespace) });
    if (skip) {
      const cure = CURE[skip.reason];
      add(counts.skipped, ({ reason }) => reason === skip.reason, { ...skip, cure, count: 1, example: nameOf(pod) });
      continue;
    }
    if (isInjected(pod)) counts.injected++;
    else counts.missing++;
    example ??= pod;
  }
  const patch = patchFor(example ?? (counts.governed === 0 ? imagined(policy) : undefined), policy, options);
  return { ...counts, ...(patch ? { patch } : {}) };
}

const nameOf = (pod: Pod): string => `${pod.metadata.namespace}/${displayName(pod)}`;

function add<T extends Some>(all: T[], isIt: (one: T) => boolean, fresh: T): void {
  const known = all.find(isIt);
  if (known) known.count++;
  else all.push(fresh);
}

function patchFor(pod: Pod | undefined, policy: Policy, { snapshot, now }: PreviewOptions): Preview['patch'] {
  const settings = snapshot.operator?.sidecar;
  if (!pod || !settings || policy.spec.paused) return undefined;
  return { pod: displayName(pod), operations: patchOf(withoutOurs(pod), { policy, settings, now }) };
}

/** As its controller would create it: before the webhook saw it. */
export function withoutOurs({ metadata, spec, ...rest }: Pod): Pod {
  const annotations = Object.entries(metadata.annotations ?? {}).filter(([key]) => !key.startsWith(`${GROUP}/`));
  const initContainers = (spec.initContainers ?? []).filter((container) => !isOurs(container));
  const volumes = (spec.volumes ?? []).filter(({ name }) => !OUR_VOLUMES.includes(name));
  return {
    ...rest,
    metadata: { ...metadata, annotations: Object.fromEntries(annotations) },
    spec: {
      ...spec,
      ...(spec.initContainers ? { initContainers } : {}),
      ...(spec.volumes ? { volumes } : {}),
    },
  };
}

/** A pod for a policy that has none yet. */
const imagined = ({ spec }: Policy): Pod => ({
  metadata: { name: 'example', labels: { ...spec.selector?.matchLabels } },
  spec: { containers: [{ name: 'app', image: 'example' }] },
});

/** The namespaces that must be looked at: all of them for a policy of the cluster. */
export function scopeOf(raws: readonly RawPolicy[], fallback: string): string | undefined {
  const namespaces = new Set(raws.map(({ metadata }) => metadata.namespace));
  if (namespaces.size === 0) return fallback;
  return namespaces.size === 1 ? [...namespaces][0] : undefined;
}
