/** Continuous DTMF recognition: one event a key until it is stopped. */
import { toneReceived, toneRecognitionStopped, type CallEvent } from '../callbacks/events.ts';
import { results, type ResultInformation } from '../callbacks/results.ts';
import type { LegAudio, Unsubscribe } from '../leg.ts';
import { toneName } from './tones.ts';

interface Listening {
  readonly unsubscribe: Unsubscribe;
  readonly operationContext: string | undefined;
  readonly report: (event: CallEvent) => void;
}

export class ContinuousTones {
  readonly #audio: LegAudio;
  #listening: Listening | undefined;
  #lastSequenceId = 0;

  constructor(audio: LegAudio) {
    this.#audio = audio;
  }

  /** Starting again replaces context and address of the reports. */
  start(operationContext: string | undefined, report: (event: CallEvent) => void): void {
    this.#listening?.unsubscribe();
    const unsubscribe = this.#audio.onTone((tone) => {
      this.#lastSequenceId += 1;
      report(toneReceived(toneName(tone), this.#lastSequenceId, operationContext));
    });
    this.#listening = { unsubscribe, operationContext, report };
  }

  /** Does nothing when it is not running. */
  stop(result: ResultInformation = results.ok, report?: (event: CallEvent) => void): void {
    const listening = this.#listening;
    if (listening === undefined) return;
    this.#listening = undefined;
    listening.unsubscribe();
    (report ?? listening.report)(toneRecognitionStopped(result, listening.operationContext));
  }
}
