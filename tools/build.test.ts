import { expect, it } from 'vitest';
import { inLatin1, withBuiltinModules } from './build.ts';

it('takes from Node.js what a program imports, under the names that it has', () => {
  const code = 'import { readSync, x as y$1 } from "node:fs";\nimport { join } from "node:path";\nconst a = 1;\n';
  expect(withBuiltinModules(code)).toBe(
    'const { readSync, x: y$1 } = process.getBuiltinModule("node:fs");\nconst { join } = process.getBuiltinModule("node:path");\nconst a = 1;\n',
  );
});

it('loads no module of Node.js from which nothing is taken', () => {
  const code = 'import "node:module";\nimport { join } from "node:path";\nimport "./effect.js";\n';
  expect(withBuiltinModules(code)).toBe(
    'const { join } = process.getBuiltinModule("node:path");\nimport "./effect.js";\n',
  );
});

it('leaves all other imports alone', () => {
  const code = 'import { a } from "express";\nimport b from "node:fs";\nexport { c } from "node:fs";\n';
  expect(withBuiltinModules(code)).toBe(code);
});

it('escapes what would make the text of a program two bytes a character', () => {
  const code = 'const a = "\u00e9 \u2026 \u{1f600}".replace(/\u03a3/, `\u03c3`)';
  expect(inLatin1(code)).toBe('const a = "\u00e9 \\u2026 \\ud83d\\ude00".replace(/\\u03a3/, `\\u03c3`)');
});
