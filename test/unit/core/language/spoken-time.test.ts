import { describe, expect, it } from 'vitest';
import { filled, spokenOpening, spokenWait } from '#core/language/spoken-time';
import { packOf } from '../../../support/language-packs.ts';

const at = (iso: string): number => Date.parse(iso);
const zone = 'America/New_York';
/** A Wednesday, eight in the evening in New York. */
const nowMs = at('2026-11-26T01:00:00Z');

describe('how long a wait is, in words', () => {
  it.each([
    ['en', 0, 'one minute'],
    ['en', 1, 'one minute'],
    ['en', 4.2, 'five minutes'],
    ['en', 12, 'fifteen minutes'],
    ['en', 60, 'an hour'],
    ['en', 61, 'more than an hour'],
    ['en', Infinity, 'more than an hour'],
    ['es', 1, 'un minuto'],
    ['es', 5, 'cinco minutos'],
    ['es', 25, 'media hora'],
    ['es', 500, 'más de una hora'],
    ['de', 3, 'fünf Minuten'],
  ])('%s: %d', (language, minutes, words) => {
    expect(spokenWait(minutes, packOf(language))).toBe(words);
  });
});

describe('when somebody is there again', () => {
  it.each([
    ['en-US', '2026-11-26T03:30:00Z', 'today at 10:30 PM'],
    ['en-US', '2026-11-26T13:00:00Z', 'tomorrow at 8:00 AM'],
    ['en-GB', '2026-11-26T13:00:00Z', 'tomorrow at 8:00'],
    ['en-US', '2026-11-30T13:00:00Z', 'on Monday at 8:00 AM'],
    ['en-US', '2026-12-28T13:00:00Z', 'on December 28 at 8:00 AM'],
    ['es-ES', '2026-11-26T13:00:00Z', 'mañana a las 8:00'],
    ['es-US', '2026-11-26T13:00:00Z', 'mañana a las 8:00 am'],
    ['es-US', '2026-11-26T18:00:00Z', 'mañana a la 1:00 pm'],
    ['es-ES', '2026-11-30T13:00:00Z', 'el lunes a las 8:00'],
    ['es-ES', '2026-12-28T13:00:00Z', 'el 28 de diciembre a las 8:00'],
    ['de-DE', '2026-11-30T13:00:00Z', 'am Montag um 8:00 Uhr'],
  ])('%s: %s is %j', (language, opening, words) => {
    const pack = packOf(language.slice(0, 2));
    expect(spokenOpening({ atMs: at(opening), nowMs, zone }, language, pack)).toBe(words);
  });

  it('is told by the clock of the people who are called, not by the machine’s', () => {
    const opening = { atMs: at('2026-11-26T07:00:00Z'), nowMs };
    const said = (zoneOfQueue: string): string =>
      spokenOpening({ ...opening, zone: zoneOfQueue }, 'en-US', packOf('en'));
    expect(said('Europe/Madrid')).toBe('today at 8:00 AM');
    expect(said('Asia/Tokyo')).toBe('today at 4:00 PM');
    expect(said('America/Los_Angeles')).toBe('today at 11:00 PM');
  });
});

describe('a text with places', () => {
  it('gets what is known and keeps the rest', () => {
    expect(filled('{wait} and {more}', { wait: 'an hour' })).toBe('an hour and {more}');
    expect(filled('{constructor}', {})).toBe('{constructor}');
  });
});
