import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { redactTurns } from '#core/redaction/redact-turns';
import { TextReadings } from '#core/redaction/text-readings';
import { anyText } from '../../../support/any-text.ts';
import { packOf } from '../../../support/language-packs.ts';
import { saidSecrets } from '../../../support/said-secrets.ts';

const packs = [packOf('en'), packOf('es')];

describe('the readings of a conversation, kept', () => {
  it('make no difference to what is taken out of it, however long it becomes', () => {
    const spoken = fc.array(fc.constantFrom('my PIN is', 'for', 'to', 'one', 'double', '4111', 'card', 'ES', '.'));
    const words = fc.oneof(
      anyText(60),
      spoken.map((all) => all.join(' ')),
    );
    const turn = fc.record({
      by: fc.constantFrom('caller' as const, 'agent' as const),
      text: words,
      atMs: fc.constant(0),
      confidence: fc.constant(1),
      interrupted: fc.constant(false),
    });
    const said = fc
      .array(
        fc.oneof(
          turn.map((one) => [one]),
          saidSecrets('en').map(({ turns }) => turns),
        ),
        { maxLength: 8 },
      )
      .map((parts) => parts.flat());
    const readings = new TextReadings();
    fc.assert(
      fc.property(said, (turns) => {
        for (let length = 1; length <= turns.length; length += 1) {
          const soFar = turns.slice(0, length);
          expect(redactTurns(soFar, packs, readings)).toEqual(redactTurns(soFar, packs));
        }
      }),
      { numRuns: 60 },
    );
  });

  it('are of one text in one language', () => {
    const readings = new TextReadings();
    const [english, spanish] = [packOf('en'), packOf('es')];
    const first = readings.of('My PIN is 4711.', english);
    expect(readings.of('My PIN is 4711.', english)).toBe(first);
    expect(readings.of('My PIN is 4711.', spanish)).not.toBe(first);
    expect(readings.of('My PIN is 4712.', english)).not.toBe(first);
  });

  it('are forgotten when there are many: a call may last for hours', () => {
    const readings = new TextReadings();
    const first = readings.of('Hello.', packOf('en'));
    for (let text = 0; text < 100; text += 1) readings.of(String(text), packOf('en'));
    expect(readings.of('Hello.', packOf('en'))).not.toBe(first);
  });
});
