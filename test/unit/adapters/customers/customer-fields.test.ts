import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseFields, readCustomer, type CustomerFields } from '#adapters/customers/customer-fields';

function fields(text: string): CustomerFields {
  const parsed = parseFields(text);
  if (typeof parsed === 'string') throw new Error(parsed);
  return parsed;
}
const plain = fields('id=id,name=name,language=language,facts=facts');
const read = (text: string, answer: unknown) => readCustomer(fields(text), JSON.stringify(answer));

describe('the answer of a customer service', () => {
  it('is read where the settings say', () => {
    const answer = {
      total: 1,
      items: [
        { key: 4711, person: { full: ' Maria\nSilva ', locale: 'es_MX' }, cards: [{ label: 'Gold' }], vip: true },
      ],
    };
    const paths =
      'id=items.0.key, name=items.0.person.full, language=items.0.person.locale, facts.card=items.0.cards.0.label, facts.vip=items.0.vip, facts.none=items.0.none';
    expect(read(paths, answer)).toEqual({
      kind: 'customer',
      customer: { id: '4711', name: 'Maria Silva', language: 'es-MX', facts: { card: 'Gold', vip: 'true' } },
    });
  });

  it('is nobody when the list is empty, and when it has several: nobody knows which of them is calling', () => {
    expect(read('id=items.0.id,name=items.0.name', { items: [] })).toEqual({ kind: 'nobody' });
    const two = [{ id: 1 }, { id: 2 }];
    expect(read('id=items.0.id,name=items.0.name', { items: two })).toEqual({ kind: 'nobody' });
    expect(read('id=0.id,name=0.name', two)).toEqual({ kind: 'nobody' });
    expect(read('id=id,name=name', null)).toEqual({ kind: 'nobody' });
  });

  it('is unreadable without an id, or with one too long to be one', () => {
    for (const answer of [{}, { id: '' }, { id: {} }, { id: 'x'.repeat(101) }, 'text', 7]) {
      expect(read('id=id,name=name', answer)).toEqual({ kind: 'unreadable' });
    }
  });

  it('is bounded and plain whatever it is', () => {
    const anyAnswer = fc.record(
      {
        id: fc.oneof(fc.string({ unit: 'grapheme', maxLength: 200 }), fc.integer(), fc.jsonValue()),
        name: fc.oneof(fc.string({ unit: 'binary', maxLength: 400 }), fc.jsonValue()),
        language: fc.oneof(fc.string(), fc.jsonValue()),
        facts: fc.oneof(
          fc.dictionary(fc.string({ maxLength: 150 }), fc.string(), { minKeys: 25, maxKeys: 60 }),
          fc.jsonValue(),
        ),
      },
      { requiredKeys: [] },
    );
    fc.assert(
      fc.property(anyAnswer, (answer) => {
        const reading = readCustomer(plain, JSON.stringify(answer));
        if (reading.kind !== 'customer') return;
        const { id, name, language, facts } = reading.customer;
        expect(id.length).toBeGreaterThan(0);
        expect(id.length).toBeLessThanOrEqual(100);
        expect(name.length).toBeLessThanOrEqual(200);
        expect(language ?? 'en').toMatch(/^[A-Za-z0-9-]{2,44}$/);
        expect(Object.keys(facts).length).toBeLessThanOrEqual(30);
        const texts = [id, name, ...Object.keys(facts), ...Object.values(facts)];
        expect(texts.filter((text) => text.length > 500 || /\p{Cc}/u.test(text) || !text.isWellFormed())).toEqual([]);
      }),
    );
    fc.assert(
      fc.property(fc.string(), (body) => {
        expect(['unreadable', 'nobody']).toContain(readCustomer(plain, body).kind);
      }),
    );
  });

  it('has no fact that trips whoever copies it', () => {
    const body = '{"id":"C-1","name":"Ana","facts":{"__proto__":{"id":"admin"},"constructor":"x","plan":"Gold"}}';
    expect(readCustomer(plain, body)).toMatchObject({ customer: { facts: { constructor: 'x', plan: 'Gold' } } });
    expect(({} as Record<string, unknown>)['id']).toBeUndefined();
  });
});

describe('the setting that says where', () => {
  it.each(['', 'id=id', 'name=name', 'id=id,name=name,age=age', 'id=id,name=a..b', 'id=id,name=$.x', 'id=id,name=a=b'])(
    'is explained when it is "%s"',
    (text) => {
      expect(parseFields(text)).toMatch(/^expected .*id/);
    },
  );
});
