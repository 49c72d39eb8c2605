import { describe, expect, it } from 'vitest';
import { greetingFor } from '#core/conversation/greeting';
import { speakableText, toSsml } from '#core/conversation/speakable';
import { turnSettings } from '#core/conversation/turn-settings';
import { localeFor } from '#core/language/choose-language';
import { howComplete } from '#core/language/completeness';
import type { Locale } from '#core/language/locale';
import { agentSpeaking } from '../../../support/language-packs.ts';
import { offer } from '../../../support/offered-call.ts';
import { listeningPlay, playTurns } from '../../../support/turn-play.ts';

/** Its pack is a file of test/fixtures: the product knows nothing of German. */
const agent = agentSpeaking(['en-US', 'de-DE']);
const german = localeFor(agent, 'de') as Locale;
const settings = turnSettings(agent.definition, german, offer.from);

describe('an agent in a language that a file of YAML brings', () => {
  it('greets, and asks a silent caller whether they are there', () => {
    const greeting = greetingFor(german, 'Ihre Karte', { id: 'C-1', name: 'Frau Maier', language: 'de', facts: {} });
    expect(greeting).toBe('de-DE: Frau Maier, Ihre Karte');
    const play = playTurns(settings).give({ type: 'media-ready', greeting }).hearOut();
    play.effects();
    expect(play.give({ type: 'timer-fired', timer: 'silence' }).deeds()).toContainEqual(
      expect.objectContaining({ type: 'say', text: 'Sind Sie noch da?' }),
    );
  });

  it.each([
    ['Ja, gerne.', 'Ich verbinde Sie. Einen Moment bitte.'],
    ['Wie bitte?', 'Soll ich Sie mit einer Kollegin verbinden?'],
  ])('asks before it connects, and understands %j', (answer, said) => {
    const play = listeningPlay(settings).say('Ich verstehe die Abbuchung nicht.');
    const tool = {
      kind: 'transfer-to-person',
      request: { reason: 'agent-decided', queue: undefined, words: {} },
    } as const;
    play.give({ type: 'tool-called', reply: play.reply, tool }).hearOut();
    expect(play.deeds()).toContainEqual(
      expect.objectContaining({ type: 'say', text: 'Soll ich Sie mit einer Kollegin verbinden?' }),
    );
    play.hearOut().effects();
    expect(play.say(answer).deeds()).toContainEqual(expect.objectContaining({ type: 'say', text: said }));
  });

  it('takes a no for a no', () => {
    const play = listeningPlay(settings).say('Hallo.');
    const tool = {
      kind: 'transfer-to-person',
      request: { reason: 'agent-decided', queue: undefined, words: {} },
    } as const;
    play.give({ type: 'tool-called', reply: play.reply, tool }).hearOut().hearOut().effects();
    expect(play.say('Nein, lieber nicht.').deeds()).toContainEqual(expect.objectContaining({ type: 'think' }));
  });

  it.each([
    ['Ich habe meine Karte verloren.', 'finished'],
    ['Ich möchte.', 'unfinished'],
    ['Vier zwei vier zwei.', 'dictating'],
    ['Meine Kontonummer ist 42.', 'dictating'],
    ['Das sind 42,10 €.', 'finished'],
    ['Vielen Dank', 'finished'],
  ])('waits for the end of %j (%s)', (text, completeness) => {
    expect(howComplete(text, german.pack)).toBe(completeness);
  });

  it('reads amounts, dates and units its own way', () => {
    const said = speakableText('Am 3.11.2026 waren es $1,042.10, also 10–20 % mehr, für 5 km.', german);
    expect(said).toBe('Am 3.11.2026 waren es $1,042.10, also 10 bis 20 Prozent mehr, für 5 Kilometer.');
    expect(toSsml(said, german)).toContain(
      'Am <say-as interpret-as="date" format="dmy">3.11.2026</say-as> waren es <say-as interpret-as="currency">$1042,10</say-as>,',
    );
  });
});
