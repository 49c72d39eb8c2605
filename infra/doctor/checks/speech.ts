import { azureSpeechToText } from '#adapters/azure-speech/speech-to-text';
import { azureTextToSpeech } from '#adapters/azure-speech/text-to-speech';
import type { BridgeConfig } from '../../../media-bridge/config.ts';
import type { Log } from '#adapters/logging/logger';
import type { Locale } from '#core/language/locale';
import { toSsml } from '#core/conversation/speakable';
import { reasonOf } from '../../tool/reason-of.ts';
import { broken, well, type Check } from '../check.ts';

type SpeechService = BridgeConfig['speech']['services'][number];

const REMEDY =
  'look at SPEECH_ENDPOINT or SPEECH_REGION and SPEECH_KEY; an identity needs Cognitive Services Speech User and an endpoint with a name of its own (infra/modules/speech.bicep)';

/** Whether the service speaks with the voice of an agent. */
export function voiceCheck(service: SpeechService, locale: Locale, region: 'first' | 'second'): Check {
  return {
    name: `speech out, ${region} region`,
    run: async (signal) => {
      const voice = azureTextToSpeech(service, { spareSockets: 0 });
      const asked = performance.now();
      try {
        for await (const chunk of voice.speak({ ssml: toSsml('1', locale) }, signal)) {
          if (chunk.type === 'audio')
            return well(`${locale.voice} spoke after ${Math.round(performance.now() - asked)} ms`);
        }
        return broken(`${locale.voice} made no sound`, 'see that the region has this voice');
      } catch (error) {
        return broken(reasonOf(error), REMEDY);
      } finally {
        voice.close();
      }
    },
  };
}

/** Whether the service listens. */
export function earCheck(
  service: SpeechService,
  recognition: BridgeConfig['recognition'],
  language: string,
  region: 'first' | 'second',
  log: Log,
): Check {
  return {
    name: `speech in, ${region} region`,
    run: async (signal) => {
      try {
        const ear = await azureSpeechToText(service, log, recognition).open(
          { languages: [language], phrases: [] },
          signal,
        );
        await ear.close();
        return well(`listens for ${language}`);
      } catch (error) {
        return broken(reasonOf(error), REMEDY);
      }
    },
  };
}
