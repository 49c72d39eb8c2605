import {
  AudioConfig,
  AutoDetectSourceLanguageConfig,
  LanguageIdMode,
  OutputFormat,
  PhraseListGrammar,
  PropertyId,
  SpeechRecognizer,
  type AudioInputStream,
} from 'microsoft-cognitiveservices-speech-sdk';
import type { SpeechToTextOptions } from '#core/ports/speech-to-text';
import type { RecognitionSettings } from './recognition-settings.ts';
import type { SpeechService } from './settings.ts';
import { speechConfigFor } from './speech-config.ts';

/** The SDK would hold audio back to twice the speed of speech after so much of it (its default is 5 s): ours comes at the speed of speech. */
const UNHELD_MS = 24 * 3_600_000;

/** The SDK's recogniser, ready to start: continuous, detailed results (only those have a confidence), one connection without attempts of its own. */
export function recogniserFor(
  service: SpeechService,
  { languages, phrases }: SpeechToTextOptions,
  { segmentationSilenceMs }: RecognitionSettings,
  audio: AudioInputStream,
): SpeechRecognizer {
  const config = speechConfigFor(service);
  [config.speechRecognitionLanguage] = languages;
  config.outputFormat = OutputFormat.Detailed;
  config.setProperty(PropertyId.Speech_SegmentationSilenceTimeoutMs, String(segmentationSilenceMs));
  // Read by the SDK under these names only. By itself it would connect five times in a row, and after a lost connection send all silence again.
  config.setProperty('SPEECH-Error-MaxRetryCount', '0');
  config.setProperty('SPEECH-TransmitLengthBeforThrottleMs', String(UNHELD_MS));
  const input = AudioConfig.fromStreamInput(audio);
  const recogniser =
    languages.length === 1 ? new SpeechRecognizer(config, input) : identifying(config, languages, input);
  if (phrases.length > 0) PhraseListGrammar.fromRecognizer(recogniser).addPhrases([...phrases]);
  return recogniser;
}

/** Continuous: at the start there is often only the agent to hear. */
function identifying(
  config: ReturnType<typeof speechConfigFor>,
  languages: readonly string[],
  input: AudioConfig,
): SpeechRecognizer {
  const candidates = AutoDetectSourceLanguageConfig.fromLanguages([...languages]);
  candidates.mode = LanguageIdMode.Continuous;
  // A config made from a host keeps version 1, whatever the candidates ask for; only version 2 goes on identifying.
  config.setProperty(PropertyId.SpeechServiceConnection_RecognitionEndpointVersion, '2');
  return SpeechRecognizer.FromConfig(config, candidates, input);
}
