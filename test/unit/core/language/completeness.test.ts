import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { howComplete, type Completeness } from '#core/language/completeness';
import { packOf } from '../../../support/language-packs.ts';

const english = packOf('en');
const spanish = packOf('es');

type Cases = Readonly<Record<Completeness, readonly string[]>>;

const inEnglish: Cases = {
  finished: [
    'I lost my card.',
    'Where is my card?',
    'Who am I speaking with?',
    'Where are you from?',
    'What is it for?',
    'Yes.',
    'No thanks',
    'okay',
    'Please.',
    'Thank you very much',
    'That is all, goodbye',
    'I think so.',
    'Not that I know of.',
    "I'll wait.",
    "I don't want to.",
    'I know where it is.',
    'I have two.',
    'At five.',
    'The first one.',
    'Two.',
    'Twenty-five.',
    'It was in 2019.',
    'I was born on March 3, 1985.',
    'I have been with you since 2020.',
    'They charged me $42.10.',
    'I paid 42.50.',
    'About 25%.',
    'It closes at 5:30.',
    'On the 3rd.',
    'It is forty dollars.',
    'I would like to pay 250.',
    'Is it 4242?',
    'I need two hundred and fifty.',
    '4111 1111 1111 1111.',
  ],
  plain: ['I lost my card', 'it does not work', 'I have two', 'my card was stolen yesterday'],
  unfinished: [
    'I want to.',
    'I lost my card and.',
    'And.',
    'Um.',
    'So',
    'It is about my.',
    'Because I',
    'Can you tell me the?',
    'My name is.',
    'I would like to',
    'I was charged by',
    'What is my?',
    'Well, I thought,',
    'It started when I...',
    'The thing is —',
    'Could you please.',
    'Hold on.',
    'My name is Mr.',
  ],
  dictating: [
    'My card number is 4242.',
    'Four two four two.',
    'five five five',
    'It ends in 42.',
    'My account number is two.',
    'My number is double',
    '555.',
    "It's 555.",
    '555-0110.',
    '+1 800 555 0110.',
    'It is 5550110.',
    '4111 1111 1111.',
    'My zip code is 98052.',
    'one two three, um',
    'Five five five and',
    'The code is 12',
    'fifty five twenty two',
    'My postcode is SW1A 2AA 1',
  ],
};

const inSpanish: Cases = {
  finished: [
    'He perdido mi tarjeta.',
    '¿Dónde está mi tarjeta?',
    '¿De dónde es?',
    'Sí.',
    'si',
    'No, gracias.',
    'Muchas gracias',
    'Eso es todo',
    'Tengo dos.',
    'A las cinco.',
    'Fue en 2019.',
    'Me cobraron 42,10 €.',
    'Cierra a las 17:30.',
    'El 3.º.',
    'Son cuarenta euros.',
    'Somos treinta y cinco.',
    'Nací el 3 de marzo de 1985.',
    'No lo quiero.',
    'No la tengo.',
  ],
  plain: ['he perdido la tarjeta', 'no me funciona'],
  unfinished: [
    'Quiero.',
    'He perdido la tarjeta y.',
    'Es que.',
    'Eh.',
    'Llamo por',
    'Mi número es',
    'Me cobraron un',
    'Quisiera hablar con',
    '¿Me puede decir el?',
    'Este...',
    'Lo que pasa es que',
  ],
  dictating: [
    'Mi número es 555.',
    'Cuatro dos cuatro dos.',
    'Termina en 42.',
    'Es el seis cincuenta y dos cuarenta y uno',
    'La tarjeta acabada en cuatro',
    '91 123 45.',
    'cinco cinco cinco eh',
    'Mi código postal es 28013.',
    'noventa y uno ciento veintitrés',
  ],
};

const rows = (cases: Cases) =>
  Object.entries(cases).flatMap(([completeness, texts]) => texts.map((text) => [text, completeness] as const));

describe('what a caller has said so far', () => {
  it.each(rows(inEnglish))('%j is %s', (text, completeness) => {
    expect(howComplete(text, english)).toBe(completeness);
  });

  it.each(rows(inSpanish))('%j is %s in Spanish', (text, completeness) => {
    expect(howComplete(text, spanish)).toBe(completeness);
  });

  it('may be anything at all, of any length', () => {
    const words = fc.constantFrom(
      'and',
      'five',
      '555',
      'the',
      'y',
      'dos',
      '-',
      '$',
      '4.5',
      'is',
      '?',
      '.',
      '3rd',
      'A1',
    );
    const texts = fc.oneof(
      fc.string({ unit: 'grapheme' }),
      fc.array(words).map((parts) => parts.join(' ')),
    );
    fc.assert(
      fc.property(texts, fc.constantFrom(english, spanish), (text, pack) => {
        expect(['finished', 'plain', 'unfinished', 'dictating']).toContain(howComplete(text, pack));
      }),
    );
    expect(howComplete('five '.repeat(50_000), english)).toBe('plain');
  });
});
