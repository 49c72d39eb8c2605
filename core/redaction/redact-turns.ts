import type { TranscriptTurn } from '../conversation/transcript.ts';
import type { LanguagePack } from '../language/pack.ts';
import { redactPieces } from './redact.ts';
import type { TextReadings } from './text-readings.ts';

/** A transcript as it may leave the conversation: into the session row, a packet, a request for a summary. `readings`: of the same conversation, kept. */
export function redactTurns(
  turns: readonly TranscriptTurn[],
  packs: readonly LanguagePack[],
  readings?: TextReadings,
): readonly TranscriptTurn[] {
  const texts = redactPieces(
    turns.map(({ by, text }) => ({ text, by: by === 'caller' || by === 'keypad' ? 'caller' : 'agent' })),
    packs,
    readings,
  );
  return turns.map((turn, index) => ({ ...turn, text: texts[index] ?? '' }));
}
