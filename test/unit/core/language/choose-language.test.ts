import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { chooseLocale, localeFor } from '#core/language/choose-language';
import type { CallOffer } from '#core/call/offer';
import type { Customer } from '#core/ports/customer-directory';
import { anyText } from '../../../support/any-text.ts';
import { agentSpeaking } from '../../../support/language-packs.ts';
import { offer as sample } from '../../../support/offered-call.ts';

const headerNames = { header: 'language' };
const called = '+18005550199';
const numbers = { [called]: 'de-DE' };

function offer(language?: string, to = '+18005550142'): CallOffer {
  const custom = language === undefined ? {} : { language };
  return { ...sample, to: to as CallOffer['to'], headers: { userToUser: undefined, custom } };
}
const customer = (language: string | undefined): Customer => ({ id: 'C-1', name: 'Maria', language, facts: {} });

describe('the language of a call', () => {
  it.each([
    ['es', 'es-ES'],
    ['es-MX', 'es-ES'],
    ['ES_mx', 'es-ES'],
    ['Spanish', 'es-ES'],
    ['español (México)', 'es-ES'],
    ['castellano', 'es-ES'],
    ['German', 'de-DE'],
    ['en-GB', 'en-GB'],
    ['en-AU', 'en-US'],
  ])('is what the IVR said: %j', (said, language) => {
    const agent = agentSpeaking(['en-US', 'en-GB', 'es-ES', 'de-DE'], headerNames);
    expect(chooseLocale(agent, offer(said), undefined).locale.language).toBe(language);
  });

  it.each(['fr', 'Klingon', '', '1', 'spanishish', '__proto__'])('is not what nobody understands: %j', (said) => {
    const agent = agentSpeaking(['en-US', 'es-ES'], headerNames);
    expect(chooseLocale(agent, offer(said), undefined).locale.language).toBe('en-US');
  });

  it('is what the IVR said before what the number says, that before the customer’s, and that before the first', () => {
    const agent = agentSpeaking(['en-US', 'es-ES', 'de-DE'], { ...headerNames, numbers });
    const languageOf = (...parameters: [CallOffer, Customer?]): string =>
      chooseLocale(agent, parameters[0], parameters[1]).locale.language;
    expect(languageOf(offer('es', called), customer('en-US'))).toBe('es-ES');
    expect(languageOf(offer('??', called), customer('en-US'))).toBe('de-DE');
    expect(languageOf(offer(), customer('es-MX'))).toBe('es-ES');
    expect(languageOf(offer(), customer('fr-FR'))).toBe('en-US');
    expect(languageOf(offer())).toBe('en-US');
  });

  it('is listened for among all of them when the agent identifies and nobody said it', () => {
    const agent = agentSpeaking(['en-US', 'es-ES', 'de-DE'], { ...headerNames, numbers, identify: true });
    const candidates = (...parameters: [CallOffer, Customer?]): readonly string[] =>
      chooseLocale(agent, parameters[0], parameters[1]).candidates.map(({ language }) => language);
    expect(candidates(offer())).toEqual(['en-US', 'es-ES', 'de-DE']);
    expect(candidates(offer(), customer('es'))).toEqual(['es-ES', 'en-US', 'de-DE']);
    expect(candidates(offer('es'))).toEqual(['es-ES']);
    expect(candidates(offer(undefined, called))).toEqual(['de-DE']);
  });

  it('is always one of the agent’s, whatever headers and customers say', () => {
    const agents = [['en-US'], ['en-US', 'es-ES'], ['de-DE', 'es-MX', 'en-GB', 'es-ES', 'en-US']].flatMap((tags) =>
      [true, false].map((identify) => agentSpeaking(tags, { ...headerNames, identify })),
    );
    const said = fc.option(fc.oneof(anyText(30), fc.constantFrom('es', 'EN-gb', 'German', 'fr-FR')), {
      nil: undefined,
    });
    fc.assert(
      // By index: fast-check looks through a value that it is given.
      fc.property(fc.nat({ max: agents.length - 1 }), said, said, (which, header, own) => {
        const agent = agents[which]!;
        const { locale, candidates } = chooseLocale(
          agent,
          offer(header),
          own === undefined ? undefined : customer(own),
        );
        expect(agent.locales.includes(locale)).toBe(true);
        expect(candidates[0] === locale).toBe(true);
        expect(new Set(candidates).size).toBe(candidates.length);
        expect([1, agent.locales.length]).toContain(candidates.length);
        expect(agent.definition.languageFrom.identify || candidates.length === 1).toBe(true);
        if (own !== undefined) expect([undefined, ...agent.locales].includes(localeFor(agent, own))).toBe(true);
      }),
    );
  });
});

describe('a change of language inside a call', () => {
  const agent = agentSpeaking(['en-US', 'es-ES', 'es-MX']);

  it.each([
    ['es-MX', 'es-MX'],
    ['es-AR', 'es-ES'],
    ['EN', 'en-US'],
    ['fr-FR', undefined],
    ['', undefined],
  ])('to %j is to %j', (tag, language) => {
    expect(localeFor(agent, tag)?.language).toBe(language);
  });
});
