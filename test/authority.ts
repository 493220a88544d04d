import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { run } from './cluster/run.ts';

const CURVE = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '30', '-sha256'];

/** Writes NAME.crt and NAME.key, PEM, for a subject such as `/CN=server`; extensions as openssl's `-addext` takes them. */
export type Issue = (name: string, subject: string, ...extensions: string[]) => Promise<unknown>;

/** Writes a new certificate authority into a folder, as ca.crt and ca.key, and gives what it issues there. Needs openssl. */
export async function createAuthority(folder: string, subject: string, signal?: AbortSignal): Promise<Issue> {
  await mkdir(folder, { recursive: true });
  const at = (name: string) => join(folder, name);
  // Not the machine's configuration, which adds extensions of its own.
  await writeFile(at('openssl.cnf'), '[req]\ndistinguished_name = subject\n[subject]\n');
  const certify = (name: string, args: readonly string[], extensions: readonly string[]) => {
    const files = ['-keyout', at(`${name}.key`), '-out', at(`${name}.crt`)];
    const added = extensions.flatMap((extension) => ['-addext', extension]);
    return run('openssl', ['req', '-x509', '-config', at('openssl.cnf'), ...CURVE, ...args, ...files, ...added], {
      signal,
    });
  };
  const authority = ['basicConstraints=critical,CA:TRUE', 'keyUsage=critical,keyCertSign,digitalSignature'];
  await certify('ca', ['-subj', subject], authority);
  return (name, subject, ...extensions) =>
    certify(
      name,
      ['-CA', at('ca.crt'), '-CAkey', at('ca.key'), '-subj', subject],
      ['basicConstraints=critical,CA:FALSE', ...extensions],
    );
}
