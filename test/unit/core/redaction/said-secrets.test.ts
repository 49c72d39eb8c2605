import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { packetRequest } from '#core/conversation/model-request';
import type { TranscriptTurn } from '#core/conversation/transcript';
import { buildPacket } from '#core/handover/build-packet';
import { packHeaders } from '#core/handover/headers';
import { unknownCaller } from '#core/identity/caller-identity';
import { localesOf } from '#core/language/locale';
import { spokenNumbers } from '#core/language/spoken-numbers';
import { redactTurns } from '#core/redaction/redact-turns';
import { packOf } from '../../../support/language-packs.ts';
import { offer } from '../../../support/offered-call.ts';
import { saidSecrets } from '../../../support/said-secrets.ts';
import { spokenLanguages, type SpokenLanguage } from '../../../support/spoken-forms.ts';
import { agentWith, english, packs } from '../../../support/turn-play.ts';

const quiet = { ...offer, headers: { userToUser: undefined, custom: {} } };

describe.each(spokenLanguages)('a card, PIN, bank account or national id that a caller says in %s', (language) => {
  const said = fc.array(saidSecrets(language), { minLength: 1, maxLength: 3 }).map((secrets) => ({
    secrets,
    turns: secrets.flatMap(({ turns }, index) => [question(language, index), ...turns]),
  }));

  it('is in no packet and in no header', () => {
    fc.assert(
      fc.property(said, ({ turns, secrets }) => {
        const packet = buildPacket({
          offer: quiet,
          reason: 'caller-asked',
          turns,
          identity: unknownCaller,
          language,
          packs: [packOf(language)],
          reasonHeader: 'call-reason',
          customerIdHeader: 'customer-id',
        });
        expect(numbersIn(packet.summary, language)).toEqual([]);
        // The context id has digits of its own.
        const headers = packHeaders(packet, 'X-').custom.filter(({ name }) => name !== 'Context-ID');
        const said = headers.map(({ value }) => decodeURIComponent(value)).join(' ');
        for (const { digits } of secrets) expect(said.replace(/\D/g, '')).not.toContain(digits);
      }),
      { numRuns: 100 },
    );
  });

  it('is in no packet whose words a model wrote', () => {
    fc.assert(
      fc.property(saidSecrets(language), ({ turns }) => {
        const summary = turns.flatMap((turn) => (turn.by === 'caller' ? [turn.text] : [])).join(' ');
        const cue = language === 'en' ? 'The PIN: ' : 'El PIN: ';
        const packet = buildPacket(
          {
            offer: quiet,
            reason: 'agent-decided',
            turns: [],
            identity: unknownCaller,
            language,
            packs: [packOf(language)],
            reasonHeader: 'call-reason',
            customerIdHeader: 'customer-id',
          },
          { summary: `${cue}${summary}` },
        );
        expect(numbersIn(packet.summary, language)).toEqual([]);
      }),
    );
  });

  it('is not shown to the model that writes the summary', () => {
    const own = { ...english(), language: language === 'en' ? 'en-US' : 'es-US' };
    const agent = agentWith({ languages: [own] });
    const [locale] = localesOf(agent, packs);
    fc.assert(
      fc.property(said, ({ turns }) => {
        const request = packetRequest({ agent, locale, offer: quiet, identity: unknownCaller, turns });
        const words = request.messages.filter(({ role }) => role === 'user').map(({ text }) => text);
        expect(numbersIn(words.join('\n'), language)).toEqual([]);
      }),
    );
  });

  it('is taken out of the turns it was said in, and nothing else is', () => {
    fc.assert(
      fc.property(said, ({ turns }) => {
        const told = redactTurns(turns, [packOf(language)]);
        expect(told.map(({ by }) => by)).toEqual(turns.map(({ by }) => by));
        for (const [index, { by, text }] of told.entries()) {
          if (by === 'agent') expect(text).toBe(turns[index]?.text);
          else expect(numbersIn(text, language)).toEqual([]);
        }
      }),
    );
  });
});

/** Nothing here is announced: the number itself has to show what it is, but for a PIN. */
function question(language: SpokenLanguage, index: number): TranscriptTurn {
  const texts =
    language === 'en'
      ? ['And which one would that be, so that I can find it for you in our records, please?']
      : ['¿Y cuál sería, para que yo pueda encontrarlo ahora mismo en nuestros registros, por favor?'];
  return { by: 'agent', text: texts[index % texts.length] ?? '', atMs: 0, interrupted: false };
}

function numbersIn(text: string, language: SpokenLanguage): string[] {
  return spokenNumbers(text, packOf(language)).map(({ digits }) => digits);
}
