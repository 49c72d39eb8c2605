import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openKnowledge } from '#adapters/knowledge/open-knowledge';
import { knowledgeSettings } from '#adapters/knowledge/settings';
import { loadSettings } from '#adapters/settings/load-settings';
import type { KnowledgeBase } from '#core/ports/knowledge-base';
import { startHttpRecorder, type HttpRecorder } from '../../support/http-recorder.ts';
import { agentWith, onlyAgent } from '../../support/turn-play.ts';

const never = new AbortController().signal;

let service: HttpRecorder;
beforeAll(async () => {
  service = await startHttpRecorder();
});
afterAll(() => service.close());

const load = (env: Readonly<Record<string, string>>) =>
  loadSettings('test', { knowledge: knowledgeSettings }, env).knowledge;

function knowledge(env: Readonly<Record<string, string>> = {}): KnowledgeBase {
  const opened = openKnowledge(
    load({
      KNOWLEDGE_SEARCH_ENDPOINT: service.url,
      KNOWLEDGE_SEARCH_INDEX: 'cards',
      KNOWLEDGE_SEARCH_KEY: 'query-key',
      ALLOW_INSECURE_URLS: 'true',
      ...env,
    }),
    [],
  );
  if (opened === undefined) throw new Error('There is a search service in these settings');
  return opened;
}

const documents = (...found: readonly Readonly<Record<string, unknown>>[]) => ({ status: 200, json: { value: found } });

describe('an index of Azure AI Search', () => {
  it('is searched as the service publishes it, with the key', async () => {
    service.respond(documents());
    await knowledge().search('annual fee', 'en-US', never);
    const request = service.requests.at(-1);
    expect(request).toMatchObject({
      method: 'POST',
      path: "/indexes('cards')/docs/search.post.search",
      headers: { 'api-key': 'query-key' },
      body: { search: 'annual fee', queryType: 'simple', searchMode: 'any', select: 'chunk,title,chunk_id', top: 3 },
    });
    expect(request?.query.get('api-version')).toMatch(/^20\d\d-\d\d-\d\d$/);
  });

  it('gives what was found, best first, with its source', async () => {
    service.respond(
      documents(
        { '@search.score': 9, chunk: 'It costs\r\n60 dollars.', title: 'Fees', chunk_id: 'a1' },
        { '@search.score': 7, chunk: 'x'.repeat(100_000), title: 7, chunk_id: null },
        { '@search.score': 5, chunk: '', title: 'Empty', chunk_id: 'a3' },
      ),
    );
    expect(await knowledge().search('fee', 'en-US', never)).toEqual([
      { text: 'It costs 60 dollars.', title: 'Fees', source: 'a1' },
      { text: 'x'.repeat(6_000), title: '', source: '' },
    ]);
  });

  it('is ranked by meaning where it can be, and what hardly fits is left out', async () => {
    service.respond(
      documents(
        { '@search.score': 1, '@search.rerankerScore': 3.1, chunk: 'Fits.', title: 't', chunk_id: '1' },
        { '@search.score': 9, '@search.rerankerScore': 1.2, chunk: 'Does not.', title: 't', chunk_id: '2' },
      ),
    );
    const found = await knowledge({ KNOWLEDGE_SEARCH_SEMANTIC: 'default' }).search('fee', 'en-US', never);
    expect(found.map(({ text }) => text)).toEqual(['Fits.']);
    expect(service.requests.at(-1)?.body).toMatchObject({ queryType: 'semantic', semanticConfiguration: 'default' });
  });

  it('is searched in the language of the call, in fields of any name', async () => {
    service.respond(documents({ '@search.score': 1, body: 'Hola.', name: 'n', url: 'https://contoso.example/a' }));
    const found = await knowledge({
      KNOWLEDGE_SEARCH_TEXT_FIELD: 'body',
      KNOWLEDGE_SEARCH_TITLE_FIELD: 'name',
      KNOWLEDGE_SEARCH_SOURCE_FIELD: 'url',
      KNOWLEDGE_SEARCH_LANGUAGE_FIELD: 'lang',
    }).search('cuota', "es-MX' or 'a' eq 'a", never);
    expect(found).toEqual([{ text: 'Hola.', title: 'n', source: 'https://contoso.example/a' }]);
    expect(service.requests.at(-1)?.body).toMatchObject({ filter: "lang eq 'es'", select: 'body,name,url' });
  });

  it('takes the words of a caller as words', async () => {
    service.respond(documents());
    await knowledge().search('"fee" -gold | (card*) ~\u0000 +', 'en-US', never);
    expect(service.requests.at(-1)?.body).toMatchObject({ search: 'fee gold card' });
    const asked = service.requests.length;
    expect(await knowledge().search('*', 'en-US', never)).toEqual([]);
    expect(service.requests).toHaveLength(asked);
  });

  it('that refuses or fails is an error once, without a second try', async () => {
    for (const [status, retryable] of [
      [403, false],
      [429, true],
      [503, true],
    ] as const) {
      const asked = service.requests.length;
      service.respond({ status, json: { error: { code: 'x', message: 'y' } } });
      await expect(knowledge().search('fee', 'en-US', never)).rejects.toMatchObject({
        port: 'knowledge-base',
        status,
        retryable,
      });
      expect(service.requests).toHaveLength(asked + 1);
    }
  });

  it('is left when the caller interrupts', async () => {
    service.respond('hang');
    const abort = new AbortController();
    const searching = knowledge().search('fee', 'en-US', abort.signal);
    abort.abort(new Error('interrupted'));
    await expect(searching).rejects.toThrow('interrupted');
  });
});

describe('the settings of the knowledge base', () => {
  it('may name none, unless an agent searches it', () => {
    expect(openKnowledge(load({}), onlyAgent(agentWith()).all)).toBeUndefined();
    expect(() => openKnowledge(load({}), onlyAgent(agentWith({ knowledge: {} })).all)).toThrow(
      'No knowledge base for card-services: set KNOWLEDGE_DIR or KNOWLEDGE_SEARCH_ENDPOINT',
    );
  });

  it('name one, whole and over TLS', () => {
    const endpoint = {
      KNOWLEDGE_SEARCH_ENDPOINT: 'https://contoso.search.windows.net',
      KNOWLEDGE_SEARCH_INDEX: 'cards',
    };
    expect(load(endpoint)).toMatchObject({ kind: 'search-service', service: { apiKey: undefined, scoreLeast: 0 } });
    expect(load({ KNOWLEDGE_DIR: 'agents/knowledge' })).toEqual({ kind: 'folder', folder: 'agents/knowledge' });
    expect(() => load({ ...endpoint, KNOWLEDGE_DIR: 'x' })).toThrow('KNOWLEDGE_DIR');
    expect(() => load({ KNOWLEDGE_SEARCH_ENDPOINT: 'http://contoso.example' })).toThrow(
      /KNOWLEDGE_SEARCH_ENDPOINT[^]*KNOWLEDGE_SEARCH_INDEX/,
    );
  });
});
