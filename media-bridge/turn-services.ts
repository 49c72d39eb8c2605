import { azureLanguageModel, type ModelObserver } from '#adapters/azure-openai/language-model';
import { azureSpeechToText } from '#adapters/azure-speech/speech-to-text';
import { azureTextToSpeech } from '#adapters/azure-speech/text-to-speech';
import type { Log } from '#adapters/logging/logger';
import { cachingTextToSpeech } from '#adapters/resilience/caching-text-to-speech';
import { failingOverEar, failingOverModel, failingOverVoice, type Services } from '#adapters/resilience/failing-over';
import { ServicesHealth } from '#adapters/resilience/services-health';
import { countedEar } from '#adapters/telemetry/counted-ear';
import { countedErrors } from '#adapters/telemetry/counted-errors';
import type { NeededService } from '#core/admission/region';
import type { Clock } from '#core/ports/clock';
import type { LanguageModel } from '#core/ports/language-model';
import type { Telemetry } from '#core/ports/telemetry';
import type { SpeechToText } from '#core/ports/speech-to-text';
import type { TextToSpeech, Utterance } from '#core/ports/text-to-speech';
import type { BridgeConfig } from './config.ts';

/** First sound is there within some hundred milliseconds on a socket that is open: after this long something is wrong. */
const FIRST_SOUND_TIMEOUT_MS = 1_500;
/** The same question is asked twice, at most, before the caller is told that something is wrong. */
const TRIES_BEFORE_TROUBLE = 2;
/** Opening is several round trips; what the caller says meanwhile waits. */
const OPEN_TIMEOUT_MS = 2_000;

export interface TurnServices {
  readonly model: LanguageModel;
  readonly speechToText: SpeechToText;
  readonly textToSpeech: TextToSpeech;
  /** Those of the three that have failed lately, wherever they were asked. */
  readonly failing: () => readonly NeededService[];
  /** Opens connections ahead of the first call and makes the sound of fixed prompts, in the background. */
  readonly warm: (prompts: readonly Utterance[]) => void;
  /** Gives back what is open between calls. */
  readonly close: () => void;
}

/** What hears, thinks and speaks in every call: each with its second deployment or region, and the prompts kept. */
export function turnServices(
  config: Pick<BridgeConfig, 'speech' | 'recognition' | 'languageModel' | 'promptCache'>,
  clock: Clock,
  log: Log,
  telemetry: Telemetry,
): TurnServices {
  const { services, spareSockets } = config.speech;
  const voices = each(services, (service, place) =>
    countedErrors(azureTextToSpeech(service, { spareSockets: spareOf(spareSockets, place) }), telemetry),
  );
  const models = each(config.languageModel.deployments, (deployment, place) =>
    countedErrors(
      azureLanguageModel(deployment, {
        spareConnections: spareOf(config.languageModel.spareConnections, place),
        observer: countedTokens(telemetry),
      }),
      telemetry,
    ),
  );
  const ears = each(services, (service) => countedEar(azureSpeechToText(service, log, config.recognition), telemetry));
  const ended = new AbortController();
  const health = new ServicesHealth();
  const voice = failingOverVoice(voices, {
    patienceMs: FIRST_SOUND_TIMEOUT_MS,
    limitMs: TRIES_BEFORE_TROUBLE * FIRST_SOUND_TIMEOUT_MS,
    clock,
    log,
    health,
  });
  const { firstChunkTimeoutMs } = config.languageModel;
  const prompts = cachingTextToSpeech(voice, { ...config.promptCache, clock, log });
  return {
    model: failingOverModel(models, {
      patienceMs: firstChunkTimeoutMs,
      limitMs: TRIES_BEFORE_TROUBLE * firstChunkTimeoutMs,
      clock,
      log,
      health,
    }),
    speechToText: failingOverEar(ears, { patienceMs: OPEN_TIMEOUT_MS, clock, log, health }),
    textToSpeech: prompts,
    failing: () => health.failing(),
    warm: (utterances) => {
      for (const service of [...voices, ...models]) service.warm();
      // Ends by the signal only.
      prompts.prepare(utterances, ended.signal).catch(() => undefined);
    },
    close: () => {
      ended.abort(new Error('the bridge ends'));
      prompts.close();
      for (const service of [...voices, ...models]) service.close();
    },
  };
}

/** What replies cost. */
function countedTokens(telemetry: Telemetry): ModelObserver {
  const name = 'trunkline.model.tokens';
  return {
    used: ({ prompt, completion }) => {
      telemetry.record({ name, value: prompt, attributes: { direction: 'in' } });
      telemetry.record({ name, value: completion, attributes: { direction: 'out' } });
    },
    filtered: () => undefined,
  };
}

/** A second service is there for when the first is not: one open connection shows that it can be reached, the rest follow when it is used. */
function spareOf(wanted: number, place: number): number {
  return place === 0 ? wanted : Math.min(wanted, 1);
}

function each<From, To>(from: Services<From>, make: (one: From, place: number) => To): Services<To> {
  const [first, ...others] = from;
  return [make(first, 0), ...others.map((one, index) => make(one, index + 1))];
}
