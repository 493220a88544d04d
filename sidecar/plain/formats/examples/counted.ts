/** Bytes that count how often one of them is looked at, or a method of theirs is called. For tests of linear time. */
export function counted(text: string): { bytes: Buffer; reads: () => number } {
  let reads = 0;
  const bytes = new Proxy(Buffer.from(text), {
    get(target, key) {
      const value: unknown = Reflect.get(target, key);
      reads++;
      return typeof value === 'function' ? (value.bind(target) as unknown) : value;
    },
  });
  return { bytes, reads: () => reads };
}
