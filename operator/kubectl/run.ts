import { VERSION } from '../../api/names.ts';
import { describe } from '../../runtime/errors.ts';
import type { Cluster } from '../cluster.ts';
import { parseCommand, type Command, type Verb } from './command.ts';
import { runCoverage } from './coverage.ts';
import { runEject, type EjectWorld } from './eject.ts';
import { EXIT, Misused } from './exit.ts';
import { runExplain } from './explain-command.ts';
import { HELP } from './help.ts';
import { printed, type Output } from './output.ts';
import { runPreview, type PreviewWorld } from './preview-command.ts';
import { Reader } from './reader.ts';
import { requireInstalled } from './snapshot.ts';
import { runStatus } from './status.ts';

/** What a run has of the world. */
export interface World extends EjectWorld, PreviewWorld {
  /** The cluster that the flags and the kubeconfig name, and the namespace of its context. Throws when there is none. */
  connect: (flags: Pick<Command, 'context' | 'kubeconfig'>) => { cluster: Cluster; namespace: string };
  out: (text: string) => void;
}

type Run = (command: Command & { namespace: string }, reader: Reader, world: World) => Promise<Output>;

const RUNS: Readonly<Record<Verb, Run>> = {
  status: runStatus,
  explain: runExplain,
  preview: runPreview,
  coverage: runCoverage,
  eject: runEject,
};

/** Runs what the arguments say; returns the exit code (`EXIT`). */
export async function run(args: readonly string[], world: World): Promise<number> {
  const { out, err, connect } = world;
  try {
    const command = parseCommand(args);
    if (command === 'version') return say(out, `${VERSION}\n`);
    if ('help' in command) return say(out, HELP[command.help]);
    const { cluster, namespace } = connect(command);
    await requireInstalled(cluster);
    const reader = new Reader(cluster);
    const output = await RUNS[command.verb]({ ...command, namespace: command.namespace ?? namespace }, reader, world);
    out(printed(output, { json: command.json, unknown: reader.unknown }));
    return output.code ?? EXIT.done;
  } catch (error) {
    err(`kubectl tracewell: ${describe(error)}\n`);
    return error instanceof Misused ? EXIT.misused : EXIT.failed;
  }
}

function say(out: World['out'], text: string): number {
  out(text);
  return EXIT.done;
}
