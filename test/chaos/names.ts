/** Variable that names the file with the error of the sidecar's wall clock; `clock.ts` loads nothing but this. */
export const CLOCK = 'CHAOS_CLOCK';
