import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { SpeechServer } from '../../../emulator/speech/server.ts';
import {
  PropertyId,
  ResultReason,
  callerAudio,
  listen,
  putControl,
  recognizeOnce,
  silence,
  speechConfig,
  startServer,
} from './speech-support.ts';

const PHRASES = [
  'I want to dispute a charge',
  'Yes please',
  'Can I talk to a person',
  'What is my balance',
  'No thank you',
];

let server: SpeechServer;
beforeAll(async () => {
  server = await startServer();
  const response = await putControl(server, 'phrases/test', { language: 'en-US', phrases: PHRASES });
  expect(response.status).toBe(200);
});
afterAll(() => server.close());

async function said(text: string): Promise<Buffer> {
  return Buffer.concat([silence(400), await callerAudio(server, text), silence(800)]);
}

describe('the Speech SDK listening to a call', () => {
  it('hears one phrase after the other on one connection, with confidence and times', async () => {
    const ear = await listen(speechConfig(server));
    ear.push(await said('I want to dispute a charge'));
    const first = await ear.nextResult();
    ear.push(await said('Yes please'));
    const second = await ear.nextResult();
    await ear.stop();
    expect([first.text, second.text]).toEqual(['I want to dispute a charge', 'Yes please']);
    const detail = JSON.parse(first.json) as { NBest: { Confidence: number; Lexical: string }[] };
    expect(detail.NBest[0]?.Confidence).toBeGreaterThan(0.8);
    expect(detail.NBest[0]?.Lexical).toBe('i want to dispute a charge');
    expect(first.offset / 10_000).toBeGreaterThanOrEqual(300);
    expect(second.offset).toBeGreaterThan(first.offset + first.duration);
  });

  it('is told the words while they are spoken', async () => {
    const ear = await listen(speechConfig(server));
    ear.push(await said('I want to dispute a charge'));
    await ear.nextResult();
    await ear.stop();
    expect(ear.partials.length).toBeGreaterThan(0);
    for (const partial of ear.partials) expect('i want to dispute a charge').toContain(partial);
  });

  it('hears the end of the audio as the end of the phrase', async () => {
    const ear = await listen(speechConfig(server));
    ear.push(await callerAudio(server, 'Can I talk to a person'));
    ear.endOfAudio();
    expect((await ear.nextResult()).text).toBe('Can I talk to a person');
    await ear.canceled;
    await ear.stop();
  });

  it('reports speech that no phrase fits as no match', async () => {
    const ear = await listen(speechConfig(server));
    ear.push(await said('The weather in Lisbon was wonderful'));
    const result = await ear.nextResult();
    await ear.stop();
    expect(result.reason).toBe(ResultReason.NoMatch);
  });

  it('waits as long as the client asked before it ends a phrase', async () => {
    const config = speechConfig(server);
    config.setProperty(PropertyId.Speech_SegmentationSilenceTimeoutMs, '1500');
    const ear = await listen(config);
    ear.push(Buffer.concat([await callerAudio(server, 'Yes please'), silence(1000)]));
    ear.push(Buffer.concat([await callerAudio(server, 'Yes please'), silence(1600)]));
    const result = await ear.nextResult();
    await ear.stop();
    expect(result.duration / 10_000).toBeGreaterThan(1500);
    expect(ear.results).toHaveLength(1);
  });

  it('understands five callers at once, each their own words', async () => {
    const heard = await Promise.all(
      PHRASES.map(async (phrase) => {
        const ear = await listen(speechConfig(server));
        ear.push(await said(phrase));
        const { text } = await ear.nextResult();
        await ear.stop();
        return text;
      }),
    );
    expect(heard).toEqual(PHRASES);
  });

  it('answers one-shot recognition with one result', async () => {
    const result = await recognizeOnce(speechConfig(server), await said('No thank you'));
    expect(result.text).toBe('No thank you');
  });

  it('answers one-shot recognition of silence with no match', async () => {
    const result = await recognizeOnce(speechConfig(server), silence(6000));
    expect(result.reason).toBe(ResultReason.NoMatch);
  });
});

describe('phrases', () => {
  it('are only recognised in their language and until they are deleted', async () => {
    await putControl(server, 'phrases/german', { language: 'de-DE', phrases: ['The green house'] });
    const english = await recognizeOnce(speechConfig(server), await said('The green house'));
    expect(english.reason).toBe(ResultReason.NoMatch);
    await putControl(server, 'phrases/soon-gone', { language: 'en-us', phrases: ['The green house'] });
    const known = await recognizeOnce(speechConfig(server), await said('The green house'));
    expect(known.text).toBe('The green house');
    await fetch(`${server.url}/control/phrases/soon-gone`, { method: 'DELETE' });
    const deleted = await recognizeOnce(speechConfig(server), await said('The green house'));
    expect(deleted.reason).toBe(ResultReason.NoMatch);
  });

  it('of two sentences are heard as one or, with a pause between, as two', async () => {
    await putControl(server, 'phrases/two', { language: 'en-US', phrases: ['It was last Tuesday. I was in London.'] });
    const ear = await listen(speechConfig(server));
    ear.push(await said('It was last Tuesday.'));
    expect((await ear.nextResult()).text).toBe('It was last Tuesday.');
    await ear.stop();
  });
});
