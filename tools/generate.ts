import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { generated } from './generate/files.ts';

/** `npm run generate`: writes every generated file. A test fails when what is committed differs. */
const root = join(import.meta.dirname, '..');
for (const [path, content] of generated()) {
  mkdirSync(dirname(join(root, path)), { recursive: true });
  writeFileSync(join(root, path), content);
  console.log(path);
}
