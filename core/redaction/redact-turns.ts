import type { TranscriptTurn } from '../conversation/transcript.ts';
import type { LanguagePack } from '../language/pack.ts';
import { redactPieces } from './redact.ts';

/** A transcript as it may leave the conversation: into the session row, a packet, a request for a summary. */
export function redactTurns(
  turns: readonly TranscriptTurn[],
  packs: readonly LanguagePack[],
): readonly TranscriptTurn[] {
  const texts = redactPieces(
    turns.map(({ by, text }) => ({ text, by: by === 'caller' || by === 'keypad' ? 'caller' : 'agent' })),
    packs,
  );
  return turns.map((turn, index) => ({ ...turn, text: texts[index] ?? '' }));
}
