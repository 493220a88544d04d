/** An array that counts how often an item of it is looked at, or a method of it is called. For tests of linear time. */
export function countedItems<T extends object>(items: T): { items: T; reads: () => number } {
  let reads = 0;
  const proxy = new Proxy(items, {
    get(target, key) {
      const value: unknown = Reflect.get(target, key);
      reads++;
      return typeof value === 'function' ? (value.bind(target) as unknown) : value;
    },
  });
  return { items: proxy, reads: () => reads };
}

/** The same of a text's bytes in UTF-8. */
export function counted(text: string): { bytes: Buffer; reads: () => number } {
  const { items, reads } = countedItems(Buffer.from(text));
  return { bytes: items, reads };
}
