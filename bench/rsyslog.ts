import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { start } from './child.ts';
import { costUntilStored, withSink, type Contestant } from './course.ts';
import { STREAM } from './pod.ts';
import type { Target } from './sink/sink.ts';

/** Debian's packages that have it, and its output for Elasticsearch. */
const PACKAGES = 'rsyslog and rsyslog-elasticsearch';

/**
 * The public reference, as Debian has it: imfile and omelasticsearch over TLS. It does less than the others: the text goes into
 * one field as it is, no JSON is read, and the bodies are not compressed, for that output cannot.
 * Returns why not, in a sentence, where it is not installed. `folder` is for what it is asked first.
 */
export function rsyslog(folder: string, path = process.env['PATH'] ?? ''): Contestant | string {
  const program = path
    .split(delimiter)
    .map((part) => join(part, 'rsyslogd'))
    .find((file) => existsSync(file));
  if (!program) return `left out: there is no rsyslogd on the PATH; Debian's packages are ${PACKAGES}`;
  const check = join(folder, 'rsyslog-check.conf');
  writeFileSync(check, 'module(load="omelasticsearch")\n*.* /dev/null\n');
  try {
    execFileSync(program, ['-N1', '-f', check], { stdio: 'pipe' });
  } catch {
    return `left out: ${program} lacks a module; Debian's packages are ${PACKAGES}`;
  }
  return {
    name: 'rsyslog',
    run: (course, folder) =>
      withSink(course, true, (sink) => {
        const config = writeConfig(folder, course.log.path, sink.target);
        const command = [program, '-n', '-f', config, '-i', join(folder, 'pid')];
        return costUntilStored(course, sink, () => start(command, {}, course.signal));
      }),
  };
}

/** Where the text stands in a line of the runtime's, counted from 1: behind the stamp with nanoseconds, the stream and the tag. */
const TEXT_FROM = '2026-01-02T03:04:05.123456789Z stdout F '.length + 1;

/** Returns the configuration's file. A batch has about as many bytes as a sidecar's. */
function writeConfig(folder: string, log: string, { url, ca }: Target): string {
  const work = join(folder, 'work');
  mkdirSync(work);
  const authority = join(folder, 'ca.crt');
  writeFileSync(authority, ca!);
  const { hostname, port } = new URL(url);
  const file = join(folder, 'rsyslog.conf');
  writeFileSync(
    file,
    `global(workDirectory="${work}" maxMessageSize="64k")
module(load="imfile")
module(load="omelasticsearch")
template(name="id" type="string" string="0123456789abcdef01234567.%$!metadata!fileoffset%")
template(name="document" type="list") {
  constant(value="{\\"@timestamp\\":\\"")
  property(name="msg" field.number="1" field.delimiter="32")
  constant(value="\\",\\"stream\\":\\"")
  property(name="msg" field.number="2" field.delimiter="32")
  constant(value="\\",\\"message\\":\\"")
  property(name="msg" position.from="${TEXT_FROM}" format="json")
  constant(value="\\",\\"log.offset\\":")
  property(name="$!metadata!fileoffset")
  constant(value=",\\"kubernetes.pod.name\\":\\"bench-0\\",\\"host.name\\":\\"node-1\\"}")
}
ruleset(name="send" queue.type="fixedArray" queue.size="50000" queue.dequeueBatchSize="4096" queue.timeoutShutdown="60000") {
  action(type="omelasticsearch" server="${hostname}" serverport="${port}" usehttps="on" tls.cacert="${authority}"
    uid="bench" pwd="bench" bulkmode="on" maxbytes="2m" searchIndex="${STREAM}" searchType=""
    writeoperation="create" bulkid="id" dynbulkid="on" template="document" action.resumeRetryCount="-1")
}
input(type="imfile" File="${log}" Tag="bench" addMetadata="on" ruleset="send")
`,
  );
  return file;
}
