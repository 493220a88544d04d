import { expect, it } from 'vitest';
import { ENV } from '../api/names.ts';
import { constantPart, readDownward } from '../sidecar/pod.ts';
import { temporaryFolder } from '../test/sidecar/temporary.ts';
import { makePod, type Special } from './pod.ts';

const TARGET = { url: 'http://localhost:9200', apiKey: 'a', ca: undefined };

/** What all documents of the pod's container share, as the sidecar makes it. */
function constantOf(special: Special): Buffer {
  const { env } = makePod(temporaryFolder(), TARGET, special);
  const [labels, annotations] = [
    readDownward(env[ENV.podinfo], 'labels'),
    readDownward(env[ENV.podinfo], 'annotations'),
  ];
  const [namespace, name, uid, node] = [ENV.podNamespace, ENV.podName, ENV.podUid, ENV.nodeName].map(
    (key) => env[key]!,
  );
  return constantPart(
    { namespace: namespace!, name: name!, uid: uid!, node: node!, labels, annotations },
    'app',
    'bench',
  );
}

it('makes the constant part as long as was asked, to the byte', () => {
  expect(constantOf({ constantBytes: 705 }).length).toBe(705);
  expect(constantOf({}).length).toBe(168);
});

it('chooses the plain path by the environment', () => {
  const folder = temporaryFolder();
  expect(makePod(folder, TARGET, { isPlain: true }).env).toMatchObject({ TRACEWELL_ENGINE: 'plain' });
  expect(makePod(folder, TARGET).env).not.toHaveProperty('TRACEWELL_ENGINE');
});
