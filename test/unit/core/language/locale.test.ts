import { describe, expect, it } from 'vitest';
import { agentDefinition } from '#core/agent/definition';
import { localesOf } from '#core/language/locale';
import { packOf, packsWithGerman } from '../../../support/language-packs.ts';

const definition = agentDefinition.parse({
  name: 'cards',
  languages: [
    {
      language: 'es-MX',
      voice: 'es-MX-DaliaNeural',
      greeting: 'Hola.',
      greetingUnknown: 'Hola.',
      texts: { closing: 'Adiós.' },
    },
    { language: 'en-US', voice: 'en-US-AvaNeural', greeting: 'Hello.', greetingUnknown: 'Hello.' },
  ],
  instructions: 'Help.',
  queues: [{ name: 'general', target: '+18005550141' }],
});

describe('the languages of an agent', () => {
  it('come in its own order, with its own sentences over those of the language', () => {
    const [spanish, english] = localesOf(definition, packsWithGerman);
    expect(spanish).toMatchObject({ language: 'es-MX', pack: packOf('es') });
    expect(spanish.texts).toEqual({ ...packOf('es').texts, closing: 'Adiós.' });
    expect(english?.texts).toEqual(packOf('en').texts);
  });

  it('each need a pack', () => {
    expect(() => localesOf(definition, new Map())).toThrow('There is no language pack for es-MX');
  });
});
