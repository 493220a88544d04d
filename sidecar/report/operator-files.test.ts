import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { SECRET_FILE } from '../../api/names.ts';
import { temporaryFolder } from '../../test/sidecar/temporary.ts';
import { OperatorFiles } from './operator-files.ts';

function mounted() {
  const folder = temporaryFolder();
  const write = (name: string, text: string) => writeFileSync(join(folder, name), text);
  const remove = (name: string) => rmSync(join(folder, name));
  write(SECRET_FILE.operatorUrl, 'https://tracewell-reports.ops.svc/report\n');
  write(SECRET_FILE.operatorCa, 'PEM\n');
  write('token', 'a.b.c');
  return { write, remove, files: new OperatorFiles(folder, join(folder, 'token')) };
}
const TARGET = { url: 'https://tracewell-reports.ops.svc/report', ca: 'PEM', token: 'a.b.c' };

it('reads where to report, whom to trust there, and the token', () => {
  expect(mounted().files.read()).toEqual(TARGET);
});

it('reads again what the kubelet renews', () => {
  const { files, write } = mounted();
  files.read();
  write('token', 'd.e.f');
  write(SECRET_FILE.operatorCa, 'NEW\nPEM');
  expect(files.read()).toEqual({ ...TARGET, token: 'd.e.f', ca: 'NEW\nPEM' });
});

it.each([SECRET_FILE.operatorUrl, SECRET_FILE.operatorCa, 'token'])('without %s there is no way to report', (name) => {
  const { files, remove, write } = mounted();
  write(name, '\n');
  expect(files.read()).toBeUndefined();
  remove(name);
  expect(files.read()).toBeUndefined();
});

it('without a volume for the token neither', () => {
  expect(new OperatorFiles(temporaryFolder(), undefined).read()).toBeUndefined();
});

it('knows where to report after the Secret went, but reports with no token that is not there', () => {
  const { files, remove } = mounted();
  files.read();
  remove(SECRET_FILE.operatorUrl);
  remove(SECRET_FILE.operatorCa);
  expect(files.read()).toEqual(TARGET);
  remove('token');
  expect(files.read()).toBeUndefined();
});
