import type { Log } from './log.ts';

/** The storefront's init container: loads the catalogue, page by page. */
export function catalogue(log: Log, pages: number): void {
  for (let page = 1; page <= pages; page++) log.write({ level: 'info', message: `page ${page} of ${pages} loaded` });
  log.end({ level: 'info', message: 'catalogue loaded' });
}
