import { expect, it } from 'vitest';
import { ANNOTATION } from '../api/names.ts';
import { configOf } from '../test/sidecar/process.ts';
import type { Config } from './config.ts';
import { sealing } from './sealing.ts';
import { freshCheckpoint } from './source/checkpoint.ts';

const config: Config = {
  settings: configOf(['http://localhost']),
  apiKey: undefined,
  ca: undefined,
  pod: {
    namespace: 'shop',
    name: 'cart-0',
    uid: 'uid',
    node: 'node-1',
    labels: new Map(),
    annotations: new Map([[ANNOTATION.images, '{"cart":"cart:1"}']]),
  },
  grouping: { continuation: undefined, limit: 1000 },
  drop: undefined,
  redactor: undefined,
};
const checkpoint = freshCheckpoint({ file: '0123456789abcdef01234567', container: 'cart', run: 2, generation: 0 });

function hear() {
  const heard: string[] = [];
  const { onOpened, onEnded } = sealing(
    {
      announce: ({ container, run, image }) => heard.push(`start ${container}/${run} ${image}`),
      seal: ({ file }, size) => heard.push(`seal ${file} ${size}`),
    },
    () => config,
  );
  return { heard, onOpened, onEnded };
}

it('announces the run of a file that is opened, with its image', () => {
  const { heard, onOpened } = hear();
  onOpened(checkpoint);
  expect(heard).toEqual(['start cart/2 cart:1']);
});

it('of a file that has ended announces the run too: a program that was killed may not have come to it', () => {
  const { heard, onEnded } = hear();
  onEnded({ ...checkpoint, size: 700, ended: true });
  expect(heard).toEqual(['start cart/2 cart:1', `seal ${checkpoint.file} 700`]);
});
