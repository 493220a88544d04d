/** Errors of the system, and of a compressed file that is damaged; every other one is a bug. */
export function isOfFile(error: unknown): boolean {
  const { syscall, code } = error as NodeJS.ErrnoException;
  return syscall !== undefined || (code?.startsWith('Z_') ?? false);
}

/** A file was begun anew while it was read: what is still missing of it can only be in a copy. */
export class BegunAnew extends Error {}
