import { acsTokenValidator } from '#adapters/acs-tokens/token-validator';
import { loadCatalogue } from '#adapters/agents/agent-folder';
import { azureLanguageModel } from '#adapters/azure-openai/language-model';
import { azureSpeechToText } from '#adapters/azure-speech/speech-to-text';
import { azureTextToSpeech } from '#adapters/azure-speech/text-to-speech';
import { acsCallControl } from '#adapters/call-automation/call-control';
import { systemClock } from '#adapters/clock/system-clock';
import { emptyDirectory, fileDirectory } from '#adapters/customers/file-directory';
import type { Log } from '#adapters/logging/logger';
import { tableCallStore } from '#adapters/storage/table-call-store';
import { tableSessionStore } from '#adapters/storage/table-session-store';
import { FrameClock } from './audio/frame-clock.ts';
import { fvadDetectors } from './audio/voice-detector.ts';
import type { BridgeConfig } from './config.ts';
import type { BridgeServices } from './server.ts';

export interface Composed {
  readonly services: BridgeServices;
  /** Gives back what the services keep open between calls. */
  readonly close: () => void;
}

/** Everything a call needs, made once. Throws `ConfigurationError` for a wrong agent or customer file. */
export async function compose(config: BridgeConfig, log: Log): Promise<Composed> {
  const clock = systemClock();
  const textToSpeech = azureTextToSpeech(config.speech);
  textToSpeech.warm();
  return {
    services: {
      agents: loadCatalogue(config.agents),
      validateToken: acsTokenValidator(config.tokens),
      missingToken: config.listen.missingToken,
      ticketSecret: config.ticket.secret,
      callbackBaseUrl: config.callbackBaseUrl,
      transfer: config.transfer,
      calls: tableCallStore(config.storage),
      sessions: tableSessionStore(config.storage),
      customers: config.customers.file === undefined ? emptyDirectory() : fileDirectory(config.customers.file),
      control: acsCallControl(config.callControl),
      model: azureLanguageModel(config.languageModel),
      speechToText: azureSpeechToText(config.speech, log),
      textToSpeech,
      detectors: await fvadDetectors(),
      frameClock: new FrameClock(clock),
      clock,
      log,
    },
    close: () => textToSpeech.close(),
  };
}
