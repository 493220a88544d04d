import type { ReportState } from '../../api/names.ts';
import type { ConfigFiles } from '../config.ts';
import type { Measures } from '../sink/measures.ts';
import type { Standing } from '../sink/standing.ts';
import type { Source } from '../source/source.ts';
import type { State } from '../source/state.ts';
import { formatReport, type Facts } from './report.ts';

export interface StandOptions extends Pick<Facts, 'version' | 'path'> {
  files: Pick<ConfigFiles, 'current' | 'isIdle' | 'policy'>;
  sink: Pick<Standing, 'lastAcknowledged' | 'trouble'>;
  state: Pick<State, 'files' | 'gone' | 'save'>;
  measures: Pick<Measures, 'now'>;
  source: Pick<Source, 'sizeOf'>;
}

/** How the sidecar stands now, as the text of a report. */
export function standing({ files, sink, state, measures, source, version, path }: StandOptions) {
  return (at: number, ended: boolean): string => {
    // What is told of is written down first: after a crash no value is smaller than one that was told.
    state.save([]);
    const current = stateOf(files, sink, ended);
    return formatReport({
      at,
      state: current,
      reason: current === 'Holding' || ended ? sink.trouble : undefined,
      policy: files.policy,
      revision: files.current?.settings.revision,
      version,
      path,
      lastAcknowledged: sink.lastAcknowledged,
      checkpoints: state.files(),
      gone: state.gone,
      measured: measures.now(),
      sizeOf: (file) => source.sizeOf(file),
    });
  };
}

function stateOf(
  { current, isIdle }: StandOptions['files'],
  { trouble }: StandOptions['sink'],
  ended: boolean,
): ReportState {
  if (ended) return 'Ended';
  if (!current) return 'WaitingForConfiguration';
  if (isIdle) return 'Idle';
  return trouble === undefined ? 'Delivering' : 'Holding';
}
