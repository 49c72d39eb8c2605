import type { TranscriptTurn } from '#core/conversation/transcript';
import type { Unfinished } from '#core/conversation/unfinished';
import type { LanguagePack } from '#core/language/pack';
import { redact } from '#core/redaction/redact';
import { redactTurns } from '#core/redaction/redact-turns';
import { TextReadings } from '#core/redaction/text-readings';

/** A number is dictated in fewer turns than this. What is older stays as it was redacted. */
const SETTLED_AFTER_TURNS = 12;
/** Looked at before the turns that are not settled: a question asks for what comes after it. */
const CONTEXT_TURNS = 4;

/** The transcript as it leaves the media session, kept up to date turn by turn: a call may have hundreds. */
export class RedactedTurns {
  readonly #packs = new Set<LanguagePack>();
  readonly #readings = new TextReadings();
  #raw: readonly TranscriptTurn[] = [];
  #redacted: readonly TranscriptTurn[] = [];

  /** Numbers may be said in this language too, from now on. */
  heardIn(pack: LanguagePack): void {
    this.#packs.add(pack);
  }

  get packs(): readonly LanguagePack[] {
    return [...this.#packs];
  }

  /** Of the whole transcript, which only grows. */
  of(turns: readonly TranscriptTurn[]): readonly TranscriptTurn[] {
    if (turns === this.#raw) return this.#redacted;
    const settled = Math.max(0, Math.min(this.#redacted.length, turns.length) - SETTLED_AFTER_TURNS);
    const from = Math.max(0, settled - CONTEXT_TURNS);
    const latest = redactTurns(turns.slice(from), this.packs, this.#readings).slice(settled - from);
    this.#raw = turns;
    this.#redacted = [...this.#redacted.slice(0, settled), ...latest];
    return this.#redacted;
  }

  /** Whatever of it is words: the caller's after these turns, the agent's, and what the model wants a person to know. */
  unfinished(turns: readonly TranscriptTurn[], { said, ...others }: Unfinished): Unfinished {
    const hidden = JSON.parse(JSON.stringify(others), (_, value: unknown) =>
      typeof value === 'string' ? redact(value, this.packs, this.#readings) : value,
    ) as typeof others;
    if (said === undefined) return { ...hidden, said };
    const turn = { by: 'caller', text: said.text, atMs: 0, confidence: said.confidence } as const;
    const last = redactTurns([...turns.slice(-SETTLED_AFTER_TURNS), turn], this.packs, this.#readings).at(-1);
    return { ...hidden, said: { ...said, text: last?.text ?? '' } };
  }
}
