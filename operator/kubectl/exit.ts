/** What a call ends with; docs/kubectl.md lists them. */
export const EXIT = {
  done: 0,
  /** The cluster could not be asked, the caller lacks a right, or there is no such object. */
  failed: 1,
  /** The arguments are wrong. */
  misused: 2,
  /** It was asked, and the answer is no: a policy would be refused, a pod was left as it is. */
  no: 3,
} as const;

/** The arguments are wrong; the message says in which way. */
export class Misused extends Error {
  override readonly name = 'Misused';
}

/** What keeps a command from its end, in a sentence for people. */
export class Failure extends Error {
  override readonly name = 'Failure';
}
