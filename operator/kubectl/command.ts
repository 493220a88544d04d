import { parseArgs, type ParseArgsOptionsConfig } from 'node:util';
import { Misused } from './exit.ts';

/** Flags that every command that asks the cluster has. */
const COMMON = {
  namespace: { type: 'string', short: 'n' },
  context: { type: 'string' },
  kubeconfig: { type: 'string' },
  'operator-namespace': { type: 'string' },
  help: { type: 'boolean', short: 'h' },
} as const satisfies ParseArgsOptionsConfig;
const EVERYWHERE = { 'all-namespaces': { type: 'boolean', short: 'A' } } as const;
const OUTPUT = { output: { type: 'string', short: 'o' } } as const;

/** What each command takes beside the common flags. */
const FLAGS = {
  status: { ...COMMON, ...EVERYWHERE, ...OUTPUT },
  explain: { ...COMMON, ...OUTPUT },
  preview: { ...COMMON, ...OUTPUT, filename: { type: 'string', short: 'f', multiple: true } },
  coverage: { ...COMMON, ...EVERYWHERE, ...OUTPUT },
  eject: {
    ...COMMON,
    selector: { type: 'string', short: 'l' },
    'dry-run': { type: 'boolean' },
    force: { type: 'boolean' },
    timeout: { type: 'string' },
  },
} as const satisfies Record<string, ParseArgsOptionsConfig>;

export type Verb = keyof typeof FLAGS;
export const VERBS = Object.keys(FLAGS) as Verb[];

/** What was asked for. */
export interface Command {
  verb: Verb;
  /** What stands behind the command and is no flag. */
  operands: readonly string[];
  namespace: string | undefined;
  everywhere: boolean;
  context: string | undefined;
  kubeconfig: string | undefined;
  /** Where the operator is looked for when the caller may not look everywhere. */
  operatorNamespace: string;
  json: boolean;
  files: readonly string[];
  selector: string | undefined;
  dryRun: boolean;
  force: boolean;
  /** Milliseconds. */
  timeoutMs: number;
}

export type Parsed = Command | { help: Verb | 'all' } | 'version';

/** Reads the arguments; throws `Misused` for what it does not know. */
export function parseCommand(args: readonly string[]): Parsed {
  const [first = '', ...rest] = args;
  if (first === '--version' || first === 'version') return 'version';
  if (first === 'help' && isVerb(rest[0])) return { help: rest[0] };
  if (['', 'help', '--help', '-h'].includes(first)) return { help: 'all' };
  if (first.startsWith('-')) throw new Misused(`the command comes first, then ${first}; commands: ${VERBS.join(', ')}`);
  if (!isVerb(first)) throw new Misused(`there is no command ${first}; commands: ${VERBS.join(', ')}`);
  const { values, positionals } = read(first, rest);
  if (values.help) return { help: first };
  const command: Command = {
    verb: first,
    operands: positionals,
    namespace: values.namespace,
    everywhere: values['all-namespaces'] ?? false,
    context: values.context,
    kubeconfig: values.kubeconfig,
    operatorNamespace: values['operator-namespace'] ?? 'tracewell',
    json: isJson(values.output),
    files: values.filename ?? [],
    selector: values.selector,
    dryRun: values['dry-run'] ?? false,
    force: values.force ?? false,
    timeoutMs: millisecondsOf(values.timeout ?? '5m'),
  };
  check(command);
  return command;
}

interface Values {
  namespace?: string;
  'all-namespaces'?: boolean;
  context?: string;
  kubeconfig?: string;
  'operator-namespace'?: string;
  output?: string;
  filename?: string[];
  selector?: string;
  'dry-run'?: boolean;
  force?: boolean;
  timeout?: string;
  help?: boolean;
}

const isVerb = (word: string | undefined): word is Verb => word !== undefined && Object.hasOwn(FLAGS, word);

function read(verb: Verb, args: readonly string[]): { values: Values; positionals: string[] } {
  const options: ParseArgsOptionsConfig = FLAGS[verb];
  try {
    return parseArgs({ args: [...args], options, allowPositionals: true });
  } catch (error) {
    // Node's own sentences name the flag; only their first one is of use here.
    const [sentence] = (error as Error).message.split('. ');
    throw new Misused(`${sentence}; see kubectl tracewell ${verb} --help`);
  }
}

function isJson(output: string | undefined): boolean {
  if (output !== undefined && output !== 'json') throw new Misused(`-o takes json only, and was given ${output}`);
  return output === 'json';
}

const UNITS: Readonly<Record<string, number>> = { s: 1000, m: 60_000, h: 3_600_000 };

function millisecondsOf(text: string): number {
  const [, digits, unit = ''] = /^([1-9]\d{0,4})([smh])$/.exec(text) ?? [];
  if (!digits) throw new Misused(`--timeout takes seconds, minutes or hours, such as 90s or 5m, and was given ${text}`);
  return Number(digits) * UNITS[unit]!;
}

/** How many operands each command takes, and which flags go together. */
function check({ verb, operands, namespace, everywhere, files, selector }: Command): void {
  if (everywhere && namespace !== undefined) throw new Misused('-A and -n together say two things; leave one out');
  if (verb === 'explain' && operands.length !== 1)
    throw new Misused('explain takes one pod or workload, such as cart-0 or deployment/cart');
  if (verb === 'eject' && (operands.length === 1) === (selector !== undefined))
    throw new Misused('eject takes one pod or workload, such as deployment/cart, or a selector (-l app=cart)');
  if (verb === 'preview' && files.length === 0)
    throw new Misused('preview takes a policy: -f policy.yaml, or -f - for what comes in');
  const takesNone = verb === 'status' || verb === 'coverage' || verb === 'preview';
  if (takesNone && operands.length > 0) throw new Misused(`${verb} takes no ${operands[0]}`);
}
