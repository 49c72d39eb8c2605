import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { speakableText, toSsml } from '#core/conversation/speakable';

const style = { language: 'en-US', voice: 'en-US-AvaMultilingualNeural' };
const spoken = (text: string): string =>
  /<voice name="en-US-AvaMultilingualNeural">(.*)<\/voice>/su.exec(toSsml(text, style))?.[1] ?? '';

describe('a reply that is spoken', () => {
  it.each([
    ['**Very** important, _really_ (*yes*).', 'Very important, really (yes).'],
    ['# Charges\n- one\n- two', 'Charges one two'],
    ['1. Take the card.', 'Take the card.'],
    ['> quoted\n\n---\n\nafter', 'quoted after'],
    ['See [our page](https://contoso.example/a_(b)) now.', 'See our page now.'],
    ['Look at https://contoso.example/x?y=1, please.', 'Look at, please.'],
    ['Write to www.contoso.example.', 'Write to.'],
    ['Press <b>one</b><br/>now <!-- hidden -->.', 'Press one now.'],
    ['Thanks 👍🏽 👩‍👩‍👧 🇪🇸 1️⃣!', 'Thanks 1!'],
    ['```js\nlet a;\n``` Done', 'Done'],
    ['snake_case and 5 * 3 * 2', 'snake_case and 5 * 3 * 2'],
    ['| a | b |', 'a b'],
    ['Marks &amp; Spencer&nbsp;Ltd', 'Marks & Spencer Ltd'],
    ['', ''],
  ])('has nothing in it that nobody can say: %j', (written, said) => {
    expect(speakableText(written)).toBe(said);
  });

  it.each([
    ['You paid $42.10.', 'You paid <say-as interpret-as="currency">$42.10</say-as>.'],
    ['It is $12345.67 in all', 'It is <say-as interpret-as="currency">$12345.67</say-as> in all'],
    ['Son 42,10 € en total', 'Son <say-as interpret-as="currency">42,10 €</say-as> en total'],
    ['A charge of 42.10 USD', 'A charge of <say-as interpret-as="currency">42.10 USD</say-as>'],
    ['on 2026-11-03.', 'on <say-as interpret-as="date" format="ymd">2026-11-03</say-as>.'],
    ['Call +1 800 555 0110.', 'Call <say-as interpret-as="telephone">+1 800 555 0110</say-as>.'],
    ['Call (800) 555-0110.', 'Call <say-as interpret-as="telephone">(800) 555-0110</say-as>.'],
    ['Call 1-800-555-0110.', 'Call <say-as interpret-as="telephone">1-800-555-0110</say-as>.'],
    ['Account 1234567', 'Account <say-as interpret-as="characters">1234567</say-as>'],
    ['In 2026 there were 12345.5 of 9999', 'In 2026 there were 12345.5 of 9999'],
  ])('is read as it is meant: %j', (written, ssml) => {
    expect(spoken(written)).toBe(ssml);
  });

  it('is never markup, whoever wrote it', () => {
    expect(spoken('Tom & "Jerry" </voice><audio src="x"/> 1 < 2')).toBe('Tom &amp; &quot;Jerry&quot; 1 &lt; 2');
    expect(toSsml('a', { language: 'en"><x', voice: "v'&" })).toBe(
      '<speak version="1.0" xmlns="http://www.w3.org/2001/10/synthesis" xml:lang="en&quot;&gt;&lt;x">' +
        '<voice name="v&apos;&amp;">a</voice></speak>',
    );
  });

  const replies = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 300, size: 'max' }),
    fc
      .array(
        fc.constantFrom(
          '<',
          '>',
          '&',
          '"',
          ']]>',
          '&#x0;',
          '\uffff',
          '\ud800',
          '*',
          '_',
          '[',
          '](',
          '$5',
          '12345',
          ' ',
          '</speak>',
        ),
        {
          maxLength: 60,
          size: 'max',
        },
      )
      .map((parts) => parts.join('')),
  );

  it('is well-formed, whatever it is', () => {
    fc.assert(
      fc.property(replies, (reply) => {
        const inside = spoken(reply);
        expect(inside.replace(/<say-as interpret-as="[a-z]+"(?: format="ymd")?>|<\/say-as>/g, '')).not.toMatch(
          /[<>"']|&(?!(?:amp|lt|gt|quot|apos);)/,
        );
        expect(inside).not.toMatch(/[^\t\n\r\u{20}-\u{d7ff}\u{e000}-\u{fffd}\u{10000}-\u{10ffff}]/u);
        expect(inside.split('<say-as').length).toBe(inside.split('</say-as>').length);
      }),
      { numRuns: 500 },
    );
  });

  it('keeps every letter and digit of plain words', () => {
    const words = fc.array(fc.stringMatching(/^[a-zA-Z0-9]{1,12}$/), { minLength: 1 }).map((parts) => parts.join(' '));
    fc.assert(
      fc.property(words, (text) => {
        expect(speakableText(text)).toBe(text);
      }),
    );
  });
});
