import { existsSync, readFileSync } from 'node:fs';
import { ANNOTATION, ENV, SECRET_FILE } from '../api/names.ts';
import type { SidecarConfig } from '../api/sidecar-config.ts';
import { describe, Permanent } from '../runtime/errors.ts';
import type { Part } from '../runtime/lifecycle.ts';
import type { Log } from '../runtime/log.ts';
import { DropRules } from './drop.ts';
import { continuationOf } from './plain/continuation.ts';
import type { Grouping } from './plain/grouper.ts';
import { Redactor } from './plain/redact/redactor.ts';
import { readDownward, type Pod } from './pod.ts';
import { parseSettings } from './settings.ts';
import type { ProxySettings } from './sink/proxy.ts';

/** Where the sidecar finds its files, and which pod it is in: its environment, checked. */
export interface Environment {
  logs: string;
  config: string;
  state: string;
  podinfo: string | undefined;
  policy: string | undefined;
  pod: Pick<Pod, 'namespace' | 'name' | 'uid' | 'node'>;
  proxy: ProxySettings;
  /** File of the pod's token for the operator; undefined: nothing is reported. */
  token: string | undefined;
  /** Which path records take; undefined: the engine, where the machine can run it. */
  engine: 'plain' | undefined;
}

/** Throws `Permanent` naming every variable that is missing. */
export function readEnvironment(env: Record<string, string | undefined>): Environment {
  const required = [ENV.logs, ENV.config, ENV.state, ENV.podNamespace, ENV.podName, ENV.podUid, ENV.nodeName];
  const missing: string[] = required.filter((name) => !env[name]);
  if (!env[ENV.podinfo] && !env[ENV.policy]) missing.push(`${ENV.policy} (or ${ENV.podinfo})`);
  if (missing.length > 0)
    throw new Permanent(`the environment lacks ${missing.join(', ')}; docs/sidecar.md says what each is for`);
  const of = (name: string) => env[name]!;
  // Lower case first, as curl and node have it.
  const either = (name: string) => env[name.toLowerCase()] || env[name] || undefined;
  return {
    logs: of(ENV.logs),
    config: of(ENV.config),
    state: of(ENV.state),
    podinfo: env[ENV.podinfo] || undefined,
    policy: env[ENV.policy] || undefined,
    pod: { namespace: of(ENV.podNamespace), name: of(ENV.podName), uid: of(ENV.podUid), node: of(ENV.nodeName) },
    token: env[ENV.token] || undefined,
    engine: engineOf(env[ENV.engine]),
    proxy: { http: either('HTTP_PROXY'), https: either('HTTPS_PROXY'), none: either('NO_PROXY') },
  };
}

function engineOf(value: string | undefined): 'plain' | undefined {
  if (value !== undefined && value !== '' && value !== 'plain')
    throw new Permanent(`${ENV.engine} can be "plain" or nothing, and is ${JSON.stringify(value)}`);
  return value === 'plain' ? value : undefined;
}

/** What the sidecar runs with; replaced as a whole when a file changes. */
export interface Config {
  settings: SidecarConfig;
  apiKey: string | undefined;
  /** PEM. */
  ca: string | undefined;
  pod: Pod;
  grouping: Grouping;
  /** Undefined: nothing is left out. */
  drop: DropRules | undefined;
  /** Undefined: nothing is replaced. */
  redactor: Redactor | undefined;
}

/** Until there is a configuration, and from then on: how often the files are looked at. */
const WAITING_MS = 1000;
const RUNNING_MS = 5000;
const STEM = /^[A-Za-z]+\.[a-z0-9.-]+$/;

/**
 * Reads the mounted files again and again; keeps the last good configuration when the new one is wrong, or has not come yet.
 * When the policy that it runs is gone and no other one governs the pod, it is idle.
 */
export class ConfigFiles implements Part {
  readonly name = 'configuration files';
  readonly #env: Environment;
  readonly #log: Log;
  #current: Config | undefined;
  /** The file's text, and what it says. */
  #text = '';
  #settings: SidecarConfig | undefined;
  #seen = '';
  #trouble = '';
  #isIdle = false;
  /** The policy that the pod's annotation names. */
  #named = '';
  #timer: NodeJS.Timeout | undefined;

  constructor(env: Environment, log: Log) {
    this.#env = env;
    this.#log = log;
  }

  start(): void {
    this.look();
    this.#timer = setTimeout(() => this.start(), this.#current ? RUNNING_MS : WAITING_MS);
  }

