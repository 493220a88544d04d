import type { Config } from './config.ts';
import { constantPart, imageOf } from './pod.ts';
import type { Sealer } from './sink/sealer.ts';
import type { Checkpoint } from './source/checkpoint.ts';

/** What is written down about files: that a container run is captured, and what became of each file that has ended. */
export interface Sealing {
  onOpened: (checkpoint: Checkpoint) => void;
  onEnded: (checkpoint: Checkpoint) => void;
}

/** `config`: files are looked for only once there is one. */
export function sealing(sealer: Pick<Sealer, 'announce' | 'seal'>, config: () => Config | undefined): Sealing {
  const constantOf = (container: string): Buffer => {
    const { pod, settings } = config()!;
    return constantPart(pod, container, settings.cluster);
  };
  const announce = ({ container, run }: Checkpoint): void => {
    const { pod } = config()!;
    sealer.announce({ pod, container, run, constant: constantOf(container), image: imageOf(pod, container) });
  };
  return {
    onOpened: announce,
    onEnded: (checkpoint) => {
      // An earlier run of the program may have read all of it, and not come to this.
      announce(checkpoint);
      sealer.seal(checkpoint, checkpoint.size, constantOf(checkpoint.container));
    },
  };
}
