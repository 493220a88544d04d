import type { Client } from '@elastic/elasticsearch';
import { STREAM_PREFIX } from '../../api/names.ts';
import type { Server } from './server.ts';
import { hashOf, stamped, standingOf, type IndexTemplate } from './stamp.ts';
import { namesOf } from './streams.ts';
import { CUSTOM, STREAM_KINDS, template, templateName, type StreamKind } from './templates.ts';
import { isMissingEndpoint, statusOf } from './trouble.ts';

/** A template that somebody else had changed or deleted, and that was put back. */
export interface Repair {
  template: string;
  was: 'changed' | 'deleted';
}

/** How the index templates stand. */
export interface Templates {
  /** Names of those of a newer Tracewell, or of another of this version with other values: left as they are. */
  left: string[];
  /** The ILM policy that a component template of the person names, and which one that is. */
  customPolicy: { policy: string; by: string } | undefined;
}

export interface TemplateStoreOptions {
  client: Client;
  replicas: number | undefined;
  /** Of the operator. */
  version: string;
  onRepair: (repair: Repair) => void;
}

interface Customs {
  names: string[];
  policy: Templates['customPolicy'];
}

const TIME = '@timestamp';
/** Streams whose names fit into one request: its first line may have 4 KB. */
const AT_ONCE = 30;

/** The index templates in Elasticsearch: created, renewed with a new version of ours, and put back when somebody changes them. */
export class TemplateStore {
  readonly #options: TemplateStoreOptions;
  /** By kind: what this process put there, or found there as wanted; and how the server showed it then. */
  readonly #put = new Map<StreamKind, { wanted: string; shown: string }>();
  #last: Promise<unknown> = Promise.resolve();

  constructor(options: TemplateStoreOptions) {
    this.#options = options;
  }

  /** Two requests where all stands as it should; one call after the other, so that a repair is told once. Throws what the client throws. */
  ensure(server: Server): Promise<Templates> {
    const turn = this.#last.then(() => this.#ensure(server));
    this.#last = turn.catch(() => {});
    return turn;
  }

  async #ensure(server: Server): Promise<Templates> {
    const { replicas, version, onRepair } = this.#options;
    const [found, customs] = await Promise.all([this.#found(), this.#customs()]);
    const left: string[] = [];
    for (const kind of STREAM_KINDS) {
      const name = templateName(kind);
      const wanted = stamped(template(kind, { replicas, server, custom: customs.names }), version);
      const { hash } = wanted._meta;
      const before = this.#put.get(kind);
      const there = found.get(name);
      const isUntouched =
        before !== undefined && there?._meta?.hash === before.wanted && hashOf(there) === before.shown;
      let standing = standingOf(there, wanted);
      // As we put it, but shown in a form that we did not expect.
      if (standing === 'changed' && isUntouched) standing = before.wanted === hash ? 'same' : 'other';
      if (standing === 'same') this.#put.set(kind, { wanted: hash, shown: hashOf(there!) });
      // What we wanted was put already, and somebody who wants something else came after us: no quarrel.
      else if (standing === 'newer' || (standing === 'other' && before?.wanted === hash)) left.push(name);
      else {
        await this.#write(kind, wanted);
        if (standing === 'missing' && before) onRepair({ template: name, was: 'deleted' });
        else if (standing === 'changed' || (standing === 'outdated' && before))
          onRepair({ template: name, was: 'changed' });
      }
    }
    return { left, customPolicy: customs.policy };
  }

  /**
   * The mapping of the indices that are written now comes first: should we be killed in between, the template is still to be
   * written and all of it is done again. Where fields changed their types, the streams begin a new index with their next record.
   */
  async #write(kind: StreamKind, wanted: IndexTemplate & { _meta: { hash: string } }): Promise<void> {
    const { client } = this.#options;
    const name = templateName(kind);
    const unfit = await this.#mapStreams(kind, withoutTime(wanted.template?.mappings ?? {}));
    await client.transport.request({ method: 'PUT', path: `/_index_template/${name}`, body: wanted });
    const shown = (await this.#found()).get(name);
    this.#put.set(kind, { wanted: wanted._meta.hash, shown: shown ? hashOf(shown) : '' });
    for (const stream of unfit) await this.#rollOver(stream);
  }

  /** Returns the streams whose fields have other types. */
  async #mapStreams(kind: StreamKind, mappings: object): Promise<string[]> {
    const streams = await namesOf(this.#options.client, `${STREAM_PREFIX[kind]}*`);
    const unfit: string[] = [];
    for (let i = 0; i < streams.length; i += AT_ONCE) {
      const some = streams.slice(i, i + AT_ONCE);
      if (await this.#map(some, mappings)) continue;
      for (const stream of some) if (!(await this.#map([stream], mappings))) unfit.push(stream);
    }
    return unfit;
  }

  /** False: a field has another type in one of them, or one of them is gone. */
  async #map(streams: readonly string[], mappings: object): Promise<boolean> {
    try {
      await this.#options.client.transport.request({
        method: 'PUT',
        path: `/${streams.join(',')}/_mapping`,
        querystring: { write_index_only: true },
        body: mappings,
      });
      return true;
    } catch (error) {
      const status = statusOf(error);
      if (status === 404 && streams.length === 1) return true;
      if (status === 404 || status === 400) return false;
      throw error;
    }
  }

  async #rollOver(stream: string): Promise<void> {
    const { client } = this.#options;
    try {
      await client.indices.rollover({ alias: stream, lazy: true });
    } catch (error) {
      // OpenSearch knows no lazy one.
      if (statusOf(error) !== 400 && !isMissingEndpoint(error)) throw error;
      await client.indices.rollover({ alias: stream });
    }
  }

  /** Ours, by name. */
  async #found(): Promise<Map<string, IndexTemplate>> {
    const names = STREAM_KINDS.map(templateName);
    // The other names begin with it.
    const path = `/_index_template/${templateName('logs')}*`;
    const { index_templates: all = [] } = await this.#options.client.transport.request<{
      index_templates?: { name: string; index_template: IndexTemplate }[];
    }>({ method: 'GET', path }, { ignore: [404] });
    return new Map(all.filter(({ name }) => names.includes(name)).map((one) => [one.name, one.index_template]));
  }

  async #customs(): Promise<Customs> {
    const { component_templates: all = [] } = await this.#options.client.transport.request<{
      component_templates?: { name: string; component_template: { template?: { settings?: Settings } } }[];
    }>({ method: 'GET', path: '/_component_template/logs*@custom' }, { ignore: [404] });
    const ours = CUSTOM.flatMap((name) => all.find((one) => one.name === name) ?? []);
    // The later one wins.
    const policies = ours.flatMap(({ name, component_template: { template: content } }) => {
      const policy = content?.settings?.index?.lifecycle?.name;
      return policy ? [{ policy, by: name }] : [];
    });
    return { names: ours.map(({ name }) => name), policy: policies.at(-1) };
  }
}

/**
 * The field of a stream's time never changes. Elasticsearch 8 does not let it be named: the index's own `ignore_malformed` would
 * come to it, which only a template keeps away.
 */
function withoutTime({ properties = {}, ...mappings }: { properties?: object }): object {
  return { ...mappings, properties: Object.fromEntries(Object.entries(properties).filter(([name]) => name !== TIME)) };
}

interface Settings {
  index?: { lifecycle?: { name?: string } };
}
