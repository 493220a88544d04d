/**
 * A real Elasticsearch for tests and the quickstart, with TLS, users and API keys, on a port of this machine's loopback:
 *
 * - Elastic's own server from Maven Central with a test plugin (`plugin/`), where there is a JDK 21 or newer, and Maven;
 * - else the official image, where a Docker engine answers.
 *
 * `upElasticsearch` brings one up and owns it: it is gone after `down`. `attachElasticsearch` is the same one from
 * another process, by the `info` that it gave. docs/elasticsearch-in-tests.md says what it lacks.
 */
import { find } from '../cluster/programs.ts';
import { dockerAnswers } from '../cluster/docker.ts';
import type { Progress } from '../progress.ts';
import { basic, connect } from './connection.ts';
import type { Answer } from './connection.ts';
import { isBuilt } from './distribution.ts';
import { upDocker } from './docker.ts';
import { findJdk } from './jdk.ts';
import { upMaven } from './maven.ts';

/** Plain data, by which another process can attach. */
export interface ElasticsearchInfo {
  readonly provider: 'maven' | 'docker';
  /** `https://127.0.0.1:PORT` */
  readonly url: string;
  readonly port: number;
  readonly username: string;
  /** Another one in every run. */
  readonly password: string;
  /** PEM; and the path of a file that holds it. */
  readonly ca: string;
  readonly caFile: string;
  /** One line for people: what it is, which version. */
  readonly description: string;
}

export interface Elasticsearch extends ElasticsearchInfo {
  readonly info: ElasticsearchInfo;
  /** A request as the superuser, see `connect`. */
  readonly request: <T = unknown>(method: string, path: string, body?: unknown) => Promise<Answer<T>>;
  /** Of the one that `upElasticsearch` returned: removes all of it. Of an attached one: closes its connections. */
  readonly down: () => Promise<void>;
  /** Kills it by -9 and starts it again on the same port; resolves when it is ready. Where that can be done. */
  readonly crash?: () => Promise<void>;
}

export interface UpOptions {
  readonly progress: Progress;
  readonly signal?: AbortSignal | undefined;
  /** Node settings beside the ones it needs: `{'http.max_content_length': '200kb'}`. */
  readonly settings?: Readonly<Record<string, string>>;
}

/** Brings one up, ready for keys and documents; throws an Unavailable, with what is missing and how to get it, where there can be none. */
export async function upElasticsearch(options: UpOptions): Promise<Elasticsearch> {
  const toolchain = (await findJdk()) && (find('mvn') || (await isBuilt()));
  const up = !toolchain && (await dockerAnswers()) ? upDocker : upMaven;
  const { info, down, crash } = await up(options);
  const attached = attachElasticsearch(info);
  return {
    ...attached,
    ...(crash ? { crash } : {}),
    async down() {
      await attached.down();
      await down();
    },
  };
}

/** What a provider brought up. */
export interface Brought {
  readonly info: ElasticsearchInfo;
  readonly down: () => Promise<void>;
  readonly crash?: () => Promise<void>;
}

/** One that another process brought up. */
export function attachElasticsearch(info: ElasticsearchInfo): Elasticsearch {
  const { request, close } = connect(info, basic(info.username, info.password));
  return { ...info, info, request, down: async () => close() };
}
