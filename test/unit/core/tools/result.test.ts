import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { resultText } from '#core/tools/result';
import { toolWith } from '../../../support/tool.ts';

const answer = JSON.stringify({
  status: 'sent',
  delivery: { date: '2027-01-02', by: 'post' },
  items: [{ name: 'card', price: 1 }, { name: 'PIN' }],
  internal: 'margin 40 %',
});

describe('what the model gets of an answer', () => {
  it('is what the tool names, and nothing else', () => {
    expect(
      resultText(toolWith({ result: ['status', 'delivery.date', 'items.name', 'items.price', 'gone'] }), answer),
    ).toBe('{"status":"sent","delivery.date":"2027-01-02","items.name":["card","PIN"],"items.price":[1,null]}');
  });

  it('is all of it when the tool names nothing, within bounds', () => {
    expect(resultText(toolWith(), answer)).toBe(answer);
    expect(resultText(toolWith({ resultMaxChars: 50 }), answer)).toHaveLength(50);
  });

  it('is a line of text when it is no JSON', () => {
    expect(resultText(toolWith(), 'On its way.\r\n\u0000Soon.')).toBe('On its way. Soon.');
  });

  it('is nothing when it cannot be read and the tool says what may be shown', () => {
    expect(resultText(toolWith({ result: ['status'] }), '{"status":"sent","internal":"margin')).toBeUndefined();
  });

  it('comes from the answer itself, never from what every object has', () => {
    const tool = toolWith({ result: ['__proto__', 'constructor.name', 'toString', 'delivery.__proto__'] });
    expect(resultText(tool, answer)).toBe('{}');
    expect(resultText(tool, '{"__proto__":"own"}')).toBe('{"__proto__":"own"}');
  });

  it('is bounded whatever the answer is', () => {
    const tool = toolWith({ result: ['a.b', 'c'], resultMaxChars: 100 });
    expect(resultText(tool, '['.repeat(60_000))).toBeUndefined();
    expect(resultText(toolWith(), `${'['.repeat(30_000)}${']'.repeat(30_000)}`)?.length).toBeLessThanOrEqual(2_000);
    fc.assert(
      fc.property(fc.oneof(fc.json(), fc.string()), (body) => {
        expect(resultText(tool, body)?.length ?? 0).toBeLessThanOrEqual(100);
      }),
    );
  });
});
