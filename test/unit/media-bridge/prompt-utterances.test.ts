import { describe, expect, it } from 'vitest';
import type { Agent } from '#core/agent/agent';
import { fixedPrompts } from '#core/conversation/fixed-prompts';
import type { TextToSpeech, Utterance } from '#core/ports/text-to-speech';
import { promptUtterances } from '../../../media-bridge/prompt-utterances.ts';
import { Clause } from '../../../media-bridge/session/clause.ts';
import { agentWith, onlyAgent } from '../../support/turn-play.ts';

/** What the speaker asks the voice for when it says this. */
async function askedFor(text: string, locale: Agent['locales'][number]): Promise<Utterance> {
  const asked: Utterance[] = [];
  const voice: TextToSpeech = {
    async *speak(utterance) {
      asked.push(utterance);
      yield await Promise.resolve({ type: 'audio', pcm: new Int16Array(320) } as const);
    },
  };
  await new Clause(text, locale, true).synthesise(voice, () => undefined, new AbortController().signal);
  return asked[0]!;
}

describe('the prompts made before the first call', () => {
  const { all } = onlyAgent(agentWith());

  it('are what the speaker asks for, to the letter', async () => {
    const prepared = promptUtterances(all);
    const [locale] = all[0]!.locales;
    expect(fixedPrompts(locale).length).toBeGreaterThan(10);
    for (const text of fixedPrompts(locale)) expect(prepared).toContainEqual(await askedFor(text, locale));
  });

  it('are made once, however many agents say them', () => {
    expect(promptUtterances([...all, ...all])).toEqual(promptUtterances(all));
  });
});
