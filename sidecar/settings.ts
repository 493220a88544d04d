import { POLICY_KINDS, REDACTIONS } from '../api/names.ts';
import type { RedactionRule, SidecarConfig } from '../api/sidecar-config.ts';
import { Permanent } from '../runtime/errors.ts';

/**
 * Reads a policy's configuration, the small twin of `api/sidecar-config.ts` (a test holds them together): zod would cost each
 * pod 18 MB. Throws `Permanent` with the path of what is wrong.
 */
export function parseSettings(text: string): SidecarConfig {
  let raw: unknown;
  try {
    raw = JSON.parse(text);
  } catch (error) {
    throw new Permanent('the configuration is not JSON', { cause: error });
  }
  const root = new Reader('', raw);
  if (root.at('version').value !== 1) throw root.at('version').wrong('1, the version that this sidecar knows');
  const policy = root.at('policy');
  const logs = root.at('logs');
  const containers = logs.at('containers');
  const limits = root.at('limits');
  const streams = root.at('streams');
  return {
    version: 1,
    revision: root.at('revision').text(1, 64),
    cluster: root.at('cluster').text(0, 253),
    policy: {
      kind: policy.at('kind').oneOf(POLICY_KINDS),
      namespace: policy.at('namespace').text(0, 253),
      name: policy.at('name').text(0, 253),
    },
    elasticsearch: {
      urls: root
        .at('elasticsearch')
        .at('urls')
        .list(1, 16, (url) => url.url()),
    },
    streams: {
      logs: streams.at('logs').text(1, 255),
      deadLetters: streams.at('deadLetters').text(1, 255),
      files: streams.at('files').text(1, 255),
    },
    logs: {
      containers: {
        include: containers.at('include').list(0, 64, (name) => name.text(1, 63)),
        exclude: containers.at('exclude').list(0, 64, (name) => name.text(1, 63)),
      },
      multiline: logs.at('multiline').text(1, 256),
      drop: logs.at('drop').list(0, 32, (rule) => ({ when: rule.at('when').text(1, 16_384) })),
      redact: logs.at('redact').list(0, 48, redactionRule),
    },
    limits: {
      batchBytes: limits.at('batchBytes').integer(16_384, 67_108_864),
      batchAgeMs: limits.at('batchAgeMs').integer(10, 60_000),
      inFlight: limits.at('inFlight').integer(1, 8),
      recordBytes: limits.at('recordBytes').integer(1024, 16_777_216),
      heldBytes: limits.at('heldBytes').integer(1_048_576, 68_719_476_736),
    },
  };
}

function redactionRule(rule: Reader): RedactionRule {
  const [builtin, pattern] = [rule.at('builtin'), rule.at('pattern')];
  if (builtin.isAbsent === pattern.isAbsent) throw rule.wrong('a rule with either builtin or pattern');
  return {
    ...(builtin.isAbsent ? { pattern: pattern.text(1, 256) } : { builtin: builtin.oneOf(REDACTIONS) }),
    with: rule.at('with').oneOf(['Text', 'SameLength', 'Hash']),
    replacement: rule.at('replacement').text(0, 64),
  };
}

/** A value and the path at which it stands. */
class Reader {
  readonly value: unknown;
  readonly #path: string;

  constructor(path: string, value: unknown) {
    this.#path = path;
    this.value = value;
  }

  at(key: string): Reader {
    const { value } = this;
    if (typeof value !== 'object' || value === null || Array.isArray(value)) throw this.wrong('an object');
    return new Reader(this.#path ? `${this.#path}.${key}` : key, (value as Record<string, unknown>)[key]);
  }

  get isAbsent(): boolean {
    return this.value === undefined;
  }

  oneOf<T extends string>(words: readonly T[]): T {
    const word = words.find((each) => each === this.value);
    if (word === undefined) throw this.wrong(`one of ${words.join(', ')}`);
    return word;
  }

  text(shortest: number, longest: number): string {
    const { value } = this;
    if (typeof value !== 'string' || value.length < shortest || value.length > longest) {
      throw this.wrong(`a text of ${shortest} to ${longest} characters`);
    }
    return value;
  }

  integer(least: number, most: number): number {
    const { value } = this;
    if (typeof value !== 'number' || !Number.isInteger(value) || value < least || value > most) {
      throw this.wrong(`an integer from ${least} to ${most}`);
    }
    return value;
  }

  url(): string {
    const text = this.text(1, 2048);
    if (!/^https?:$/.test(URL.parse(text)?.protocol ?? '')) throw this.wrong('an http or https URL');
    return text;
  }

  list<T>(least: number, most: number, item: (reader: Reader) => T): T[] {
    const { value } = this;
    if (!Array.isArray(value) || value.length < least || value.length > most)
      throw this.wrong(`a list of ${least} to ${most}`);
    return value.map((each, index) => item(new Reader(`${this.#path}.${index}`, each)));
  }

  wrong(expected: string): Permanent {
    return new Permanent(`${this.#path || 'the configuration'} must be ${expected}`);
  }
}
