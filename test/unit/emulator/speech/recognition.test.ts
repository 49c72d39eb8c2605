import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startSpeechEngine, type SpeechEngine } from '../../../../emulator/speech/engine/pool.ts';
import type { Reference } from '../../../../emulator/speech/recognition/matcher.ts';
import { referenceFeatures } from '../../../../emulator/speech/recognition/phrase-book.ts';
import { Recognition, type Heard } from '../../../../emulator/speech/recognition/recognition.ts';
import { throughTheTelephone } from './telephone.ts';

const PHRASES = [
  'I want to dispute a charge',
  'I want to know my balance',
  'Yes',
  'Yes please',
  'Could you repeat that please',
];

let engine: SpeechEngine;
let references: Reference[];
const spoken = new Map<string, Int16Array>();

beforeAll(async () => {
  engine = startSpeechEngine({ threads: 1, maxQueued: 20 });
  for (const text of [...PHRASES, 'The weather in Lisbon was wonderful']) {
    spoken.set(text, (await engine.speak(text, 'kal16')).samples);
  }
  references = PHRASES.map((text) => ({ text, frames: referenceFeatures(spoken.get(text)!) }));
}, 30_000);
afterAll(() => engine.close());

function withSilence(samples: Int16Array): Int16Array {
  const padded = new Int16Array(samples.length + 16_000 + 16_000);
  padded.set(samples, 16_000);
  return padded;
}

function hear(samples: Int16Array, pieceSamples = 1600): Heard[] {
  const options = { endSilenceMs: 500, maxSpeechMs: 30_000, initialSilenceMs: 5_000, references: () => references };
  const recognition = new Recognition(options);
  const heard: Heard[] = [];
  for (let at = 0; at < samples.length; at += pieceSamples) {
    heard.push(...recognition.push(samples.slice(at, at + pieceSamples)));
  }
  return [...heard, ...recognition.finish()];
}

function resultOf(samples: Int16Array): Heard | undefined {
  return hear(withSilence(samples)).find(({ type }) => type === 'recognised' || type === 'no-match');
}

function confidenceOf(samples: Int16Array): number {
  const result = resultOf(samples);
  if (result?.type === 'recognised') return result.match.confidence;
  return result?.type === 'no-match' ? (result.nearest?.confidence ?? 0) : 0;
}

describe('a registered phrase', () => {
  it.each(PHRASES)('is recognised through a phone line: %s', (text) => {
    expect(resultOf(throughTheTelephone(spoken.get(text)!))).toMatchObject({ type: 'recognised', match: { text } });
  });

  it.each(PHRASES)('is recognised through a noisy phone line: %s', (text) => {
    const line = throughTheTelephone(spoken.get(text)!, { noise: 50 });
    expect(resultOf(line)).toMatchObject({ type: 'recognised', match: { text } });
  });

  it('is recognised at half the level', () => {
    const quiet = spoken.get('I want to dispute a charge')!.map((sample) => sample / 2);
    expect(resultOf(quiet)).toMatchObject({ type: 'recognised', match: { text: 'I want to dispute a charge' } });
  });

  it('is less certain when 40 % of the packets are lost', () => {
    const speech = spoken.get('I want to dispute a charge')!;
    const whole = confidenceOf(throughTheTelephone(speech));
    const damaged = confidenceOf(throughTheTelephone(speech, { lossPercent: 40 }));
    expect(whole).toBeGreaterThan(0.9);
    expect(damaged).toBeLessThan(whole);
  });

  it('is not recognised when most of the packets are lost', () => {
    const line = throughTheTelephone(spoken.get('I want to know my balance')!, { lossPercent: 80 });
    expect(resultOf(line)?.type).not.toBe('recognised');
  });

  it('is not taken for a longer one that begins with it', () => {
    expect(resultOf(spoken.get('Yes')!)).toMatchObject({ match: { text: 'Yes' } });
  });

  it('gives the same events however the audio was cut into messages', () => {
    const audio = withSilence(throughTheTelephone(spoken.get('Could you repeat that please')!));
    expect(hear(audio, 77)).toEqual(hear(audio, 5000));
  });

  it('is told in growing pieces before it ends', () => {
    const heard = hear(withSilence(spoken.get('Could you repeat that please')!));
    const partials = heard.flatMap((event) => (event.type === 'hypothesis' ? [event.text] : []));
    expect(partials.length).toBeGreaterThan(0);
    for (const partial of partials) expect('could you repeat that please'.startsWith(partial)).toBe(true);
  });

  it('is placed where it was spoken', () => {
    const result = resultOf(spoken.get('I want to dispute a charge')!);
    expect(result).toMatchObject({ type: 'recognised' });
    if (result?.type !== 'recognised') return;
    expect(result.startMs).toBeGreaterThanOrEqual(900);
    expect(result.startMs).toBeLessThan(1300);
    expect(result.endMs).toBeGreaterThan(result.startMs + 800);
  });
});

describe('what is no registered phrase', () => {
  it('is no match when it is another sentence', () => {
    expect(resultOf(spoken.get('The weather in Lisbon was wonderful')!)?.type).toBe('no-match');
  });

  it('is no match when nothing is registered', () => {
    const silent = new Recognition({
      endSilenceMs: 500,
      maxSpeechMs: 9000,
      initialSilenceMs: 5000,
      references: () => [],
    });
    const heard = silent.push(withSilence(spoken.get('Yes')!));
    expect(heard.map(({ type }) => type)).toEqual(['speech-started', 'no-match']);
  });

  it('is nothing at all when it is silence, and that is told once', () => {
    expect(hear(new Int16Array(16_000 * 12))).toEqual([{ type: 'initial-silence', endMs: 5000 }]);
  });

  it('is nothing at all when it is a click or the noise of the line', () => {
    const noise = throughTheTelephone(new Int16Array(32_000), { noise: 60 });
    noise.fill(20_000, 8000, 8300);
    expect(hear(noise)).toEqual([]);
  });

  it('is cut when somebody does not stop', () => {
    const tone = Int16Array.from({ length: 16_000 * 5 }, (_, i) => 8000 * Math.sin(i / 10));
    const options = { endSilenceMs: 500, maxSpeechMs: 2000, initialSilenceMs: 5_000, references: () => references };
    const heard = new Recognition(options).push(tone);
    expect(heard.filter(({ type }) => type === 'no-match').length).toBeGreaterThanOrEqual(2);
  });
});
