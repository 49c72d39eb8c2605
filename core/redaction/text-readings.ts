import type { LanguagePack } from '../language/pack.ts';
import { spokenNumbersBothWays, type NumberReading } from '../language/spoken-numbers.ts';
import { announcedTokens, cuesIn, type Cue } from './announced-secrets.ts';
import { tokensIn, tokensOf, type TextTokens, type TextToken } from './said-pieces.ts';
import { secretTokens } from './secrets.ts';

/** Texts kept of one conversation: what is looked through again at each change, and what it becomes. */
const TEXTS_MAX = 64;

/** What one text holds for somebody who listens in one language. Each part is found when it is first asked for. */
export class TextReading {
  readonly #text: string;
  readonly #pack: LanguagePack;
  #tokens: Readonly<Record<NumberReading['soundAlikes'], TextTokens>> | undefined;
  #cues: readonly Cue[] | undefined;
  #secrets: readonly TextToken[] | undefined;
  #hasSoundAlikes: boolean | undefined;

  constructor(text: string, pack: LanguagePack) {
    this.#text = text;
    this.#pack = pack;
  }

  /** In both readings: the same where there is but one. */
  get tokens(): Readonly<Record<NumberReading['soundAlikes'], TextTokens>> {
    this.#tokens ??= bothWays(this.#text, this.#pack);
    return this.#tokens;
  }

  get cues(): readonly Cue[] {
    this.#cues ??= cuesIn(this.#text, this.#pack);
    return this.#cues;
  }

  /** Of the text by itself. */
  get secrets(): readonly TextToken[] {
    this.#secrets ??= this.#findSecrets();
    return this.#secrets;
  }

  /** Whether a word of it may be a digit, as "for" may. */
  get hasSoundAlikes(): boolean {
    this.#hasSoundAlikes ??= soundAlikesOf(this.#pack).test(this.#text);
    return this.#hasSoundAlikes;
  }

  #findSecrets(): readonly TextToken[] {
    const tokens = tokensOf([this.tokens.words]);
    const pieces = [{ text: this.#text, by: 'caller', cues: this.cues }] as const;
    return [...secretTokens(tokens), ...announcedTokens(pieces, tokens)];
  }
}

/** What was read before in a conversation, so that it is not read again when something is added. */
export class TextReadings {
  readonly #known = new Map<LanguagePack, Map<string, TextReading>>();

  of(text: string, pack: LanguagePack): TextReading {
    const known = this.#known.get(pack) ?? new Map<string, TextReading>();
    this.#known.set(pack, known);
    const before = known.get(text);
    if (before !== undefined) return before;
    if (known.size >= TEXTS_MAX) known.clear();
    const reading = new TextReading(text, pack);
    known.set(text, reading);
    return reading;
  }
}

function bothWays(text: string, pack: LanguagePack): Readonly<Record<NumberReading['soundAlikes'], TextTokens>> {
  const numbers = spokenNumbersBothWays(text, pack);
  const words = tokensIn(text, numbers.words, pack);
  return { words, digits: numbers.digits === numbers.words ? words : tokensIn(text, numbers.digits, pack) };
}

const soundAlikes = new WeakMap<LanguagePack, RegExp>();

function soundAlikesOf(pack: LanguagePack): RegExp {
  const words = Object.keys(pack.spokenNumbers.soundAlikes);
  const pattern =
    soundAlikes.get(pack) ?? new RegExp(String.raw`(?<!\p{L})(?:${words.join('|') || '(?!)'})(?!\p{L})`, 'iu');
  soundAlikes.set(pack, pattern);
  return pattern;
}
