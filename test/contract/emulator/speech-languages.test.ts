import {
  AutoDetectSourceLanguageConfig,
  LanguageIdMode,
  type SpeechConfig,
} from 'microsoft-cognitiveservices-speech-sdk';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { SpeechServer } from '../../../emulator/speech/server.ts';
import {
  PropertyId,
  ResultReason,
  callerAudio,
  listen,
  putControl,
  silence,
  speechConfig,
  startServer,
  type Listening,
} from './speech-support.ts';

let server: SpeechServer;
beforeAll(async () => {
  server = await startServer();
  await putControl(server, 'phrases/english', { language: 'en-US', phrases: ['I want to dispute a charge'] });
  await putControl(server, 'phrases/spanish', { language: 'es-ES', phrases: ['Quiero hablar con una persona'] });
});
afterAll(() => server.close());

async function said(text: string): Promise<Buffer> {
  return Buffer.concat([silence(400), await callerAudio(server, text), silence(800)]);
}

/** The universal endpoint: where the SDK goes in a region, and what identification needs. */
function universal(): SpeechConfig {
  const config = speechConfig(server);
  config.setProperty(PropertyId.SpeechServiceConnection_RecognitionEndpointVersion, '2');
  return config;
}

function among(...languages: string[]): Promise<Listening> {
  const candidates = AutoDetectSourceLanguageConfig.fromLanguages(languages);
  candidates.mode = LanguageIdMode.Continuous;
  return listen(universal(), candidates);
}

describe('the Speech SDK listening for several languages', () => {
  it('is told which one each phrase was spoken in, also when the caller changes', async () => {
    const ear = await among('en-US', 'es-ES');
    ear.push(await said('I want to dispute a charge'));
    const first = await ear.nextResult();
    ear.push(await said('Quiero hablar con una persona'));
    const second = await ear.nextResult();
    await ear.stop();
    expect([first, second].map(({ text, language }) => [text, language])).toEqual([
      ['I want to dispute a charge', 'en-US'],
      ['Quiero hablar con una persona', 'es-ES'],
    ]);
    expect(second.languageDetectionConfidence).toBe('High');
  });

  it('does not hear a language that is no candidate', async () => {
    const ear = await among('en-US', 'fr-FR');
    ear.push(await said('Quiero hablar con una persona'));
    expect((await ear.nextResult()).reason).toBe(ResultReason.NoMatch);
    await ear.stop();
  });

  it('is refused more than ten candidates', async () => {
    const ear = await among(...Array.from({ length: 11 }, (_, index) => `x${'abcdefghijk'.charAt(index)}-US`));
    ear.push(await said('I want to dispute a charge'));
    expect(await ear.canceled).toMatch(/1007/);
  });
});

describe('the universal endpoint', () => {
  it('hears one language as the older endpoint does, and names none', async () => {
    const ear = await listen(universal());
    ear.push(await said('I want to dispute a charge'));
    const { text, json } = await ear.nextResult();
    await ear.stop();
    expect(text).toBe('I want to dispute a charge');
    expect(json).not.toContain('PrimaryLanguage');
  });
});
