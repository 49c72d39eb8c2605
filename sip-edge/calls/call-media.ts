/** Everything of a call that lives on its leg's audio, ended in one go. */
import type { CallEvent } from '../callbacks/events.ts';
import { results } from '../callbacks/results.ts';
import type { CallIds } from '../callbacks/envelope.ts';
import type { ActiveLeg } from '../leg.ts';
import type { MediaSubscription } from '../media-streaming/subscription.ts';
import { ContinuousTones } from './continuous-tones.ts';
import { MediaOperations } from './media-operations.ts';
import { playOperation, type PlayOrder } from './play-operation.ts';
import type { PromptLoader } from './prompt-source.ts';
import { recognizeOperation, type RecognizeOrder } from './recognize-operation.ts';
import { Voice } from './voice.ts';

type Report = (event: CallEvent) => void;

export class CallMedia {
  readonly ids: CallIds;
  readonly leg: ActiveLeg;
  readonly voice: Voice;
  readonly tones: ContinuousTones;
  /** Undefined when the call was answered without mediaStreamingOptions. */
  readonly streaming: MediaSubscription | undefined;
  readonly #prompts: PromptLoader;
  readonly #operations = new MediaOperations();

  constructor(
    ids: CallIds,
    leg: ActiveLeg,
    prompts: PromptLoader,
    openSubscription: (voice: Voice) => MediaSubscription | undefined,
  ) {
    this.ids = ids;
    this.leg = leg;
    this.voice = new Voice(leg.audio);
    this.tones = new ContinuousTones(leg.audio);
    this.streaming = openSubscription(this.voice);
    this.#prompts = prompts;
  }

  get audio(): ActiveLeg['audio'] {
    return this.leg.audio;
  }

  /** False when too many operations wait. */
  play(order: PlayOrder, interrupt: boolean, report: Report): boolean {
    if (interrupt) this.#operations.cancelAll();
    return this.#operations.add(playOperation(order, this.voice, this.#prompts, report));
  }

  /** False when too many operations wait. */
  recognize(order: RecognizeOrder, interrupt: boolean, report: Report): boolean {
    if (interrupt) this.#operations.cancelAll();
    const caller = { audio: this.leg.audio, voice: this.voice };
    return this.#operations.add(recognizeOperation(order, caller, this.#prompts, report));
  }

  cancelOperations(): void {
    this.#operations.cancelAll();
  }

  end(): void {
    this.#operations.cancelAll();
    this.tones.stop(results.conversationEnded);
    this.streaming?.end();
    this.voice.end();
  }
}
