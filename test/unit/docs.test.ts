import { existsSync, globSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import packageJson from '../../package.json' with { type: 'json' };

const root = join(import.meta.dirname, '../..');
const pages = globSync(['*.md', 'docs/*.md', 'examples/**/*.md', 'test/**/*.md'], { cwd: root }).toSorted();

/** First groups of all matches in a page. */
const all = (page: string, pattern: RegExp): string[] =>
  [...readFileSync(join(root, page), 'utf8').matchAll(pattern)].map(([, group]) => group!);

it('there are pages', () => {
  expect(pages).toEqual(expect.arrayContaining(['README.md', 'docs/install.md', 'examples/shop/README.md']));
});

describe.each(pages)('%s', (page) => {
  const isThere = (path: string) => [root, join(root, dirname(page))].some((folder) => existsSync(join(folder, path)));

  it('links to what is there', () => {
    const links = all(page, /\]\(([^)#\s]+)[^)]*\)/g).filter((link) => !/^https?:/.test(link));
    expect(links.filter((link) => !existsSync(join(root, dirname(page), link)))).toEqual([]);
  });

  it('names files that are there', () => {
    expect(
      all(page, /`([\w.-]+\/[\w./-]+\.(?:ts|md|json|yaml|sh|go|java))`/g).filter((path) => !isThere(path)),
    ).toEqual([]);
  });

  it('names commands that package.json has', () => {
    const known = Object.keys(packageJson.scripts);
    expect(all(page, /npm run ([\w-]+)/g).filter((script) => !known.includes(script))).toEqual([]);
  });
});
