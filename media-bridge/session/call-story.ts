import type { ToolRunner } from '#core/ports/tool-runner';
import type { CallOffer } from '#core/call/offer';
import type { TurnInput } from '#core/conversation/input';
import type { Clock } from '#core/ports/clock';
import type { Incident } from '#core/ports/session-store';
import type { CallTrace, Span, SpanAttributes, Telemetry } from '#core/ports/telemetry';
import { turnStages, waitedMs, type TurnMarks } from '#core/telemetry/turn-stages';

const FRAME_S = 0.02;
const MS_PER_S = 1_000;

type TransferOutcome = Extract<TurnInput, { type: 'transfer-accepted' | 'transfer-failed' }>;

interface Told {
  readonly name: string;
  readonly startMs: number;
  readonly endMs: number;
  readonly attributes: SpanAttributes;
  readonly failure: string | undefined;
}

/**
 * What one media session tells of its call: a span of its own, one a turn with its stages and tools, and the figures. It knows when things happened and what came
 * of them, never what was said.
 */
export class CallStory {
  readonly #telemetry: Telemetry;
  readonly #clock: Clock;
  readonly #session: Span;
  /** Of what the agent is saying, until that is over. */
  #tools: Told[] = [];
  #falseInterruptionsMs: number[] = [];
  #handover: Span | undefined;
  #turns = 0;
  #framesHeard = 0;
  #framesSpoken = 0;

  constructor(offer: CallOffer, { clock, telemetry }: { readonly clock: Clock; readonly telemetry: Telemetry }) {
    const trace: CallTrace = telemetry.call(offer.correlationId);
    this.#telemetry = telemetry;
    this.#clock = clock;
    this.#session = trace.begin('media session', clock.now(), { 'trunkline.call.id': offer.callId });
  }

  /** Of the caller, to the recogniser. Counted only: this is the audio path. */
  frameHeard(): void {
    this.#framesHeard += 1;
  }

  /** Of the agent, to the caller. */
  frameSpoken(): void {
    this.#framesSpoken += 1;
  }

  /** The agent has said something; `marks` are of a reply to the caller, and missing for a fixed sentence. */
  agentSaid(agent: string, interrupted: boolean, marks: TurnMarks | undefined): void {
    const nowMs = this.#clock.now();
    if (marks === undefined) {
      this.#tellFalseInterruptions(this.#session);
      this.#session.event('prompt', nowMs, { interrupted });
      return;
    }
    this.#turns += 1;
    this.#telemetry.record({ name: 'trunkline.replies', attributes: { agent } });
    const stages = turnStages(marks);
    const wall = this.#wallClock();
    const startMs = wall(stages[0]?.startMs ?? marks.overMs);
    const turn = this.#session.begin('turn', startMs, { 'trunkline.turn': this.#turns, 'trunkline.agent': agent });
    for (const { stage, startMs: fromMs, endMs } of stages) {
      turn.begin(stage, wall(fromMs)).end(wall(endMs));
      const value = (endMs - fromMs) / MS_PER_S;
      this.#telemetry.record({ name: 'trunkline.turn.latency', value, attributes: { stage } });
    }
    const totalMs = waitedMs(marks);
    if (totalMs !== undefined) {
      const value = totalMs / MS_PER_S;
      this.#telemetry.record({ name: 'trunkline.turn.latency', value, attributes: { stage: 'total' } });
    }
    this.#tellTools(turn);
    this.#tellFalseInterruptions(turn);
    if (interrupted) turn.event('interruption', nowMs);
    turn.end(nowMs, { interrupted });
  }

  /** `false`: the agent goes on. */
  interrupted(kind: 'real' | 'false'): void {
    this.#telemetry.record({ name: 'trunkline.interruptions', attributes: { kind } });
    if (kind === 'false') this.#falseInterruptionsMs.push(this.#clock.now());
  }

  failed(kind: Incident['kind']): void {
    this.#telemetry.record({ name: 'trunkline.failures', attributes: { kind } });
    this.#session.event('failure', this.#clock.now(), { kind });
  }

  transferAsked(attempt: number): void {
    const nowMs = this.#clock.now();
    this.#handover?.end(nowMs, { outcome: 'replaced' });
    this.#handover = this.#session.begin('hand-over', nowMs, { attempt });
  }

  transferOver(outcome: TransferOutcome): void {
    const failure = outcome.type === 'transfer-failed' ? outcome.why : undefined;
    this.#handover?.end(this.#clock.now(), { outcome: failure === undefined ? 'accepted' : 'failed' }, failure);
    this.#handover = undefined;
  }

  /** The tools as they are, each use of one told. */
  toolsTold(runner: ToolRunner): ToolRunner {
    return {
      get tools() {
        return runner.tools;
      },
      changes: (call) => runner.changes(call),
      meanwhile: (call) => runner.meanwhile(call),
      run: async (call, signal) => {
        const startMs = this.#clock.now();
        // What a model wrote is no name until a tool has it.
        const name = runner.tools.find((tool) => tool.name === call.name)?.name ?? 'unknown';
        const tell = (outcome: string, failure?: string): void => {
          const endMs = this.#clock.now();
          this.#tools.push({ name: `tool ${name}`, startMs, endMs, attributes: { outcome }, failure });
        };
        try {
          const result = await runner.run(call, signal);
          tell(result.outcome, result.outcome === 'failed' ? 'failed' : undefined);
          return result;
        } catch (error) {
          tell('stopped');
          throw error;
        }
      },
    };
  }

  /** The media session has ended; once. */
  over(reason: string): void {
    const nowMs = this.#clock.now();
    this.#tellTools(this.#session);
    this.#tellFalseInterruptions(this.#session);
    // The front may end its leg before the row says that somebody took the call: the call's own outcome knows.
    this.#handover?.end(nowMs, { outcome: 'socket closed first' });
    const recognised = this.#framesHeard * FRAME_S;
    const spoken = this.#framesSpoken * FRAME_S;
    this.#telemetry.record({
      name: 'trunkline.speech.audio',
      value: recognised,
      attributes: { direction: 'recognised' },
    });
    this.#telemetry.record({ name: 'trunkline.speech.audio', value: spoken, attributes: { direction: 'spoken' } });
    const failure = reason === 'broken' ? reason : undefined;
    this.#session.end(nowMs, { reason, 'trunkline.turns': this.#turns }, failure);
  }

  #tellTools(under: Span): void {
    for (const { name, startMs, endMs, attributes, failure } of this.#tools.splice(0)) {
      under.begin(name, startMs, attributes).end(endMs, {}, failure);
    }
  }

  /** Of what the agent was saying. */
  #tellFalseInterruptions(of: Span): void {
    for (const atMs of this.#falseInterruptionsMs.splice(0)) of.event('false interruption', atMs);
  }

  /** From monotonic milliseconds, as they are now. */
  #wallClock(): (monotonicMs: number) => number {
    const offsetMs = this.#clock.now() - this.#clock.monotonicMs();
    return (monotonicMs) => monotonicMs + offsetMs;
  }
}
