/**
 * Milliseconds to wait before retry number `attempt` (0, 1, …): exponential, the upper half of it at random, so that many clients
 * that failed together do not return together (Brooker, "Exponential Backoff And Jitter").
 */
export function backoff(attempt: number, random: () => number, { baseMs = 200, maxMs = 30_000 } = {}): number {
  const ceiling = Math.min(maxMs, baseMs * 2 ** Math.min(attempt, 30));
  return Math.round(ceiling / 2 + (random() * ceiling) / 2);
}
