// What the host may call.
export { convert } from './convert';
export { crc32 } from './crc';
export { deflate } from './deflate';
export { nameField, origin, setOrigin } from './document';
export { addKey, clearKeys } from './keys';
export { wasUrgent, writePayload } from './record';
export { candidate } from './redact';
export { beginnings, letters, roles, ways } from './openings';
export { addUrgent } from './urgent';

/** Address of so many bytes that are the host's; all is reserved before any of it is used. */
export function reserve(size: usize): usize {
  return heap.alloc(size);
}
