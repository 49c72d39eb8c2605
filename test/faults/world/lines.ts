import { FaultProxy } from '../proxy/fault-proxy.ts';
import type { Line, Program, SecondService } from '../rows/row.ts';

type Environment = Readonly<Record<string, string>>;

/** The proxies of one stack, one a line, made when the first program asks for one. */
export class Lines {
  readonly #proxies = new Map<Line, Promise<FaultProxy>>();

  /** `url` with the proxy's origin in place of its own. */
  async through(line: Line, url: string): Promise<string> {
    const target = new URL(url);
    const isSocket = target.protocol === 'ws:';
    const origin = `${isSocket ? 'http:' : target.protocol}//${target.host}`;
    const proxy = this.#proxies.get(line) ?? FaultProxy.start(origin);
    this.#proxies.set(line, proxy);
    const { url: proxyUrl } = await proxy;
    const through = `${isSocket ? proxyUrl.replace(/^http/, 'ws') : proxyUrl}${target.pathname}${target.search}`;
    return url.endsWith('/') ? through : through.replace(/\/$/, '');
  }

  async proxy(line: Line): Promise<FaultProxy> {
    const proxy = await this.#proxies.get(line);
    if (proxy === undefined) throw new Error(`nothing goes through ${line}`);
    return proxy;
  }

  /** WebSockets that are open, through whichever proxy. */
  async openSockets(only: RegExp): Promise<number> {
    const proxies = await Promise.all(this.#proxies.values());
    return proxies.reduce((sum, proxy) => sum + proxy.openSockets(only), 0);
  }

  async mend(): Promise<void> {
    for (const proxy of this.#proxies.values()) (await proxy).mend();
  }

  async close(): Promise<void> {
    for (const proxy of this.#proxies.values()) await (await proxy).close();
  }

  /** The environment of a program, with each of its dependencies behind a proxy. */
  async adjusted(program: Program, environment: Environment, second: ReadonlySet<SecondService>): Promise<Environment> {
    const through = async (line: Line, name: string, as = name): Promise<Environment> => {
      const url = environment[name];
      return url === undefined ? {} : { [as]: await this.through(line, url) };
    };
    const again = (name: string): string => environment[name] ?? '';
    const common = {
      ...environment,
      ...(await through('front>functions', 'CALLBACK_BASE_URL')),
      ...(await through(`${program}>front`, 'ACS_ENDPOINT')),
      ...(await through(`${program}>keys`, 'ACS_JWKS_URL')),
    };
    const storage = environment['STORAGE_CONNECTION_STRING'] ?? '';
    if (program === 'functions') {
      const ownStorage = await this.#storage(storage, { Table: 'functions>tables', Queue: 'functions>queues' });
      return {
        ...common,
        ...(await through('front>bridge', 'MEDIA_BASE_URL')),
        STORAGE_CONNECTION_STRING: ownStorage,
        AzureWebJobsStorage: ownStorage,
      };
    }
    return {
      ...common,
      ...(await through('bridge>speech', 'SPEECH_ENDPOINT')),
      ...(await through('bridge>model', 'OPENAI_ENDPOINT')),
      ...(second.has('speech') && {
        ...(await through('bridge>second-speech', 'SPEECH_ENDPOINT', 'SPEECH_SECONDARY_ENDPOINT')),
        SPEECH_SECONDARY_KEY: again('SPEECH_KEY'),
      }),
      ...(second.has('model') && {
        ...(await through('bridge>second-model', 'OPENAI_ENDPOINT', 'OPENAI_SECONDARY_ENDPOINT')),
        OPENAI_SECONDARY_API_KEY: again('OPENAI_API_KEY'),
        OPENAI_SECONDARY_DEPLOYMENT: again('OPENAI_DEPLOYMENT'),
      }),
      STORAGE_CONNECTION_STRING: await this.#storage(storage, { Table: 'bridge>tables', Blob: 'bridge>blobs' }),
    };
  }

  async #storage(connectionString: string, lines: Readonly<Record<string, Line>>): Promise<string> {
    let changed = connectionString;
    for (const [service, line] of Object.entries(lines)) {
      const [whole = '', url = ''] = new RegExp(`${service}Endpoint=([^;]+)`).exec(connectionString) ?? [];
      changed = changed.replace(whole, `${service}Endpoint=${await this.through(line, url)}`);
    }
    return changed;
  }
}