  stop(): void {
    clearTimeout(this.#timer);
  }

  get current(): Config | undefined {
    return this.#current;
  }

  /** No policy governs the pod any more. */
  get isIdle(): boolean {
    return this.#isIdle;
  }

  /** `<Kind>.<name>` of the policy that it runs, or waits for. */
  get policy(): string | undefined {
    return this.#current ? stemOf(this.#current) : this.#named || undefined;
  }

  /** Looks at the files, and takes over what has changed. */
  look(): void {
    const { config, podinfo, pod, policy } = this.#env;
    const labels = readDownward(podinfo, 'labels');
    const annotations = readDownward(podinfo, 'annotations');
    // What we reported comes back here: no news.
    annotations.delete(ANNOTATION.sidecar);
    const stem = annotations.get(ANNOTATION.policy) ?? policy ?? '';
    const file = `${config}/${stem}.json`;
    this.#named = stem;
    if (stem === '') return this.#miss('no policy governs this pod', stem);
    if (!STEM.test(stem)) return this.#keep('no policy governs this pod', stem);
    try {
      const text = read(file);
      if (text === undefined) return this.#miss('waiting for the configuration', file);
      const apiKey = read(`${config}/${SECRET_FILE.apiKey}`)?.trim();
      const ca = read(`${config}/${SECRET_FILE.elasticsearchCa}`);
      const hashKey = read(`${config}/${SECRET_FILE.redactionKey}`)?.trim();
      this.#take(stem, { settings: this.#read(text), apiKey, ca, pod: { ...pod, labels, annotations } }, hashKey);
    } catch (error) {
      this.#keep('the configuration is wrong', file, describe(error));
    }
  }

  /** Mostly it says what it said before. */
  #read(text: string): SidecarConfig {
    if (!this.#settings || text !== this.#text) this.#settings = parseSettings(text);
    this.#text = text;
    return this.#settings;
  }

  /** What the annotation names is not there: gone, if what runs is; else it has not come yet. */
  #miss(trouble: string, file: string): void {
    const { config } = this.#env;
    const isThere = this.#named !== '' && existsSync(`${config}/${this.policy}.json`);
    if (!this.#current || isThere) return this.#keep(trouble, file);
    this.#isIdle = true;
    this.#keep('the policy is gone', file);
  }

  #take(policy: string, given: Omit<Config, keyof Rules>, hashKey: string | undefined): void {
    const { apiKey, ca, pod, settings } = given;
    const seen = JSON.stringify([settings, apiKey, ca, [...pod.labels], [...pod.annotations], hashKey]);
    if (seen !== this.#seen || this.#isIdle) this.#replace(policy, { ...given, ...rulesOf(settings, hashKey) });
    this.#seen = seen;
    this.#trouble = '';
    this.#isIdle = false;
  }

  #replace(policy: string, config: Config): void {
    const { apiKey, ca, settings } = config;
    const before = this.#current;
    this.#current = config;
    if (before?.settings.revision !== settings.revision || this.#isIdle)
      this.#log.info('runs a configuration', { policy, revision: settings.revision });
    else if (before.apiKey !== apiKey || before.ca !== ca)
      this.#log.info('uses a new API key or authority', { policy });
  }

  #keep(trouble: string, file: string, error?: string): void {
    const key = `${trouble} ${file} ${error ?? ''}`;
    if (key === this.#trouble) return;
    this.#trouble = key;
    const consequence = this.#consequence();
    this.#log.warn(trouble, { file, error, consequence });
  }

  #consequence(): string {
    if (!this.#current) return 'captures nothing until there is one';
    if (this.#isIdle) return 'delivers what it has read; reads on when a policy governs the pod again';
    return `goes on with revision ${this.#current.settings.revision}`;
  }
}

const stemOf = ({ settings: { policy } }: Config): string => `${policy.kind}.${policy.name}`;

type Rules = Pick<Config, 'grouping' | 'drop' | 'redactor'>;

/** Throws `Permanent` when a pattern or a condition cannot be read. `hashKey`: of redacted values, hex. */
function rulesOf({ logs, limits }: SidecarConfig, hashKey: string | undefined): Rules {
  const key = hashKey ? Buffer.from(hashKey, 'hex') : undefined;
  return {
    grouping: { continuation: continuationOf(logs.multiline), limit: limits.recordBytes },
    drop: logs.drop.length > 0 ? new DropRules(logs.drop) : undefined,
    redactor: logs.redact.length > 0 ? new Redactor(logs.redact, key) : undefined,
  };
}

/** Undefined when there is no such file; other errors are thrown. */
function read(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}
