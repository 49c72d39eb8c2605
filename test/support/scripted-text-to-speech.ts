import { SAMPLE_RATE_HZ } from '#core/audio/pcm';
import type { SpeechChunk, TextToSpeech } from '#core/ports/text-to-speech';

/** Every word is as long as this, in the scripted voice. */
export const WORD_MS = 200;

export interface ScriptedTextToSpeech extends TextToSpeech {
  /** The texts that were asked for, in order, without their markup. */
  readonly spoken: readonly string[];
  readonly cancelled: number;
  /** The next utterances fail with these, in order; `hang` gives no audio until it is cancelled. */
  fail(...failures: readonly (Error | 'hang')[]): void;
}

/** A voice whose words are all of one length, each told of as it begins. Its audio is a constant, not silence. */
export function scriptedTextToSpeech(): ScriptedTextToSpeech {
  const spoken: string[] = [];
  let failures: (Error | 'hang')[] = [];
  let cancelled = 0;
  return {
    spoken,
    get cancelled() {
      return cancelled;
    },
    fail: (...more) => {
      failures = [...more];
    },
    async *speak({ ssml }, signal): AsyncGenerator<SpeechChunk> {
      const text = ssml.replace(/<[^>]*>/g, '').trim();
      spoken.push(text);
      const failure = failures.shift();
      await new Promise((resolve) => setImmediate(resolve));
      if (failure === 'hang') {
        await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }));
      } else if (failure !== undefined) throw failure;
      for (const [index, word] of text.split(/\s+/).entries()) {
        if (signal.aborted) {
          cancelled += 1;
          throw signal.reason;
        }
        yield { type: 'word', text: word, atMs: index * WORD_MS };
        yield { type: 'audio', pcm: new Int16Array((WORD_MS * SAMPLE_RATE_HZ) / 1000).fill(index + 1) };
      }
    },
  };
}
