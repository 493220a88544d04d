import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ANNOTATION, ENV, SECRET_FILE } from '../api/names.ts';
import type { SidecarConfig } from '../api/sidecar-config.ts';
import { describe, Permanent } from '../runtime/errors.ts';
import type { Part } from '../runtime/lifecycle.ts';
import type { Log } from '../runtime/log.ts';
import { readDownward, type Pod } from './pod.ts';
import { parseSettings } from './settings.ts';

/** Where the sidecar finds its files, and which pod it is in: its environment, checked. */
export interface Environment {
  logs: string;
  config: string;
  state: string;
  podinfo: string | undefined;
  policy: string | undefined;
  pod: Pick<Pod, 'namespace' | 'name' | 'uid' | 'node'>;
}

/** Throws `Permanent` naming every variable that is missing. */
export function readEnvironment(env: Record<string, string | undefined>): Environment {
  const required = [ENV.logs, ENV.config, ENV.state, ENV.podNamespace, ENV.podName, ENV.podUid, ENV.nodeName];
  const missing: string[] = required.filter((name) => !env[name]);
  if (!env[ENV.podinfo] && !env[ENV.policy]) missing.push(`${ENV.policy} (or ${ENV.podinfo})`);
  if (missing.length > 0)
    throw new Permanent(`the environment lacks ${missing.join(', ')}; docs/sidecar.md says what each is for`);
  const of = (name: string) => env[name]!;
  return {
    logs: of(ENV.logs),
    config: of(ENV.config),
    state: of(ENV.state),
    podinfo: env[ENV.podinfo] || undefined,
    policy: env[ENV.policy] || undefined,
    pod: { namespace: of(ENV.podNamespace), name: of(ENV.podName), uid: of(ENV.podUid), node: of(ENV.nodeName) },
  };
}

/** What the sidecar runs with; replaced as a whole when a file changes. */
export interface Config {
  settings: SidecarConfig;
  apiKey: string | undefined;
  /** PEM. */
  ca: string | undefined;
  pod: Pod;
}

/** Reads the mounted files again and again; keeps the last good configuration when the new one is missing or wrong. */
export class ConfigFiles implements Part {
  readonly name = 'configuration files';
  readonly #env: Environment;
  readonly #log: Log;
  #current: Config | undefined;
  #seen = '';
  #trouble = '';
  #timer: NodeJS.Timeout | undefined;

  constructor(env: Environment, log: Log) {
    this.#env = env;
    this.#log = log;
  }

  /** Looks at once, then every second until there is a configuration, then every five. */
  start(): void {
    this.look();
    this.#timer = setTimeout(() => this.start(), this.#current ? 5000 : 1000);
  }

  stop(): void {
    clearTimeout(this.#timer);
  }

  get current(): Config | undefined {
    return this.#current;
  }

  /** Looks at the files; true when there is a new configuration. */
  look(): boolean {
    const annotations = readDownward(this.#env.podinfo, 'annotations');
    const stem = annotations.get(ANNOTATION.policy) ?? this.#env.policy;
    if (!stem || !/^[A-Za-z]+\.[a-z0-9.-]+$/.test(stem)) return this.#keep('no policy governs this pod', stem ?? '');
    const file = `${stem}.json`;
    const text = this.#read(file);
    if (text === undefined) return this.#keep('waiting for the configuration', file);
    const labels = readDownward(this.#env.podinfo, 'labels');
    const apiKey = this.#read(SECRET_FILE.apiKey)?.trim();
    const ca = this.#read(SECRET_FILE.elasticsearchCa);
    const seen = JSON.stringify([text, apiKey, ca, [...labels], [...annotations]]);
    if (seen === this.#seen) return false;
    let settings: SidecarConfig;
    try {
      settings = parseSettings(text);
    } catch (error) {
      return this.#keep(`the configuration is wrong: ${describe(error)}`, file);
    }
    this.#current = { settings, apiKey, ca, pod: { ...this.#env.pod, labels, annotations } };
    this.#seen = seen;
    this.#trouble = '';
    this.#log.info('runs a configuration', { policy: stem, revision: settings.revision });
    return true;
  }

  #keep(trouble: string, file: string): false {
    if (trouble !== this.#trouble) {
      const kept = this.#current
        ? `goes on with revision ${this.#current.settings.revision}`
        : 'captures nothing until there is one';
      this.#log.warn(trouble, { file, consequence: kept });
      this.#trouble = trouble;
    }
    return false;
  }

  #read(name: string): string | undefined {
    try {
      return readFileSync(join(this.#env.config, name), 'utf8');
    } catch {
      return undefined;
    }
  }
}
