import { sayAs } from './say-as.ts';

/**
 * What is left of an SSML document for an engine that knows plain text: words with the voice to say them in, and pauses.
 * `<prosody>`, `<emphasis>`, `<lang>`, `<mstts:...>` and what else there is are passed over; their text is spoken.
 */
export type SsmlPart =
  | { readonly kind: 'words'; readonly words: readonly SsmlWord[]; readonly voice: string | undefined }
  | { readonly kind: 'pause'; readonly durationMs: number };

export interface SsmlWord {
  /** As written in the document, for the word boundary event. */
  readonly text: string;
  /** What the engine reads: "1 2 3" for "123" as digits. */
  readonly spoken: string;
}

export type SsmlResult =
  { readonly ok: true; readonly parts: readonly SsmlPart[] } | { readonly ok: false; readonly reason: string };

const MAX_DEPTH = 32;
const MAX_PAUSE_MS = 20_000;
const TOKEN =
  /<!--[\s\S]*?-->|<\?[\s\S]*?\?>|<(\/?)([A-Za-z][\w:.-]*)((?:\s+[\w:.-]+\s*=\s*(?:"[^"<]*"|'[^'<]*'))*)\s*(\/?)>|[^<]+|</g;
const ATTRIBUTE = /([\w:.-]+)\s*=\s*(?:"([^"]*)"|'([^']*)')/g;
const PAUSE_BY_STRENGTH_MS: Readonly<Record<string, number>> = {
  none: 0,
  'x-weak': 250,
  weak: 500,
  medium: 750,
  strong: 1000,
  'x-strong': 1250,
};

interface Element {
  readonly name: string;
  readonly attributes: ReadonlyMap<string, string>;
}

/** Total: any text gives parts or the reason a service would give. */
export function parseSsml(document: string): SsmlResult {
  const reader = new Reader();
  for (const match of document.matchAll(TOKEN)) {
    const [token, closing, name, attributes, selfClosing] = match;
    if (token.startsWith('<!--') || token.startsWith('<?')) continue;
    const fault =
      name === undefined
        ? reader.text(token)
        : reader.tag(name, attributes ?? '', { closing: closing === '/', selfClosing: selfClosing === '/' });
    if (fault !== undefined) return { ok: false, reason: `Ssml should be a valid xml document: ${fault}` };
  }
  return reader.finish();
}

class Reader {
  readonly #open: Element[] = [];
  readonly #parts: SsmlPart[] = [];
  #words: SsmlWord[] = [];
  #sawSpeak = false;

  text(raw: string): string | undefined {
    if (raw === '<') return 'a tag that is not closed';
    const text = decodeEntities(raw);
    if (text === undefined) return 'an unknown entity';
    const inside = this.#open.at(-1);
    if (inside === undefined) return text.trim() === '' ? undefined : 'text outside of speak';
    if (this.#open.some(({ name }) => name === 'sub' || name === 'mstts:backgroundaudio')) return undefined;
    const interpretAs = inside.name === 'say-as' ? inside.attributes.get('interpret-as') : undefined;
    this.#words.push(...sayAs(text, interpretAs, inside.attributes.get('format')));
    return undefined;
  }

  tag(
    name: string,
    attributes: string,
    form: { readonly closing: boolean; readonly selfClosing: boolean },
  ): string | undefined {
    if (form.closing) return this.#close(name);
    if (this.#open.length === 0 && (name !== 'speak' || this.#sawSpeak)) return 'the root is not one speak element';
    if (this.#open.length >= MAX_DEPTH) return 'too many elements inside one another';
    this.#sawSpeak = true;
    const element = { name, attributes: readAttributes(attributes) };
    if (name === 'voice' || name === 'p' || name === 's') this.#flush();
    if (name === 'break') this.#pause(element.attributes);
    if (name === 'sub') this.#substitute(element.attributes.get('alias'));
    if (!form.selfClosing) this.#open.push(element);
    return undefined;
  }

  finish(): SsmlResult {
    if (!this.#sawSpeak || this.#open.length > 0) {
      return { ok: false, reason: 'Ssml should be a valid xml document: an element is not closed' };
    }
    return { ok: true, parts: this.#parts };
  }

  #close(name: string): string | undefined {
    if (this.#open.at(-1)?.name !== name) return 'a closing tag without its opening one';
    if (name === 'voice' || name === 'p' || name === 's' || name === 'speak') this.#flush();
    this.#open.pop();
    return undefined;
  }

  #substitute(alias: string | undefined): void {
    const text = decodeEntities(alias ?? '');
    if (text !== undefined) this.#words.push(...sayAs(text, undefined, undefined));
  }

  #pause(attributes: ReadonlyMap<string, string>): void {
    this.#flush();
    const time = /^(\d+(?:\.\d+)?)(ms|s)$/.exec(attributes.get('time') ?? '');
    const durationMs =
      time === null
        ? (PAUSE_BY_STRENGTH_MS[attributes.get('strength') ?? 'medium'] ?? 750)
        : Number(time[1]) * (time[2] === 's' ? 1000 : 1);
    this.#parts.push({ kind: 'pause', durationMs: Math.min(Math.round(durationMs), MAX_PAUSE_MS) });
  }

  #flush(): void {
    if (this.#words.length > 0) {
      const voice = this.#open.findLast(({ name }) => name === 'voice')?.attributes.get('name');
      this.#parts.push({ kind: 'words', words: this.#words, voice });
    }
    this.#words = [];
  }
}

function readAttributes(text: string): ReadonlyMap<string, string> {
  return new Map([...text.matchAll(ATTRIBUTE)].map(([, name, double, single]) => [name ?? '', double ?? single ?? '']));
}

const ENTITIES: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };

const ENTITY = /&(?:#(\d{1,7})|#x([0-9a-fA-F]{1,6})|([A-Za-z]{1,8}));|&/g;

function decodeEntities(text: string): string | undefined {
  const unknown = [...text.matchAll(ENTITY)].some((match) => characterOf(match) === undefined);
  return unknown ? undefined : text.replace(ENTITY, (...match: string[]) => characterOf(match) ?? '');
}

function characterOf(match: readonly (string | undefined)[]): string | undefined {
  const [, decimal, hex, name] = match;
  if (name !== undefined) return ENTITIES[name];
  const code = decimal === undefined ? parseInt(hex ?? '', 16) : Number(decimal);
  return code <= 0x10ffff ? String.fromCodePoint(code) : undefined;
}
