import { parentPort, workerData } from 'node:worker_threads';
import { invariant } from '../../runtime/errors.ts';
import type { Answered, Given, Told } from './asker.ts';
import { send } from './load.ts';
import { Reviews } from './reviews.ts';

// A thread of its own: nothing that the fake API server does beside it counts as the operator's time.
invariant(parentPort, 'this is the program of a thread');
const port = parentPort;
const tell = (told: Told) => port.postMessage(told);
const { address, size, perSecond, creates } = workerData as Given;
const objects = {
  put: (path: string, object: unknown) => tell({ put: path, object }),
  remove: (path: string) => tell({ remove: path }),
};
const reviews = new Reviews(size, creates ? objects : undefined);
const { signal } = new AbortController();
let asked = 0;
port.on('message', ({ seconds }: { seconds: number }) => {
  const from = asked;
  asked += perSecond * seconds;
  reviews.injected = reviews.unchanged = 0;
  const load = {
    bodyOf: (n: number) => reviews.bodyOf(from + n),
    onAnswer: (n: number, answer: string) => reviews.onAnswer(from + n, answer),
  };
  const answered = (tookMs: number[]): Answered => {
    const { injected, unchanged } = reviews;
    return { tookMs, injected, unchanged };
  };
  // A rejection ends the thread, which whoever started it hears.
  void send(address, { perSecond, seconds, ...load }, signal).then((tookMs) => tell({ answered: answered(tookMs) }));
});
