import { Recognizer, SpeechConfig } from 'microsoft-cognitiveservices-speech-sdk';
import { WebsocketMessageAdapter } from 'microsoft-cognitiveservices-speech-sdk/distrib/lib/src/common.browser/WebsocketMessageAdapter.js';
import { lazyAzureCredential } from '../identity/lazy-credential.ts';
import type { SpeechService } from './settings.ts';

/** The SDK counts time in ticks of 100 ns. */
export const TICKS_PER_MS = 10_000;

/** The SDK also writes key or token into the URL of its sockets: never log that URL. */
export function speechConfigFor(service: SpeechService): SpeechConfig {
  // A switch of the whole SDK: without it, errors and timings of recognitions go to Microsoft.
  Recognizer.enableTelemetry(false);
  // Another: without it the SDK takes Node's own WebSocket, which costs more for each message.
  WebsocketMessageAdapter.forceNpmWebSocket = true;
  switch (service.by) {
    case 'host':
      return SpeechConfig.fromHost(service.host, service.key);
    case 'endpoint':
      return service.key === undefined
        ? SpeechConfig.fromEndpoint(service.endpoint, lazyAzureCredential())
        : SpeechConfig.fromEndpoint(service.endpoint, service.key);
    case 'region':
      return SpeechConfig.fromSubscription(service.key, service.region);
  }
}
