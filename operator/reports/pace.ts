/** Reports that the operator wants to see in a second, all pods together. */
const PER_SECOND = 200;
const LEAST_SECONDS = 5;
const MOST_SECONDS = 60;

/** In how many seconds each of so many pods is to report again: whole ones, 5 to 60. */
export function nextSeconds(pods: number): number {
  return Math.min(MOST_SECONDS, Math.max(LEAST_SECONDS, Math.ceil(pods / PER_SECOND)));
}
