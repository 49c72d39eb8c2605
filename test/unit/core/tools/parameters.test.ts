import { Ajv2020 } from 'ajv/dist/2020.js';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { argumentsSchema, readArguments } from '#core/tools/parameters';
import { toolWith } from '../../../support/tool.ts';

const { parameters } = toolWith({
  parameters: {
    order_id: { type: 'string', description: 'Eight digits.', pattern: String.raw`\d{8}` },
    size: { type: 'string', description: 'Which.', enum: ['small', 'large'], required: false },
    count: { type: 'integer', description: 'How many.', minimum: 1, maximum: 5, required: false },
    price: { type: 'number', description: 'How much.', required: false },
    express: { type: 'boolean', description: 'Soon?', required: false },
  },
});
const read = (written: unknown) => readArguments(parameters, JSON.stringify(written));
const order = { order_id: '12345678' };

describe('what the model gives to a tool', () => {
  it('is taken when it is what was asked for', () => {
    expect(read({ ...order, size: 'large', count: 2, price: 1.5, express: false })).toEqual({
      ok: true,
      values: new Map<string, unknown>([
        ['order_id', '12345678'],
        ['size', 'large'],
        ['count', 2],
        ['price', 1.5],
        ['express', false],
      ]),
    });
  });

  it('may leave out what is optional, or say that it is nothing', () => {
    expect(read({ ...order, size: null })).toEqual({ ok: true, values: new Map([['order_id', '12345678']]) });
  });

  it('may have numbers in quotes, and numbers where text is wanted: models mix them up', () => {
    expect(read({ order_id: 12345678, count: '3' })).toEqual({
      ok: true,
      values: new Map<string, unknown>([
        ['order_id', '12345678'],
        ['count', 3],
      ]),
    });
  });

  it.each<[string, unknown, string]>([
    ['lacks something', {}, 'order_id is missing.'],
    ['does not match', { order_id: '12345678 or more' }, String.raw`order_id does not match \d{8}.`],
    ['matches only in part', { order_id: 'x12345678' }, String.raw`order_id does not match \d{8}.`],
    ['is empty', { order_id: ' ' }, 'order_id is empty.'],
    ['is of another kind', { order_id: { $ne: 1 } }, 'order_id is no string.'],
    ['is none of the choices', { ...order, size: 'huge' }, 'size is none of small, large.'],
    ['is too small', { ...order, count: 0 }, 'count is less than 1.'],
    ['is too large', { ...order, count: 6 }, 'count is more than 5.'],
    ['is no whole number', { ...order, count: 1.5 }, 'count is no integer.'],
    ['is no number at all', { ...order, price: '0x10' }, 'price is no number.'],
    ['is no truth value', { ...order, express: 'yes' }, 'express is no boolean.'],
    ['is too long', { order_id: '1'.repeat(201) }, 'order_id is longer than 200 characters.'],
    ['is wrong in two ways', { count: 9 }, 'order_id is missing; count is more than 5.'],
    ['is no object', [], 'The arguments are not a JSON object.'],
  ])('is told to the model when it %s', (_, written, problem) => {
    expect(read(written)).toEqual({ ok: false, problem });
  });

  it('has no parameters but those of the tool, whatever they are called', () => {
    const problem = 'There are no parameters but: order_id, size, count, price, express.';
    for (const json of ['{"order_id":"12345678","secret":"CRM_KEY"}', '{"__proto__":{"order_id":"12345678"}}']) {
      expect(readArguments(parameters, json)).toEqual({ ok: false, problem });
    }
    expect(readArguments(parameters, '{"constructor":"x"}')).toEqual({ ok: false, problem });
  });

  it('is not read at all when it is endless, or no JSON', () => {
    for (const json of ['{', 'order 7', `{"order_id":"${'1'.repeat(20_000)}"}`]) {
      expect(readArguments(parameters, json)).toEqual({ ok: false, problem: 'The arguments are not a JSON object.' });
    }
  });

  it('is one line without control characters, whatever was written', () => {
    const free = toolWith().parameters;
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        const reading = readArguments(free, JSON.stringify({ order_id: text }));
        const value = reading.ok ? String(reading.values.get('order_id')) : '';
        expect(value).not.toMatch(/\p{Cc}/u);
        expect(value.isWellFormed()).toBe(true);
      }),
    );
  });

  it('is described to the model as it is checked', () => {
    const validate = new Ajv2020({ strict: false }).compile(argumentsSchema(parameters));
    expect(validate({ ...order, size: 'large', count: 2 })).toBe(true);
    for (const wrong of [{}, { order_id: 'x12345678' }, { ...order, size: 'huge' }, { ...order, other: 1 }]) {
      expect(validate(wrong)).toBe(false);
    }
  });
});
