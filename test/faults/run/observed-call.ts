import type { PlacedCall } from '../../../emulator/enterprise/placed-call.ts';
import type { QueueVisit } from '../../../emulator/enterprise/queue-phones.ts';
import { callIdentity } from '#adapters/call-automation/call-identity';
import { parseCorrelationId, type CallId } from '#core/ids';
import type { World } from '../world/world.ts';

interface Voice {
  readonly fromMs: number;
  untilMs: number;
}

export interface Heard {
  readonly text: string;
  readonly atMs: number;
}

/** Between the log line of what is said and its frames at the caller's ear, either way. */
const LINE_TO_EAR_MS = 1_500;
/** What was heard before may end a little later than the next utterance begins. */
const SPOKEN_MIN_MS = 700;
/** ACS's voice, played by the front itself: what it says is not in the bridge's log. */
const PLAY = 'Play';

/** One call of a fault run, seen from outside the product: what came out of the caller's handset, who answered, how it ended. */
export class ObservedCall {
  readonly placed: PlacedCall;
  readonly #world: World;
  readonly #voices: Voice[] = [];
  /** When the SBC was asked to transfer. */
  #referredAtMs: number | undefined;

  constructor(placed: PlacedCall, world: World) {
    this.placed = placed;
    this.#world = world;
    placed.handset.subscribe((event) => {
      const last = this.#voices.at(-1);
      if (event.heard === 'voice') this.#voices.push({ fromMs: event.atMs, untilMs: Infinity });
      else if (event.heard === 'silence' && last !== undefined) last.untilMs = event.atMs;
      world.wake.notify();
    });
    placed.subscribe((event) => {
      if (event.type === 'transfer-asked') this.#referredAtMs ??= Date.now();
      world.wake.notify();
    });
    void placed.ended.then(() => world.wake.notify());
  }

  get callId(): string | undefined {
    return this.#world.log.callId(this.placed.sipCallId);
  }

  /** By what the edge has said of it, before anybody else has. */
  get expectedCallId(): CallId | undefined {
    const correlationId = parseCorrelationId(this.correlationId ?? '');
    return correlationId && callIdentity(correlationId).callId;
  }

  get correlationId(): string | undefined {
    return this.#world.log.correlationId(this.placed.sipCallId);
  }

  get referredAtMs(): number | undefined {
    return this.#referredAtMs;
  }

  get visits(): readonly QueueVisit[] {
    return this.#world.visitsOf(this.placed.options.from);
  }

  /** Something the agent said that fits, and that did come out of the handset, after `sinceMs`. */
  heard(pattern: RegExp, sinceMs: number): Heard | undefined {
    const utterances = this.#world.log.agentUtterances(this.placed.sipCallId);
    for (const [index, { text, atMs, kind }] of utterances.entries()) {
      if (kind !== 'speaking' || atMs < sinceMs || !pattern.test(text)) continue;
      // An agent that a caller talks over is quiet for a while, and then says it all the same.
      const voiceMs = this.#voiceAround(atMs, utterances[index + 1]?.atMs ?? Infinity);
      if (voiceMs !== undefined) return { text, atMs: voiceMs };
    }
    return undefined;
  }

  /** Nothing is heard, and the agent is not about to go on either. */
  get isQuiet(): boolean {
    const last = this.#world.log.agentUtterances(this.placed.sipCallId).at(-1);
    return last?.kind !== 'speaking' && !this.placed.handset.hearsVoice;
  }

  /** The front played something to the caller, and it was heard. */
  heardFront(sinceMs: number): Heard | undefined {
    for (const { line, atMs } of this.#world.log.lines(this.placed.sipCallId)) {
      if (atMs < sinceMs || line['operation'] !== PLAY || line['status'] !== 202) continue;
      const voiceMs = this.#voiceAround(atMs);
      if (voiceMs !== undefined) return { text: '(the failure message, in the voice of the front)', atMs: voiceMs };
    }
    return undefined;
  }

  saidSince(sinceMs: number): readonly Heard[] {
    return this.#world.log
      .agentUtterances(this.placed.sipCallId)
      .filter(({ kind, atMs }) => kind === 'speaking' && atMs >= sinceMs)
      .map(({ text, atMs }) => ({ text, atMs }));
  }

  hasLogged(pattern: RegExp): boolean {
    return this.#world.log.lines(this.placed.sipCallId).some(({ line }) => pattern.test(JSON.stringify(line)));
  }

  /** Media sessions of the call that have begun and not ended. */
  get mediaSessions(): number {
    const count = (msg: string): number =>
      this.#world.log.lines(this.placed.sipCallId).filter(({ line }) => line['msg'] === msg).length;
    return count('media connected') - count('media closed');
  }

  /** Bridge that has the call, by its name in the log. */
  get replica(): string | undefined {
    const lines = this.#world.log.lines(this.placed.sipCallId).filter(({ line }) => line['msg'] === 'media connected');
    const replica = lines.at(-1)?.line['replica'];
    return typeof replica === 'string' ? replica : undefined;
  }

  /** Voice that goes with what was logged at `atMs`, and was over at `endedAtMs`. */
  #voiceAround(atMs: number, endedAtMs = atMs): number | undefined {
    const latestMs = Math.max(atMs + LINE_TO_EAR_MS, endedAtMs);
    const voice = this.#voices.find(({ fromMs, untilMs }) => untilMs >= atMs + SPOKEN_MIN_MS && fromMs <= latestMs);
    return voice && Math.max(voice.fromMs, atMs);
  }
}
