import { describe, expect, it } from 'vitest';
import { failingOverEar, failingOverModel } from '#adapters/resilience/failing-over';
import { ServicesHealth } from '#adapters/resilience/services-health';
import { PortError } from '#core/ports/error';
import type { LanguageModel } from '#core/ports/language-model';
import type { SpeechToText } from '#core/ports/speech-to-text';
import { capturedLog } from '../../../support/captured-log.ts';
import { manualClock } from '../../../support/manual-clock.ts';

const down = () => Promise.reject(new PortError('speech-to-text', 'open: 503', { retryable: true, status: 503 }));
const { signal } = new AbortController();

function watched() {
  const clock = manualClock();
  const health = new ServicesHealth();
  return { clock, health, options: { patienceMs: 2_000, clock, log: capturedLog().log, health } };
}

describe('what a bridge says of the services it needs', () => {
  it('is nothing while nothing has failed, or one request has', async () => {
    const { health, options } = watched();
    const ear: SpeechToText = { open: down };
    const hearing = failingOverEar([ear], options);
    expect(health.failing()).toEqual([]);
    await expect(hearing.open({ languages: ['en-US'], phrases: [] }, signal)).rejects.toThrow('503');
    expect(health.failing()).toEqual([]);
  });

  it('is that a service fails when it goes on failing, until it is worth another try', async () => {
    const { clock, health, options } = watched();
    const ear: SpeechToText = { open: down };
    const hearing = failingOverEar([ear], options);
    for (let time = 0; time < 2; time += 1) {
      await expect(hearing.open({ languages: ['en-US'], phrases: [] }, signal)).rejects.toThrow('503');
      await clock.advance(time === 0 ? 6_000 : 0);
    }
    expect(health.failing()).toEqual(['speech-to-text']);
    await clock.advance(11_000);
    expect(health.failing()).toEqual([]);
  });

  it('is nothing while one of two is well', async () => {
    const { clock, health, options } = watched();
    const broken: LanguageModel = { reply: () => ({ [Symbol.asyncIterator]: () => ({ next: down }) }) };
    const well: LanguageModel = {
      async *reply() {
        yield await Promise.resolve({ type: 'text', text: 'Hello.' } as const);
      },
    };
    const model = failingOverModel([broken, well], options);
    for (let time = 0; time < 3; time += 1) {
      for await (const chunk of model.reply({} as Parameters<LanguageModel['reply']>[0], signal)) {
        expect(chunk).toMatchObject({ type: 'text' });
      }
      await clock.advance(70_000);
    }
    expect(health.failing()).toEqual([]);
  });
});
