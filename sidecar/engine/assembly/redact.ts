/** Whether [at, end) may hold something that one of these kinds of rules would redact. */
export function candidate(at: usize, end: usize, kinds: u32): bool {
  return kinds != 0;
}
