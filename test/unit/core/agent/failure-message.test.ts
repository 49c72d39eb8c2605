import { describe, expect, it } from 'vitest';
import { failureMessage } from '#core/agent/failure-message';
import { agentSpeaking } from '../../../support/language-packs.ts';
import { offer } from '../../../support/offered-call.ts';

const agent = agentSpeaking(['en-US', 'es-ES', 'de-DE'], { header: 'language' });
const withHeader = { ...offer, headers: { ...offer.headers, custom: { language: 'es' } } };

describe('the message for a call in which everything failed', () => {
  it('is in the language that was spoken last', () => {
    expect(failureMessage(agent, withHeader, 'de-DE')).toMatchObject({ language: 'de-DE' });
  });

  it.each([undefined, '', 'fr-FR', '__proto__'])(
    'is in the language the call began in when %j was spoken',
    (spoken) => {
      expect(failureMessage(agent, withHeader, spoken)).toMatchObject({ language: 'es-ES' });
      expect(failureMessage(agent, offer, spoken)).toMatchObject({ language: 'en-US' });
    },
  );

  it('comes with a voice that speaks it, and is short enough for a voice of last resort', () => {
    for (const { language, voice, texts } of agent.locales) {
      expect(failureMessage(agent, offer, language)).toEqual({ language, voice, text: texts.failureMessage });
      expect(texts.failureMessage.length).toBeLessThanOrEqual(150);
    }
  });
});
