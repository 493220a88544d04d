/** This machine lacks what a test needs, and the message says in one sentence what and how to get it: tests skip with it. */
export class Unavailable extends Error {
  override readonly name = 'Unavailable';
}
