import { parseArgs } from 'node:util';

export interface Command {
  readonly help: boolean;
  /** End after the searches. */
  readonly once: boolean;
}

const OPTIONS = { help: { type: 'boolean', short: 'h' }, once: { type: 'boolean' } } as const;

/** Reads the arguments; throws an Error of one sentence for what it does not know. */
export function parseCommand(args: readonly string[]): Command {
  const { tokens } = parseArgs({
    args: [...args],
    options: OPTIONS,
    allowPositionals: true,
    strict: false,
    tokens: true,
  });
  let command: Command = { help: false, once: false };
  for (const token of tokens) {
    const said = token.kind === 'option' ? token.rawName : token.kind === 'positional' ? token.value : '--';
    if (token.kind !== 'option' || !Object.hasOwn(OPTIONS, token.name)) {
      throw new Error(
        `the quickstart takes no ${said}; it takes ${Object.keys(OPTIONS)
          .map((name) => `--${name}`)
          .join(' and ')}`,
      );
    }
    if (token.value !== undefined) throw new Error(`${said} takes no value, and was given ${token.value}`);
    command = { ...command, [token.name]: true };
  }
  return command;
}

export const HELP = `npm run quickstart -- [--once]

Brings up Kubernetes and Elasticsearch on this machine, installs Tracewell with Helm, runs a small shop, and searches
what the shop logged. Then it stays up until Ctrl-C, which removes all of it.

  --once   end after the searches
  --help   this text

It needs a Docker engine with kind, kubectl and Helm, or Go to build those; or, without an engine, root on Linux, Go,
and a JDK 21 or newer with Maven. To use a cluster of your own:
  TRACEWELL_CLUSTER_CONTEXT   its kubectl context
  TRACEWELL_IMAGE_REGISTRY    a registry that you may push to and its nodes pull from
  TRACEWELL_HOST_ADDRESS      an address of this machine that its pods reach
`;
