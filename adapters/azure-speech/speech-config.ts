import { Recognizer, SpeechConfig } from 'microsoft-cognitiveservices-speech-sdk';
import { WebsocketMessageAdapter } from 'microsoft-cognitiveservices-speech-sdk/distrib/lib/src/common.browser/WebsocketMessageAdapter.js';
import { lazyAzureCredential } from '../identity/lazy-credential.ts';
import type { SpeechService } from './settings.ts';

/** The SDK counts time in ticks of 100 ns. */
export const TICKS_PER_MS = 10_000;

export function speechConfigFor(service: SpeechService): SpeechConfig {
  // Where there is a global WebSocket, as in Node since 22, the SDK takes itself to be in a browser and puts key and token into the URL.
  WebsocketMessageAdapter.forceNpmWebSocket = true;
  // A switch of the whole SDK: without it, errors and timings of recognitions go to Microsoft.
  Recognizer.enableTelemetry(false);
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
