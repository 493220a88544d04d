import { noDisk } from './disk.ts';

/** What a scenario may hold, each by a name that can be switched off: `--without restart,disk`. */
export const FEATURES = {
  kill: 'the sidecar is killed by -9 and started again',
  terminate: 'it gets SIGTERM under load, and is started again',
  rotation: 'files are rotated, slowly and in storms, and the oldest removed',
  gzip: 'all rotated files but the newest are compressed',
  runs: 'containers are started again, and the files of early runs removed',
  wire: 'requests and answers meet faults',
  rollover: 'the stream rolls over',
  disk: 'the state volume is full for a while',
  clock: "the sidecar's wall clock jumps",
  multiline: 'lines are grouped',
  drop: 'rules discard records',
  cut: 'records are cut at a small size',
  configuration: 'the configuration changes between two lives of the sidecar',
  inFlight: 'several batches are on their way at once',
  addresses: 'there are two addresses, of which the first may be dead',
  tls: 'the way to Elasticsearch is encrypted',
  held: 'few bytes of removed files may be held open',
  silence: 'a request gets no answer for as long as the sidecar waits',
  crash: 'Elasticsearch is killed and started again',
} as const;

export type Feature = keyof typeof FEATURES;

/** All but those named; throws for a name that is none. */
export function featuresWithout(names: readonly string[]): Set<Feature> {
  const all = new Set(Object.keys(FEATURES) as Feature[]);
  for (const name of names) {
    if (!all.delete(name as Feature))
      throw new Error(`no feature is called ${name}; there are ${Object.keys(FEATURES).join(', ')}`);
  }
  return all;
}

/** Features that cannot be had here, with the reason. */
export function missingFeatures({ canCrash }: { canCrash: boolean }): Map<Feature, string> {
  const missing = new Map<Feature, string>();
  if (noDisk()) missing.set('disk', noDisk());
  if (!canCrash) missing.set('crash', 'only an Elasticsearch that is a process of ours can be killed');
  return missing;
}
