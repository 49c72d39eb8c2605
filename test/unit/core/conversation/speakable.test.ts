import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { speakableText, toSsml, type SpeechStyle } from '#core/conversation/speakable';
import { parseSsml } from '../../../../emulator/speech/synthesis/ssml.ts';
import { anyText } from '../../../support/any-text.ts';
import { styleOf } from '../../../support/speech-style.ts';

const english = styleOf('en-US');
const speakable = (text: string, style = english): string => speakableText(text, style);
const ssmlOf = (text: string, style = english): string => toSsml(speakable(text, style), style);
/** What stands inside the voice. */
const inside = (text: string, style = english): string =>
  /<voice [^>]*>(.*)<\/voice>/su.exec(ssmlOf(text, style))?.[1] ?? '';

describe('a reply that is spoken', () => {
  it.each([
    ['**Very** important, _really_ (*yes*).', 'Very important, really (yes).'],
    ['*Hi. It is **me', 'Hi. It is me'],
    ['It is free* (of_ cost)', 'It is free (of cost)'],
    ['# Charges\n- one\n- two', 'Charges one two'],
    ['1. Take the card.', 'Take the card.'],
    ['> quoted\n\n---\n\nafter', 'quoted after'],
    ['- [ ] call us\n> - today', 'call us today'],
    ['See [our page](https://contoso.example/a_(b)) now.', 'See our page now.'],
    ['See [our page][1] now.\n[1]: https://contoso.example', 'See our page now.'],
    ['As agreed[^1], and shown [2].\n[^1]: In the letter.', 'As agreed, and shown.'],
    ['It takes five days 【4:0†source】.', 'It takes five days.'],
    ['Look at https://contoso.example/x?y=1, please.', 'Look at, please.'],
    ['Write to www.contoso.example.', 'Write to.'],
    ['Look at contoso.com/help/cards today.', 'Look at today.'],
    ['Look at contoso.com.', 'Look at contoso dot com.'],
    ['Write to <first.last@contoso.co.uk>.', 'Write to first dot last at contoso dot co dot uk.'],
    ['It is a-b_c+d@contoso.example', 'It is a dash b underscore c plus d at contoso dot example'],
    ['Press <b>one</b><br/>now <!-- hidden -->.', 'Press one now.'],
    ['Thanks 👍🏽 👩‍👩‍👧 🇪🇸 1️⃣!', 'Thanks 1!'],
    ['```js\nlet a;\n``` Done', 'Done'],
    ['Press `#` then ~~wait~~', 'Press # then wait'],
    ['snake_case and 5 * 3 * 2', 'snake_case and 5 * 3 * 2'],
    ['| Day | Amount |\n|---|:---:|\n| Monday | five |', 'Day, Amount Monday, five'],
    ['Marks &amp; Spencer&nbsp;Ltd', 'Marks & Spencer Ltd'],
    ['in 5-10 days, or 10–20 %', 'in 5 to 10 days, or 10 to 20 percent'],
    ['from 9:00-17:00, $5-$10, 2020–2024', 'from 9:00 to 17:00, $5 to $10, 2020 to 2024'],
    ['24-7, 555-0110, 1-2-3 and 50-50', '24-7, 555-0110, 1-2-3 and 50-50'],
    ['5 kg, 20°C, 1 km, 60 km/h', '5 kilograms, 20 degrees Celsius, 1 kilometer, 60 kilometers per hour'],
    ['the card **** **** **** 4242', 'the card ending in 4242'],
    ['the card ending in ****4242', 'the card ending in 4242'],
    ['it takes **5 days**', 'it takes 5 days'],
    ['', ''],
  ])('has nothing in it that nobody can say: %j', (written, said) => {
    expect(speakable(written)).toBe(said);
  });

  it.each([
    ['es-ES', 'de 5-10 días, 5,5 %, 1 km', 'de 5 a 10 días, 5,5 por ciento, 1 kilómetro'],
    ['es-MX', 'escriba a ana_r@contoso.com.mx', 'escriba a ana guion bajo r arroba contoso punto com punto mx'],
    ['es-ES', 'la tarjeta **** 4242', 'la tarjeta terminada en 4242'],
    ['en-GB', '5 km, 5%', '5 kilometres, 5 per cent'],
    ['de-DE', '10–20 %, 5 km, a@b.de', '10 bis 20 Prozent, 5 Kilometer, a at b Punkt de'],
    // No voice of this language takes hints.
    ['cs-CZ', '42,10 € dne 2026-11-03', '42,10 eura dne 3. listopadu 2026'],
    ['tr-TR', '5 USD, 2026-02-31', '5 ABD doları, 2026-02-31'],
  ])('is in the words of %s: %j', (language, written, said) => {
    expect(speakable(written, styleOf(language))).toBe(said);
  });

  const currency = (text: string): string => `<say-as interpret-as="currency">${text}</say-as>`;
  const characters = (text: string): string => `<say-as interpret-as="characters">${text}</say-as>`;
  const telephone = (text: string): string => `<say-as interpret-as="telephone">${text}</say-as>`;
  const ordinal = (text: string): string => `<say-as interpret-as="ordinal">${text}</say-as>`;
  const date = (format: string, text: string): string =>
    `<say-as interpret-as="date" format="${format}">${text}</say-as>`;
  const time = (format: string, text: string): string =>
    `<say-as interpret-as="time" format="${format}">${text}</say-as>`;

  it.each([
    ['en-US', 'You paid $42.10.', `You paid ${currency('$42.10')}.`],
    ['en-US', 'It is $12345.67 in all', `It is ${currency('$12345.67')} in all`],
    ['en-US', 'A charge of 1.042,10 €', `A charge of ${currency('1042.10 €')}`],
    ['en-US', 'A charge of 42.10 USD', `A charge of ${currency('42.10 USD')}`],
    ['en-US', 'They made $5 million', 'They made $5 million'],
    ['en-US', 'on 2026-11-03.', `on ${date('ymd', '2026-11-03')}.`],
    ['en-US', 'on 2026-02-31.', 'on 2026-02-31.'],
    ['en-US', 'on 11/03/2026', `on ${date('mdy', '11/03/2026')}`],
    ['en-US', 'on 25/12/2026', `on ${date('dmy', '25/12/2026')}`],
    ['en-US', 'at 5:30 p.m. or 14:30', `at ${time('hms12', '5:30pm')} or ${time('hms24', '14:30')}`],
    ['en-US', '2026-11-03T09:15:00Z', `${date('ymd', '2026-11-03')} ${time('hms12', '09:15')}`],
    ['en-US', 'Call +1 800 555 0110.', `Call ${telephone('+1 800 555 0110')}.`],
    ['en-US', 'Call (800) 555-0110.', `Call ${telephone('(800) 555-0110')}.`],
    ['en-US', 'Call 1-800-555-0110.', `Call ${telephone('1-800-555-0110')}.`],
    ['en-US', 'Account 1234567', `Account ${characters('1234567')}`],
    ['en-US', '4111-1111-1111-1111', characters('4111 1111 1111 1111')],
    ['en-US', 'your card ending in 4242', `your card ending in ${characters('4242')}`],
    ['en-US', 'The PIN is 987', `The PIN is ${characters('987')}`],
    ['en-US', 'the card was charged 4500', 'the card was charged 4500'],
    ['en-US', 'order AB12CD34', `order ${characters('AB12CD34')}`],
    ['en-US', 'the 3rd and the 21st', `the ${ordinal('3rd')} and the ${ordinal('21st')}`],
    ['en-US', 'In 2026 there were 12345.5 of 9999 and 10000', 'In 2026 there were 12345.5 of 9999 and 10000'],
    ['en-GB', 'on 11/03/2026', `on ${date('dmy', '11/03/2026')}`],
    ['es-ES', 'Son 42,10 € en total', `Son ${currency('42,10 €')} en total`],
    ['es-ES', 'Son $1,234.50', `Son ${currency('$1234,50')}`],
    ['es-MX', 'Son $1,234.50', `Son ${currency('$1,234.50')}`],
    ['es-ES', 'el 3.º, el 03/11/2026', `el ${ordinal('3.º')}, el ${date('dmy', '03/11/2026')}`],
    ['es-ES', 'a las 9:15', `a las ${time('hms24', '9:15')}`],
    ['es-ES', 'llame al 900 123 456', `llame al ${telephone('900 123 456')}`],
    ['es-ES', 'la tarjeta terminada en 4242', `la tarjeta terminada en ${characters('4242')}`],
    ['fr-FR', '12 345 678 ou 01 23 45 67 89', `12 345 678 ou ${telephone('01 23 45 67 89')}`],
    ['cs-CZ', 'volejte 555 0110 22', `volejte ${characters('555 0110 22')}`],
  ])('is read as it is meant in %s: %j', (language, written, ssml) => {
    expect(inside(written, styleOf(language))).toBe(ssml);
  });

  it('is pronounced as the lexicon says, whole words in any case, and the lexicon before everything else', () => {
    const style = styleOf('en-US', {
      lexicon: [
        { word: 'Contoso', say: 'con <toe> so' },
        { word: 'Contoso Bank', say: 'the bank' },
        { word: 'gif', ipa: 'dʒɪf' },
        { word: '24/7', say: 'around the clock' },
        { word: '$5', say: 'a fiver' },
      ],
    });
    expect(inside('CONTOSO and Contoso Bank, not Contosos: a gif, 24/7 for $5', style)).toBe(
      '<sub alias="con &lt;toe&gt; so">CONTOSO</sub> and <sub alias="the bank">Contoso Bank</sub>, not Contosos: ' +
        'a <phoneme alphabet="ipa" ph="dʒɪf">gif</phoneme>, <sub alias="around the clock">24/7</sub> for <sub alias="a fiver">$5</sub>',
    );
  });

  it('names its language to a voice of another one, where the voice takes that', () => {
    const root = (style: SpeechStyle): string => toSsml('a', style).replace('http://www.w3.org/2001/10/synthesis', '');
    expect(root(styleOf('es-MX', { voice: 'en-US-AvaMultilingualNeural' }))).toBe(
      '<speak version="1.0" xmlns="" xml:lang="en-US"><voice name="en-US-AvaMultilingualNeural"><lang xml:lang="es-MX">a</lang></voice></speak>',
    );
    expect(root(styleOf('es-MX', { voice: 'es-ES-ElviraNeural' }))).toBe(
      '<speak version="1.0" xmlns="" xml:lang="es-MX"><voice name="es-ES-ElviraNeural">a</voice></speak>',
    );
    expect(root(styleOf('es-MX', { voice: "our '<voice>&" }))).toContain('name="our &apos;&lt;voice&gt;&amp;">');
  });

  it('is never markup, whoever wrote it', () => {
    expect(inside('Tom & "Jerry" </voice><audio src="x"/> it’s 1 < 2')).toBe('Tom &amp; "Jerry" it’s 1 &lt; 2');
    expect(inside('&lt;break time="10s"/&gt;')).toBe('&lt;break time="10s"/&gt;');
  });

  const hostile = fc.constantFrom(
    ...[
      '<',
      '>',
      '&',
      '"',
      "'",
      ']]>',
      '&#x0;',
      '&amp;lt;',
      '\uffff',
      '\ud800',
      '*',
      '_',
      '[',
      '](',
      '[^1]:',
      '|',
      '`',
    ],
    ...[
      '$5',
      '12345',
      '-',
      ' ',
      '\n',
      '</speak>',
      '<say-as',
      '@',
      'a.com',
      '%',
      '9:30',
      '2026-01-02',
      'Contoso',
      '3rd',
    ],
  );
  const replies = fc.oneof(
    anyText(300),
    fc.array(hostile, { maxLength: 60, size: 'max' }).map((parts) => parts.join('')),
  );
  const styles = fc.constantFrom('en-US', 'en-GB', 'es-ES', 'es-MX', 'de-DE', 'cs-CZ').map((language) =>
    styleOf(language, {
      voice: 'en-US-AvaMultilingualNeural',
      lexicon: [
        { word: 'Contoso', say: '"<&>' },
        { word: '(', say: 'open' },
        { word: '[a-z]+', ipa: 'a' },
      ],
    }),
  );

  it('is well-formed, whatever it is, and has no element that is not ours', () => {
    fc.assert(
      fc.property(replies, styles, (reply, style) => {
        const ssml = ssmlOf(reply, style);
        expect(parseSsml(ssml)).toMatchObject({ ok: true });
        expect(ssml.isWellFormed()).toBe(true);
        for (const [, name] of ssml.matchAll(/<\/?([^\s/>]*)/g)) {
          expect(['speak', 'voice', 'lang', 'say-as', 'sub', 'phoneme']).toContain(name);
        }
        expect(ssml).not.toMatch(/&(?!(?:amp|lt|gt|quot|apos);)/);
        expect(ssml).not.toMatch(/[^\t\n\r\u{20}-\u{d7ff}\u{e000}-\u{fffd}\u{10000}-\u{10ffff}]/u);
      }),
      { numRuns: 500 },
    );
  });

  it('keeps every letter and digit of plain words', () => {
    const words = fc.array(fc.stringMatching(/^[a-zA-Z]{1,12}$/), { minLength: 1 }).map((parts) => parts.join(' '));
    fc.assert(
      fc.property(words, (text) => {
        expect(speakable(text)).toBe(text);
        expect(inside(text)).toBe(text);
      }),
    );
  });

  it('is what stands inside the markup, whatever the markup', () => {
    const word = fc.stringMatching(/^[a-z]{1,8}$/);
    const wraps = [
      ...['**', '*', '_', '__', '~~', '`', '***'].map((mark) => (text: string) => mark + text + mark),
      (text: string) => `[${text}](https://contoso.example/a_(b)?c=*d*)`,
      (text: string) => `<b>${text}</b>`,
      (text: string) => `<a href="https://contoso.example">${text}</a>`,
      (text: string) => `${text}[^1]`,
      (text: string) => `${text} 【3†a】`,
      (text: string) => `${text} 👍🏽`,
      (text: string) => `https://contoso.example/x ${text}`,
      (text: string) => `\n\n## ${text}\n`,
      (text: string) => `\n- ${text}\n`,
      (text: string) => `\n| ${text} |\n|---|\n`,
      (text: string) => `\n\`\`\`js\nlet a = "b";\n\`\`\`\n${text}`,
    ];
    const piece = fc.record({ text: word, wrap: fc.nat({ max: wraps.length - 1 }) });
    fc.assert(
      fc.property(fc.array(piece, { minLength: 1, maxLength: 12 }), (pieces) => {
        const written = pieces.map(({ text, wrap }) => wraps[wrap]!(text)).join(' ');
        expect(speakable(written)).toBe(pieces.map(({ text }) => text).join(' '));
      }),
      { numRuns: 300 },
    );
  });

  it.each(['*', '[', '<', '_', '`', '|', ' ', '1', '1 ', '-', 'a@', 'a.', '[a](', '$1.', '=-', '•', '9:'])(
    'is made in no time when it is nothing but %j',
    (piece) => {
      const text = piece.repeat(100_000 / piece.length);
      // A quadratic reading would take many times the time a test has.
      expect(ssmlOf(text).length).toBeLessThan(200_000);
    },
  );
});
