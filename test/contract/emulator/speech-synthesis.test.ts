import { ResultReason } from 'microsoft-cognitiveservices-speech-sdk';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { SpeechServer } from '../../../emulator/speech/server.ts';
import {
  callerAudio,
  listen,
  putControl,
  silence,
  speaker,
  speechConfig,
  ssml,
  startServer,
} from './speech-support.ts';

let server: SpeechServer;
beforeAll(async () => {
  server = await startServer();
});
afterAll(() => server.close());

describe('the Speech SDK synthesising', () => {
  it('gets raw 16 kHz audio with the words in order and inside the audio', async () => {
    const agent = speaker(speechConfig(server));
    const result = await agent.say(ssml('Hello Maria, how can I help you today?'));
    await agent.close();
    expect(result.reason).toBe(ResultReason.SynthesizingAudioCompleted);
    const durationMs = result.audioData.byteLength / 32;
    expect(durationMs).toBeGreaterThan(1000);
    expect(result.audioDuration / 10_000).toBeCloseTo(durationMs, 0);
    expect(agent.words.map(({ text }) => text)).toEqual(['Hello', 'Maria', 'how', 'can', 'I', 'help', 'you', 'today']);
    const times = agent.words.map(({ atMs }) => atMs);
    expect(times).toEqual(times.toSorted((a, b) => a - b));
    expect(times.at(-1)).toBeLessThan(durationMs);
  });

  it('gets the audio in pieces of 100 ms', async () => {
    const agent = speaker(speechConfig(server));
    await agent.say(ssml('One moment please.'));
    await agent.close();
    expect(agent.chunkBytes.length).toBeGreaterThan(5);
    expect(new Set(agent.chunkBytes.slice(0, -1))).toEqual(new Set([3200]));
  });

  it('says several utterances on one connection, each with its own times', async () => {
    const agent = speaker(speechConfig(server));
    const first = await agent.say(ssml('First.'));
    const second = await agent.say(ssml('Second.'));
    await agent.close();
    expect(first.audioData.byteLength).toBeGreaterThan(6400);
    expect(second.audioData.byteLength).toBeGreaterThan(6400);
    expect(agent.words.map(({ text }) => text)).toEqual(['First', 'Second']);
    expect(agent.words[1]!.atMs).toBeLessThan(500);
  });

  it('hears a break as silence of that length', async () => {
    const agent = speaker(speechConfig(server));
    const plain = await agent.say(ssml('Yes. No.'));
    const paused = await agent.say(ssml("Yes. <break time='700ms'/>No."));
    await agent.close();
    expect((paused.audioData.byteLength - plain.audioData.byteLength) / 32).toBe(700);
  });

  it.each([
    ['empty text', ssml('   ')],
    ['a tag that is not closed', ssml('Hello <prosody rate="fast">there')],
    ['text of a hundred thousand letters', ssml('word '.repeat(20_000))],
  ])('is told that %s cannot be spoken', async (_what, document) => {
    const agent = speaker(speechConfig(server));
    const result = await agent.say(document);
    await agent.close();
    expect(result.reason).toBe(ResultReason.Canceled);
    expect(result.errorDetails).toContain('1007');
  });

  it('frees the engine when the client leaves in the middle', async () => {
    const agent = speaker(speechConfig(server));
    const abandoned = agent.say(ssml('This is a long story. '.repeat(40)));
    abandoned.catch(() => undefined);
    await agent.close();
    const next = speaker(speechConfig(server));
    const result = await next.say(ssml('Next caller.'));
    await next.close();
    expect(result.reason).toBe(ResultReason.SynthesizingAudioCompleted);
  });
});

describe('what was synthesised', () => {
  it('is recognised again through the SDK', async () => {
    const phrase = 'I want to dispute a charge';
    await putControl(server, 'phrases/echo', { language: 'en-US', phrases: [phrase], voices: ['slt'] });
    const agent = speaker(speechConfig(server));
    const spoken = await agent.say(ssml(phrase));
    await agent.close();
    const ear = await listen(speechConfig(server));
    ear.push(Buffer.concat([silence(300), Buffer.from(spoken.audioData), silence(900)]));
    expect((await ear.nextResult()).text).toBe(phrase);
    await ear.stop();
  });

  it('sounds different for the caller and for the agent', async () => {
    const caller = await callerAudio(server, 'Good morning');
    const agent = await callerAudio(server, 'Good morning', 'en-US-AvaMultilingualNeural');
    expect(caller.equals(agent)).toBe(false);
  });
});
